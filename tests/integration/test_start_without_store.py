"""The service starts while Firestore is away: it says so, waits, and trades when Firestore is back. Real processes."""

from __future__ import annotations

import json
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.domain.errors import OutcomeUnknown
from local import http_json
from local.firestore import FirestoreEmulator
from tests.faults.dead_port import dead_port
from tests.faults.fake_firestore import FakeFirestore
from tests.faults.faults import Fault, Hang, Refuse
from tests.faults.own_emulator import own_emulator
from tests.integration.engine_process import EngineProcess, Store, await_that, engine_process
from tests.integration.service_process import ACCOUNT, Service, service

PROJECT = "demo-fake"


def readiness(running: Service) -> dict[str, Any]:
    """What `GET /ready` says, whatever its status; its status under `code`. Empty before anybody answers."""
    address = f"http://127.0.0.1:{running.port}/ready"
    try:
        return {"code": 200, **http_json.call("GET", address, within_s=5)}
    except urllib.error.HTTPError as refused:
        with refused:
            return {"code": refused.code, **json.loads(refused.read())}
    except OSError:
        return {}


def snapshot(state_dir: Path) -> dict[str, Any]:
    """What the engine says of its account; empty before it says anything."""
    try:
        return dict(json.loads((state_dir / "snapshot.json").read_bytes())["accounts"][ACCOUNT])
    except FileNotFoundError:
        return {}


def said(state_dir: Path) -> dict[str, Any]:
    """What the engine says of its start; empty once it trades."""
    return dict(snapshot(state_dir).get("start", {}))


def trades(state_dir: Path) -> bool:
    """Whether the engine shows an account of its own."""
    return "cash" in snapshot(state_dir).get("account", {})


def end_in_order(engine: EngineProcess) -> None:
    """SIGTERM ends it in order: exit code 0, no traceback, its last word that it ended."""
    code = engine.end(signal.SIGTERM)
    assert code == 0, f"exit code {code}:\n{engine.told()[-3000:]}"
    assert "Traceback" not in engine.told()
    assert json.loads(engine.told().splitlines()[-1])["message"] == "ended"


def test_it_starts_while_the_store_hangs_says_why_and_trades_when_the_store_answers(
    firestore_project: str, tmp_path: Path
) -> None:
    with own_emulator(tmp_path / "logs") as emulator:
        emulator.suspend()
        with service(emulator.host, firestore_project, tmp_path / "state", LOCKSTEP_SPEED="60") as running:
            running.await_that(lambda: "Firestore" in readiness(running).get("detail", ""), 60, "it says what is wrong")
            told = readiness(running)
            assert told["code"] == 503
            assert told["detail"].startswith("Not ready: Firestore does not answer (")
            assert told["detail"].endswith("nothing is traded until it answers.")
            emulator.resume()
            store = Store(emulator.host, firestore_project)
            running.await_that(lambda: readiness(running).get("checks", {}).get("engine") == "ok", 120, "it trades")
            assert readiness(running)["detail"] is None
            running.await_that(lambda: store.all_of("fills", ACCOUNT), 120, "the first fill is in Firestore")
            assert running.end()[0] == 0
            assert "a program ended by itself" not in running.told()
            assert "Traceback" not in running.told()


@pytest.mark.parametrize("hangs", [True, False])
def test_a_sigterm_ends_the_wait(hangs: bool, tmp_path: Path) -> None:
    with dead_port(hangs=hangs) as host, engine_process(host, PROJECT, tmp_path) as engine:
        await_that(lambda: "Firestore does not answer" in said(tmp_path).get("reason", ""), 60, engine, "it waits")
        assert said(tmp_path)["state"] == "starting"
        end_in_order(engine)


def test_a_probe_of_a_store_that_hangs_does_not_hang_itself() -> None:
    with dead_port(hangs=True) as host:
        documents = FirestoreDocuments(connect(PROJECT, host), SystemClock(), lambda: 0.5)
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            documents.ping()
        assert time.monotonic() - began < 30, "and not for good"


@pytest.fixture
def fake() -> Iterator[FakeFirestore]:
    fake = FakeFirestore(PROJECT)
    yield fake
    fake.stop()


def test_a_store_that_goes_away_again_and_again_during_recovery_only_delays_it(
    fake: FakeFirestore, tmp_path: Path
) -> None:
    with engine_process(fake.host, PROJECT, tmp_path / "first") as engine:
        await_that(lambda: bool(fake.applied_to("accounts", ACCOUNT)), 120, engine, "the account is in the store")
        end_in_order(engine)
    away = Refuse(grpc.StatusCode.UNAVAILABLE)
    fake.script("commit", away)  # the lease's
    for method in ("get", "query"):
        fake.script(method, away, None, away)
    with engine_process(fake.host, PROJECT, tmp_path / "second") as engine:  # another disk: all is read from the store
        await_that(lambda: trades(tmp_path / "second"), 120, engine, "it trades on")
        assert all(fake.is_through(method) for method in ("get", "commit", "query"))
        assert "waiting for the store" in engine.told()
        end_in_order(engine)


def test_a_sigterm_during_recovery_ends_it_in_order_and_lets_go_of_the_account(
    fake: FakeFirestore, tmp_path: Path
) -> None:
    hangs: dict[str, Fault] = {"query": Hang()}
    fake.standing = lambda method, request: hangs.get(method)
    with engine_process(fake.host, PROJECT, tmp_path) as engine:
        await_that(lambda: fake.calls["query"] > 0, 90, engine, "it recovers")
        end_in_order(engine)
    assert fake.applied_to("leases", ACCOUNT)[-1]["instance"] == ""


def test_an_engine_that_finds_another_at_work_stands_by_and_takes_over(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    host, here, there = firestore_emulator.host, tmp_path / "here", tmp_path / "there"
    store = Store(host, firestore_project)
    with engine_process(host, firestore_project, here) as first:
        await_that(lambda: store.get("accounts", ACCOUNT) is not None, 90, first, "it trades")
        instance = (store.get("leases", ACCOUNT) or {})["instance"]
        with engine_process(host, firestore_project, there) as second:
            await_that(lambda: said(there).get("state") == "waiting", 90, second, "it waits for the first")
            assert said(there)["held_by"] == instance
            assert said(there)["reason"].startswith(f"Another engine ({instance}) holds the account until ")
            assert first.end() == 0
            await_that(lambda: trades(there), 90, second, "it takes over")
            assert (store.get("leases", ACCOUNT) or {})["instance"] not in ("", instance)
            end_in_order(second)


def ends_refused(engine: EngineProcess, says: str) -> None:
    """It ends by itself with exit code 2 and one plain line that says so."""
    await_ended(engine)
    assert engine.end() == 2, engine.told()[-3000:]
    assert "Traceback" not in engine.told()
    last = engine.told().splitlines()[-1]
    assert last.startswith("lockstep: ")
    assert says in last


def await_ended(engine: EngineProcess) -> None:
    until = time.monotonic() + 90
    while not engine.ended():
        assert time.monotonic() < until, f"it goes on:\n{engine.told()[-3000:]}"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("code", "details"),
    [
        (grpc.StatusCode.PERMISSION_DENIED, "Missing or insufficient permissions."),
        (grpc.StatusCode.NOT_FOUND, "The database (default) does not exist for project demo-fake"),
    ],
)
def test_what_waiting_cannot_mend_ends_it_with_a_plain_message(
    fake: FakeFirestore, tmp_path: Path, code: grpc.StatusCode, details: str
) -> None:
    fake.standing = lambda method, request: Refuse(code, details)
    with engine_process(fake.host, PROJECT, tmp_path) as engine:
        ends_refused(engine, f"{code.name}: {details}")


def test_a_key_file_that_is_not_there_ends_it_with_a_plain_message(tmp_path: Path) -> None:
    missing = str(tmp_path / "key.json")
    with engine_process("", PROJECT, tmp_path, GOOGLE_APPLICATION_CREDENTIALS=missing) as engine:
        ends_refused(engine, missing)


def test_a_journal_that_cannot_be_opened_ends_it_with_a_plain_message(fake: FakeFirestore, tmp_path: Path) -> None:
    (tmp_path / f"{ACCOUNT}.journal").mkdir()
    with engine_process(fake.host, PROJECT, tmp_path) as engine:
        ends_refused(engine, f"{ACCOUNT}.journal")


def test_a_state_directory_that_cannot_be_made_ends_it_with_a_plain_message(
    fake: FakeFirestore, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with engine_process(fake.host, PROJECT, tmp_path, LOCKSTEP_STATE_DIR=str(tmp_path / "file" / "state")) as engine:
        ends_refused(engine, f"{tmp_path / 'file' / 'state'}: Not a directory")
