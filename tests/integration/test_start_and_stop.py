"""The service from start to end on the demo market: ready, first fill, a quick end, and the same books after it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psutil

from local.firestore import FirestoreEmulator
from tests.integration.engine_process import Store
from tests.integration.service_process import ACCOUNT, Service, assert_books_tie, service

CASH = 1_000_000


def logged(running: Service, message: str) -> dict[str, Any]:
    """The one line of the log with this message."""
    lines = [json.loads(line) for line in running.told().splitlines() if line.startswith("{")]
    (found,) = [line for line in lines if line.get("message") == message]
    return dict(found)


def end_in_time(running: Service) -> None:
    """SIGTERM ends everything in order: exit code 0, nothing had to be killed, and no process is left."""
    processes = running.processes()
    assert len(processes) >= 4, "the launcher, the engine, gunicorn and its worker"
    code, took_s = running.end()
    assert code == 0, f"exit code {code} after {took_s:.1f} s:\n{running.told()[-3000:]}"
    assert "did not end in time" not in running.told()
    _, left = psutil.wait_procs(processes, timeout=60)
    assert left == []
    assert "Traceback" not in running.told()


def test_it_trades_ends_in_time_and_goes_on_with_the_same_books(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    host, state = firestore_emulator.host, tmp_path / "state"
    store = Store(host, firestore_project)
    with service(host, firestore_project, state) as first:
        first.await_that(first.ready, 90, "GET /ready answers")
        first.await_that(lambda: store.all_of("fills", ACCOUNT), 120, "the first fill is in Firestore")
        end_in_time(first)
    fills, positions = store.all_of("fills", ACCOUNT), store.all_of("open_positions", ACCOUNT)
    account = store.get("accounts", ACCOUNT) or {}
    assert_books_tie(store, CASH)
    with service(host, firestore_project, state, LOCKSTEP_SPEED="120") as second:
        second.await_that(lambda: len(store.all_of("fills", ACCOUNT)) > len(fills), 120, "it trades on")
        assert logged(second, "recovered")["positions"] == len(positions)
        end_in_time(second)
    after = store.get("accounts", ACCOUNT) or {}
    assert after["engine"]["epoch"] == account["engine"]["epoch"] + 1
    assert after["market_at"] > account["market_at"]
    assert after["sequence"] > account["sequence"]
    assert store.all_of("fills", ACCOUNT).keys() > fills.keys()
    assert_books_tie(store, CASH)
