"""What a store must tell of an account's past, on the twin and on the emulator: all of it, in order, nobody else's."""

from __future__ import annotations

from dataclasses import replace

from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.recovery import PAGE, FirestorePast
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.firestore.wire import Wire
from engine.domain.account import AccountSpec
from engine.domain.found import FoundFacts, FoundViews
from engine.domain.instant import MINUTE
from engine.domain.order import OrderState
from engine.domain.records import (
    BarRecord,
    ClosedTradeRecord,
    DecisionRecord,
    FillRecord,
    OrderRecord,
    OrderStep,
    Record,
    SignalRecord,
)
from engine.ports import Pending
from engine.simulation.clock import ManualClock
from tests.outbox.sample_records import BEGIN, sample

ACCOUNT = AccountSpec("account-id-1", "user-1")
OTHER = AccountSpec("paper-other", "user-1")
SINCE = BEGIN + 2 * MINUTE


def write(wire: Wire, *records: Record, account: AccountSpec = ACCOUNT) -> None:
    """Into the store as the relay does, numbered in order."""
    clock = ManualClock()
    lease = FirestoreLease(wire, clock)
    grant = lease.acquire(account, "one", "journal", old_holder_dead=False)
    store = FirestoreRecordStore(wire, lease, clock, lambda symbol: 2)
    items = [Pending(number, number, record, 100) for number, record in enumerate(records, start=1)]
    for start in range(0, len(items), 200):
        store.commit(grant, items[start : start + 200])


def test_all_fills_are_found_in_the_order_they_were_booked_however_many_there_are(wire: Wire) -> None:
    fills = [sample(FillRecord, number, filled_at=BEGIN + number // 3) for number in range(2 * PAGE + 1)]
    write(wire, *fills)
    write(wire, sample(FillRecord, 9_999), account=OTHER)
    assert list(FirestorePast(wire).facts(ACCOUNT, SINCE).fills) == fills


def test_orders_signals_and_trades_are_found_since_an_instant(wire: Wire) -> None:
    orders = [sample(OrderRecord, number, created_at=BEGIN + number * MINUTE) for number in range(5)]
    signals = [sample(SignalRecord, number, confirmed_at=BEGIN + number * MINUTE) for number in range(5)]
    trades = [sample(ClosedTradeRecord, number, exit_at=BEGIN + number * MINUTE) for number in range(5)]
    write(wire, *orders, *signals, *trades)
    write(wire, sample(SignalRecord, 9, confirmed_at=SINCE), account=OTHER)
    found = FirestorePast(wire).facts(ACCOUNT, SINCE)
    assert found.orders == {order.order_id: order for order in orders[2:]}
    assert found.signals == {signal.signal_id: signal for signal in signals[2:]}
    assert found.trades == {trade.trade_id for trade in trades[2:]}
    assert found.since == SINCE


def test_an_empty_store_has_no_past(wire: Wire) -> None:
    past = FirestorePast(wire)
    assert past.facts(ACCOUNT, 0) == FoundFacts()
    assert past.views(ACCOUNT, ["alpha"], ["2026-01-05"]) == FoundViews()
    assert past.states(ACCOUNT.account_id).records == ()


def test_decisions_and_bars_are_found_by_day_and_moment(wire: Wire) -> None:
    line = sample(DecisionRecord, bot_id="alpha", symbol="M&M", slot="M&M_0915", verdict="signal", day="2026-01-05")
    later = replace(line, slot="M&M_0916", at=line.at + MINUTE, verdict="quiet")
    bar = sample(BarRecord, account_id=ACCOUNT.account_id, symbol="A_B", day="2026-01-05")
    write(wire, line, later, bar, replace(bar, slot="0916", at=bar.at + MINUTE))
    write(wire, replace(line, bot_id="beta"), replace(line, day="2026-01-06"), replace(bar, day="2026-01-06"))
    found = FirestorePast(wire).views(ACCOUNT, ["alpha"], ["2026-01-05"])
    assert found.verdicts == {("alpha", "M&M", line.at): "signal", ("alpha", "M&M", later.at): "quiet"}
    assert found.bars == {("A_B", "1m", bar.at), ("A_B", "1m", bar.at + MINUTE)}
    both = FirestorePast(wire).views(ACCOUNT, ["alpha", "beta"], ["2026-01-05", "2026-01-06"])
    assert ("beta", "M&M", line.at) in both.verdicts


def test_the_last_thing_done_is_the_newest_of_fills_signals_and_orders() -> None:
    fill = sample(FillRecord, filled_at=BEGIN)
    signal = sample(SignalRecord, confirmed_at=BEGIN + MINUTE)
    order = sample(OrderRecord, created_at=BEGIN, history=(OrderStep(OrderState.FILLED, BEGIN + 2 * MINUTE),))
    assert FoundFacts().reached_at == 0
    assert FoundFacts(fills=(fill,)).reached_at == BEGIN
    assert FoundFacts(fills=(fill,), signals={"a": signal}).reached_at == BEGIN + MINUTE
    assert FoundFacts(fills=(fill,), signals={"a": signal}, orders={"a": order}).reached_at == BEGIN + 2 * MINUTE
