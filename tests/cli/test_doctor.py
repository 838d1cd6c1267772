"""`lockstep doctor` at the loopback broker: by a login of its own, or by the engine that has one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from engine.adapters.firestore.client import connect
from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.bootstrap.angelone_login import client_of
from engine.bootstrap.doctoring import asked_of, engine_at
from engine.domain.account import AccountSpec, Mode
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.errors import OutcomeUnknown
from engine.domain.findings import Finding
from engine.ports import Fields, Transaction
from engine.simulation.clock import ManualClock
from local.firestore import FirestoreEmulator
from tests.brokers.angelone.order_words import Terms
from tests.brokers.angelone.running import RunningAngelOne, running_angel_one
from tests.cli import command
from tests.cli.command import Ran

OWNER, ACCOUNT = "anna", "live-angelone-rehearsal"


def rehearsal(
    firestore: FirestoreEmulator, project: str, folder: Path, broker: str, symbols: list[str]
) -> dict[str, str]:
    """A service's variables for a live account at a broker whose bot trades these."""
    bots = folder / "bots.json"
    bots.write_text(json.dumps({"bots": [{"id": "one", "strategy": "confluence", "symbols": symbols}]}))
    return {
        "GOOGLE_CLOUD_PROJECT": project,
        "FIRESTORE_EMULATOR_HOST": firestore.host,
        "LOCKSTEP_OWNER_UID": OWNER,
        "LOCKSTEP_FEED": broker,
        "LOCKSTEP_VENUE": broker,
        "LOCKSTEP_BOTS": str(bots),
        "LOCKSTEP_STATE_DIR": str(folder / "state"),
    }


@pytest.fixture(scope="module")
def angel() -> Iterator[RunningAngelOne]:
    with running_angel_one() as broker:
        yield broker


@pytest.fixture
def variables(
    angel: RunningAngelOne, firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> dict[str, str]:
    """A rehearsal's."""
    return {
        **rehearsal(firestore_emulator, firestore_project, tmp_path, "angelone", ["SBIN", "RELIANCE"]),
        "LOCKSTEP_ANGELONE_AT": angel.told["root"],
        "LOCKSTEP_ANGELONE_CA": angel.told["authority"],
        "ANGELONE_CLIENT_CODE": angel.told["client_code"],
        "ANGELONE_PIN": angel.told["pin"],
        "ANGELONE_TOTP_SECRET": angel.told["totp_secret"],
        "ANGELONE_API_KEY": angel.told["api_key"],
        "ANGELONE_REGISTERED_IP": Terms().seen_ip,
    }


def doctor(env: Mapping[str, str], *words: str) -> Ran:
    with pytest.MonkeyPatch.context() as patched:
        for name, value in env.items():
            patched.setenv(name, value)
        return command.lockstep("doctor", *words)


def test_it_logs_in_checks_and_logs_out(angel: RunningAngelOne, variables: dict[str, str]) -> None:
    before = angel.look()["calls"].get("logout", 0)
    ran = doctor(variables, "--json")
    told = json.loads(ran.out)
    graded = {line["name"]: line["grade"] for line in told["findings"]}
    assert (ran.code, graded.pop("charges")) == (0, "amber"), ran.out  # the loopback gives no estimate of them
    assert set(graded.values()) == {"green"}, ran.out
    assert {"login", "candles", "market_socket", "order_socket", "order_preview"} <= set(graded)
    assert "login: green" in ran.err
    for secret in ("pin", "totp_secret", "client_code"):
        assert angel.told[secret] not in ran.out + ran.err
    assert angel.look()["calls"]["logout"] == before + 1


def test_a_red_line_is_an_exit_code_and_says_what_to_do(variables: dict[str, str]) -> None:
    ran = doctor({**variables, "ANGELONE_REGISTERED_IP": "198.51.100.9"})
    assert ran.code == 1
    assert "STOP egress address: orders would leave from" in ran.out
    assert "register this one at the broker" in ran.out


def test_it_does_not_log_in_where_an_engine_is_logged_in(
    variables: dict[str, str], firestore_emulator: FirestoreEmulator, firestore_project: str
) -> None:
    wire = connect(firestore_project, firestore_emulator.host)
    keys = AngelOneCredentials(
        *(variables[f"ANGELONE_{name}"] for name in ("CLIENT_CODE", "PIN", "TOTP_SECRET", "API_KEY"))
    )
    FirestoreLease(wire, ManualClock(), lifetime_s=10**9).acquire(
        client_of(keys, OWNER), "engine-1", "journal", old_holder_dead=False
    )
    ran = doctor(variables)
    wire.close()
    assert (ran.code, "an engine is logged in as this client (engine-1)" in ran.err) == (1, True), ran.err


def test_without_keys_it_says_where_to_give_them(variables: dict[str, str]) -> None:
    ran = doctor({name: value for name, value in variables.items() if not name.startswith("ANGELONE_")})
    assert (ran.code, "there are no broker keys of Angel One" in ran.err) == (2, True)


def test_an_unknown_broker_is_refused(variables: dict[str, str]) -> None:
    ran = doctor(variables, "--broker", "robinhood")
    assert (ran.code, "there is no broker 'robinhood'; there are angelone, coinbase" in ran.err) == (2, True)


class Beating(ManualClock):
    """At each wait somebody else gets on with it."""

    def __init__(self) -> None:
        super().__init__()
        self.beat: Callable[[], None] = lambda: None

    def wait(self, seconds: float) -> None:
        super().wait(seconds)
        self.beat()


class Engine:
    """An engine of the account as the store shows it: it takes the command and writes `told`, a state a beat."""

    def __init__(self, *told: Fields) -> None:
        self.clock, wire = Beating(), MemoryWire()
        self.documents = FirestoreDocuments(wire, self.clock, lambda: 0.5)
        self.told, self.taken = list(told), list[str]()
        self._write("users", OWNER, {"user_id": OWNER, "accounts": ["paper-demo", ACCOUNT]})
        account = AccountSpec(ACCOUNT, OWNER, Mode.LIVE)
        FirestoreLease(wire, self.clock).acquire(account, "engine-1", "j", old_holder_dead=False)
        self.plane = FirestoreControlPlane(wire, self.documents, self.clock.now)
        self.clock.beat = self.beat

    def beat(self) -> None:
        [asked] = self.plane.open_commands(ACCOUNT)
        self.taken.append(asked.kind)
        if self.told:
            fields = {"user_id": OWNER, "command_id": asked.command_id, "failed": None, **self.told.pop(0)}
            self._write("examinations", f"{ACCOUNT}_angelone", fields)

    def asked(self) -> list[Finding]:
        return list(asked_of(self.documents, ACCOUNT, OWNER, "angelone", self.clock))

    def _write(self, collection: str, name: str, fields: Fields) -> None:
        def work(transaction: Transaction) -> Fields:
            known = transaction.get(collection, name) is not None
            (transaction.update if known else transaction.create)(collection, name, fields)
            return {}

        self.documents.change(ACCOUNT, work)


LINE = {"name": "login", "grade": "green", "says": "in", "do": ""}
NEXT = {"name": "funds", "grade": "amber", "says": "none", "do": "add some"}


def test_the_engine_that_has_the_account_is_found_until_its_lease_is_over() -> None:
    engine = Engine()
    assert engine_at(engine.documents, OWNER, "angelone", engine.clock) == ACCOUNT
    engine.clock.advance(1_000.0)
    assert engine_at(engine.documents, OWNER, "angelone", engine.clock) is None
    assert engine_at(engine.documents, "ben", "angelone", engine.clock) is None


def test_that_engine_is_asked_and_its_lines_come_as_it_writes_them_each_once() -> None:
    old = {"command_id": "another", "state": "done", "findings": [LINE, LINE]}
    engine = Engine(
        old, {"state": "running", "findings": [LINE]}, {"state": "running", "findings": [LINE]},
        {"state": "done", "findings": [LINE, NEXT]},
    )  # fmt: skip
    assert [finding.name for finding in engine.asked()] == ["login", "funds"]
    assert set(engine.taken) == {"test_credentials"}


def test_an_engine_that_cannot_or_does_not_answer_is_an_error_that_names_it() -> None:
    with pytest.raises(OutcomeUnknown, match=f"{ACCOUNT} could not make the check: no keys"):
        Engine({"state": "failed", "failed": "no keys", "findings": []}).asked()
    with pytest.raises(OutcomeUnknown, match="has not made the check within 90 s"):
        Engine().asked()
