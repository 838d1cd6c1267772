"""Firestore is away, signals are given, the machine dies and its disk is gone: every signal is in Firestore, once."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from engine.adapters.feeds.demo import DemoFeed
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.encoder import add_set, commit_request, name_of
from engine.domain.instant import MINUTE, Instant, instant_of
from engine.domain.records import SignalRecord
from engine.outbox.memory import MemoryJournal
from engine.simulation.clock import ManualClock
from engine.simulation.demo_market import DemoMarket
from engine.strategies.demo_bots import DEMO_BOTS
from local.firestore import FirestoreEmulator
from tests.builders.paper import account
from tests.faults.fault_proxy import FaultProxy
from tests.integration.engine_process import Store, await_that, engine_process
from tests.integration.service_process import ACCOUNT, assert_books_tie
from tests.runtime.world import Household, Life

CASH = 1_000_000
FAST = "240"  # four market minutes a second


@contextmanager
def proxy_to(host: str) -> Iterator[FaultProxy]:
    """A proxy that does not outlive the block."""
    proxy = FaultProxy(host)
    try:
        yield proxy
    finally:
        proxy.close()


def waiting_signals(state: Path) -> set[str]:
    """The signals that the journal on disk holds and the store does not have, the engine running or not."""
    path = state / f"{ACCOUNT}.journal"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        found = database.execute("SELECT document_id FROM records WHERE collection = 'trading_signals' AND state = 0")
        return {document_id for (document_id,) in found}


def lose(state: Path) -> None:
    """The machine's disk is gone."""
    for path in state.glob(f"{ACCOUNT}.journal*"):
        path.unlink()


def let_the_lease_run_out(host: str, project: str) -> None:
    """Its holder is dead and nobody can prove it; the ninety seconds until others may take it are over."""
    wire = connect(project, host)
    request = commit_request(wire.database)
    add_set(request, name_of(wire.database, "leases", ACCOUNT), {"until": datetime(2020, 1, 1, tzinfo=UTC)})
    wire.commit(request)
    wire.close()


def in_memory(until: Instant) -> dict[str, SignalRecord]:
    """The signals that the demo market gives these bots, by id."""
    spec = replace(account(market="demo"), account_id=ACCOUNT)
    feed = DemoFeed(DemoMarket(DEMO_BOTS.seed), ManualClock(), 0)
    life = Life(feed, MemoryJournal(ManualClock()), Household(DEMO_BOTS.bots, spec), spec=spec).begin()
    life.run_until(until + MINUTE)
    return {record.signal_id: record for record in life.outbox.all(SignalRecord)}


def market_at(store: Store) -> Instant:
    found = store.get("accounts", ACCOUNT) or {}
    return instant_of(found["market_at"]) if "market_at" in found else 0


def die_in_an_outage(proxy: FaultProxy, project: str, state: Path, store: Store) -> set[str]:
    """Trade, lose the store, give signals, be killed; the signals that only the journal had."""
    with engine_process(proxy.host, project, state, LOCKSTEP_SPEED=FAST) as engine:
        await_that(lambda: bool(store.all_of("fills", ACCOUNT)), 60, engine, "a fill is in Firestore")
        proxy.blackhole()
        await_that(
            lambda: len(waiting_signals(state) - signals_in(store)) >= 5, 60, engine, "signals wait in the journal"
        )
        engine.end(signal.SIGKILL)
    lost = waiting_signals(state)
    lose(state)
    proxy.heal()
    return lost


def signals_in(store: Store) -> set[str]:
    return set(store.all_of("trading_signals", ACCOUNT))


def test_signals_of_an_outage_survive_the_machine_and_its_journal(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    host, state = firestore_emulator.host, tmp_path / "state"
    store = Store(host, firestore_project)
    with proxy_to(host) as proxy:
        lost = die_in_an_outage(proxy, firestore_project, state, store)
        lost -= signals_in(store)  # a commit that was on its way when the store went may be in, its answer lost
        assert len(lost) >= 3
        known = {**store.all_of("trading_signals", ACCOUNT)}
        fills = set(store.all_of("fills", ACCOUNT))
        let_the_lease_run_out(host, firestore_project)
        with engine_process(proxy.host, firestore_project, state, LOCKSTEP_SPEED=FAST) as engine:
            await_that(lambda: lost <= signals_in(store), 60, engine, "every lost signal is in Firestore")
            assert engine.end(signal.SIGTERM) == 0
    reached = market_at(store)
    expected = {key for key, given in in_memory(reached).items() if given.confirmed_at <= reached}
    assert lost <= expected
    assert signals_in(store) == expected
    after = store.all_of("trading_signals", ACCOUNT)
    assert {key: after[key] for key in known} == known, "what was there was not written again"
    assert fills <= set(store.all_of("fills", ACCOUNT))
    assert_books_tie(store, CASH)
