"""`lockstep instruments` and bars of the past by Angel One, at the loopback broker: what is typed, what comes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.lease import PAPER_LIFETIME_S
from engine.bootstrap.candles import historical_candles
from engine.bootstrap.examining import held_client
from engine.domain.errors import PermanentFailure
from engine.domain.instant import instant_of
from engine.simulation.clock import ManualClock
from local.firestore import FirestoreEmulator
from tests.brokers.angelone.in_process import InProcessAngelOne, in_process_angel_one
from tests.cli.command import lockstep


@pytest.fixture(scope="module")
def broker() -> Iterator[InProcessAngelOne]:
    """A Monday at ten, for as long as nobody waits."""
    with in_process_angel_one() as here:
        yield here


@pytest.fixture
def at_the_broker(broker: InProcessAngelOne, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InProcessAngelOne:
    """The environment names the broker, its client, and a folder of our own."""
    broker.reset()
    client = broker.broker.setup.client
    monkeypatch.delenv("GOOGLE_CLOUD_PROJECT", raising=False)
    for name, value in {
        "LOCKSTEP_STATE_DIR": str(tmp_path / "state"),
        "LOCKSTEP_ANGELONE_AT": broker.endpoints.rest,
        "ANGELONE_CLIENT_CODE": client.code,
        "ANGELONE_PIN": client.pin,
        "ANGELONE_TOTP_SECRET": client.totp_secret,
        "ANGELONE_API_KEY": client.api_key,
    }.items():
        monkeypatch.setenv(name, value)
    return broker


def test_the_list_is_fetched_searched_and_said_to_machines(at_the_broker: InProcessAngelOne) -> None:
    assert lockstep("instruments", "find", "sbi").code == 2
    updated = lockstep("instruments", "update", "--json")
    assert (updated.code, json.loads(updated.out)["instruments"]) == (0, 7)
    found = lockstep("instruments", "find", "nif")
    assert found.code == 0
    assert [line.split()[0] for line in found.out.splitlines()] == ["symbol", "NIFTY50", "NIFTYBEES"]
    assert "index: watched, not traded" in found.out
    item = json.loads(lockstep("instruments", "find", "SBIN", "--json").out)["items"][0]
    assert (item["symbol"], item["trading_symbol"], item["token"]) == ("SBIN", "SBIN-EQ", "3045")
    assert (item["tick_size"], item["intraday_allowed"], item["refused"]) == (0.05, True, None)


def test_a_search_without_a_list_or_a_match_says_so(at_the_broker: InProcessAngelOne) -> None:
    without = lockstep("instruments", "find", "SBIN")
    assert (without.code, without.out) == (2, "")
    assert "lockstep instruments update" in without.err
    lockstep("instruments", "update")
    none = lockstep("instruments", "find", "nobody")
    assert (none.code, none.out.strip()) == (1, "No share or index of NSE has 'nobody' in its name")


def test_a_broker_that_gives_no_list_fails_in_one_line(at_the_broker: InProcessAngelOne) -> None:
    lockstep("instruments", "update")
    at_the_broker.fault("master", "page")
    ran = lockstep("instruments", "update")
    assert ran.code == 1
    assert len(ran.err.splitlines()) == 1
    assert lockstep("instruments", "find", "SBIN").code == 0


def test_a_symbol_that_is_not_listed_can_not_be_accepted(at_the_broker: InProcessAngelOne) -> None:
    lockstep("instruments", "update")
    ran = lockstep("instruments", "accept", "NOBODY")
    assert ran.code == 2
    assert "NOBODY is no share or index of NSE" in ran.err
    accepted = lockstep("instruments", "accept", "SBIN")
    assert (accepted.code, accepted.out.strip()) == (0, "SBIN is SBIN-EQ with token 3045 from now on")


def test_bars_of_the_past_come_by_angel_one_with_a_login_that_ends(
    at_the_broker: InProcessAngelOne, tmp_path: Path
) -> None:
    words = ("data", "download", "--venue", "NSE", "--symbol", "SBIN", "--store", tmp_path / "store")
    ran = lockstep(*words, "--from", "2026-11-19", "--to", "2026-11-20", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out) == {"SBIN": {"rows_added": 750, "calls": 1, "short": []}}
    assert (at_the_broker.broker.sessions.logins, at_the_broker.calls("logout")) == (1, 1)


def test_a_download_without_keys_or_of_an_unknown_symbol_says_what_to_do(
    at_the_broker: InProcessAngelOne, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("data", "download", "--venue", "NSE", "--from", "2026-11-19", "--store", tmp_path / "store")
    unknown = lockstep(*words, "--symbol", "NOBODY")
    assert unknown.code == 2
    assert "lockstep instruments find" in unknown.err
    assert lockstep(*words, "--symbol", "SBIN", "--address", "http://127.0.0.1:1").code == 2
    for name in ("CLIENT_CODE", "PIN", "TOTP_SECRET", "API_KEY"):
        monkeypatch.delenv(f"ANGELONE_{name}")
    keyless = lockstep(*words, "--symbol", "SBIN")
    assert keyless.code == 2
    assert "ANGELONE_CLIENT_CODE" in keyless.err
    assert not (tmp_path / "store").exists()


def test_a_download_ends_where_an_engine_has_taken_its_client(
    at_the_broker: InProcessAngelOne,
    firestore_emulator: FirestoreEmulator,
    firestore_project: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its session is dead then, and a login of its own would end the engine's."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", firestore_project)
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator.host)
    monkeypatch.setenv("LOCKSTEP_OWNER_UID", "somebody")
    wire = connect(firestore_project, firestore_emulator.host)
    friday = datetime.fromisoformat("2026-11-20T10:00:00+05:30")
    stretch = instant_of(friday), instant_of(friday + timedelta(minutes=5))
    with historical_candles("NSE") as (candles, _):
        assert len(candles.candles("SBIN", "1m", *stretch)) == 5
        later = ManualClock(datetime.now(UTC) + timedelta(seconds=PAPER_LIFETIME_S + 10))
        held = held_client(wire, later, at_the_broker.credentials(), "somebody", "an-engine")
        at_the_broker.broker.sessions.end_all("replaced")
        with pytest.raises(PermanentFailure, match="an-engine"):
            candles.candles("SBIN", "1m", *stretch)
    held.release()
    wire.close()
    assert at_the_broker.broker.sessions.logins == 1


def test_a_client_that_an_engine_is_logged_in_as_is_left_to_it(
    at_the_broker: InProcessAngelOne,
    firestore_emulator: FirestoreEmulator,
    firestore_project: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", firestore_project)
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator.host)
    monkeypatch.setenv("LOCKSTEP_OWNER_UID", "somebody")
    words = ("data", "download", "--venue", "NSE", "--symbol", "SBIN", "--from", "2026-11-20", "--to", "2026-11-20")
    alone = lockstep(*words, "--store", tmp_path / "store")
    assert alone.code == 0, alone.err
    wire = connect(firestore_project, firestore_emulator.host)
    held = held_client(wire, SystemClock(), at_the_broker.credentials(), "somebody", "an-engine")
    try:
        beside = lockstep(*words, "--store", tmp_path / "other")
    finally:
        held.release()
        wire.close()
    assert beside.code == 1
    assert "second login would end its session" in beside.err
    assert at_the_broker.broker.sessions.logins == 1
