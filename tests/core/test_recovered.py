"""A run that is cut and goes on from its newest records decides what the uncut run decided.

Legitimate differences: orders that were open at the cut (the simulated venue forgot them, they are cancelled) and the
numbering of records.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache

import pytest

from engine.core.orders import TERMINAL
from engine.domain.account import Desired, TradingState
from engine.domain.events import (
    BotChanged,
    ClockTicked,
    Event,
    FillReceived,
    HaltChanged,
    HistoryBar,
    MarketEnded,
    OrderCancelled,
    OrderRejected,
    Recovered,
    SessionOpened,
)
from engine.domain.instant import MINUTE, Instant
from engine.domain.market import Tick
from engine.domain.order import OrderState
from engine.domain.records import BotStatusRecord, OrderRecord
from engine.domain.signal import SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import instrument, tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import MONDAY, TUESDAY, at, session
from tests.core import days

WHOLE = FillModel()


@cache
def events() -> tuple[Event, ...]:
    return tuple(days.market())


@cache
def uncut() -> Books:
    books = days.desk(model=WHOLE)
    books.run(events())
    return books


def instant(event: Event) -> Instant:
    """When an event of the stream happens; a halt rides with the tick after it."""
    return event.at if isinstance(event, Tick | SessionOpened | MarketEnded) else 0


def place_of(cut_at: Instant) -> int:
    """The number of the first event at or after an instant."""
    return next(number for number, event in enumerate(events()) if instant(event) >= cut_at)


@cache
def run_until(cut_at: Instant) -> tuple[Books, int]:
    """The run up to the first minute from an instant on at which no order is open, and the event that comes next."""
    books = days.desk(model=WHOLE)
    place = place_of(cut_at)
    books.run(events()[:place])
    books.step(ClockTicked(cut_at))
    while books.state.open_orders():
        cut_at += MINUTE
        books.run(events()[place : place_of(cut_at)])
        place = place_of(cut_at)
        books.step(ClockTicked(cut_at))
    return books, place


def go_on(old: Books, fresh: Books, bots: Sequence[BotChanged]) -> Books:
    """Bring a fresh account to where an old one was, as start-up does."""
    kept = [r for r in old.newest() if not (isinstance(r, OrderRecord) and r.state in TERMINAL)]
    fresh.step(Recovered(tuple(kept), old.state.sequence))
    for order in fresh.state.open_orders():
        fresh.step(OrderCancelled(order.order_id, "the simulated venue was restarted", fresh.state.now))
    bars = sorted(
        (entry for tape in old.state.tapes.values() for entry in tape.history),
        key=lambda entry: (entry[0].close_at, entry[0].symbol),
    )
    told = None
    for bar, trading in bars:
        if trading is not None and trading != told:
            fresh.step(SessionOpened(trading, trading.open_at))
            told = trading
        fresh.step(HistoryBar(bar))
    fresh.step(*bots)
    return fresh


def resumed(old: Books) -> Books:
    fresh = days.desk((), model=WHOLE)
    return go_on(old, fresh, [BotChanged(one, Desired.RUNNING, 1) for one in days.BOTS])


def cuts() -> list[Instant]:
    chance = random.Random(7)
    minutes = [session(day).open_at + chance.randrange(3, 370) * MINUTE for day in (MONDAY, TUESDAY) * 3]
    halted = session(MONDAY).open_at + 130 * MINUTE
    return [halted, *minutes, session(MONDAY).close_at, session(TUESDAY).open_at + MINUTE]


@pytest.mark.parametrize("cut_at", cuts())
def test_after_a_cut_the_fills_are_those_of_the_uncut_run_id_by_id(cut_at: Instant) -> None:
    old, place = run_until(cut_at)
    books = resumed(old)
    recovered = len(books.effects)
    books.run(events()[place:])
    for kind in ("signals", "fills", "trades", "orders"):
        whole, first, rest = (getattr(run, kind) for run in (uncut(), old, books))
        assert [*first, *rest] == whole, kind
    assert books.account.cash == uncut().account.cash
    assert books.account.high_water_mark == uncut().account.high_water_mark
    assert books.state.ledger.profits == uncut().state.ledger.profits
    assert [mark.equity for mark in books.state.ledger.marks] == [mark.equity for mark in uncut().state.ledger.marks]
    assert min(effect.sequence for effect in books.effects) == old.state.sequence + 1
    assert recovered < len(books.effects)


def test_some_cut_had_positions_open_and_some_cut_was_halted() -> None:
    """Or the test above would show little."""
    cut = [run_until(cut_at)[0] for cut_at in cuts()]
    assert max(len(books.state.portfolio) for books in cut) >= 2
    assert "HALTED" in {books.account.trading_state for books in cut}


def holding(clock: str) -> Books:
    scripts = {"script": {at("09:30"): SignalType.BUY, at("09:40"): SignalType.SELL}}
    books = paper_loop((bot(strategy="script", quantity=10),), make_strategy=scripted(scripts))
    books.step(tick("09:29:50", 500), tick("09:30", 500), tick("09:39:50", 500), ClockTicked(at(clock)))
    return books


def test_an_exit_that_was_open_at_the_cut_is_cancelled_and_the_position_can_still_be_closed() -> None:
    old = holding("09:40")
    assert [order.state for order in old.orders] == [OrderState.FILLED, OrderState.ACCEPTED]
    fresh = paper_loop((), make_strategy=scripted({}), opened=False)
    go_on(old, fresh, [BotChanged(bot(strategy="script", quantity=10), Desired.RUNNING, 1)])
    assert [order.state for order in fresh.orders] == [OrderState.CANCELLED]
    fresh.step(tick("14:55", 505), tick("14:55:01", 505))
    assert len(fresh.state.portfolio) == 0
    assert fresh.trades[0].fill_ids[0] == old.fills[0].fill_key
    assert fresh.account.cash == 1_000_000 + fresh.trades[0].net_pnl


def test_a_symbol_that_is_held_and_no_longer_listed_halts_the_account() -> None:
    old = holding("09:35")
    fresh = paper_loop((), instruments=(instrument("OTHER"),), opened=False)
    fresh.step(Recovered(old.newest(), old.state.sequence))
    assert fresh.state.breaker.broken
    assert "ACME is held but no longer listed" in (fresh.state.breaker.reason or "")


@pytest.mark.parametrize("prices", [1, 2])
def test_an_open_order_of_a_symbol_no_longer_listed_halts_the_account_and_the_day_begins(prices: int) -> None:
    scripts, half = {"script": {at("09:30"): SignalType.BUY}}, FillModel(partial_pct=100)
    old = paper_loop((bot(strategy="script", quantity=10),), make_strategy=scripted(scripts), model=half)
    old.step(tick("09:29:50", 500), ClockTicked(at("09:30")), *[tick("09:30:01", 500)][: prices - 1])
    assert (len(old.state.open_orders()), len(old.fills)) == (1, prices - 1)
    fresh = paper_loop((), instruments=(instrument("OTHER"),), opened=False)
    fresh.step(Recovered(old.newest(), old.state.sequence), SessionOpened(session(), session().open_at))
    fresh.step(tick("09:31", 500, "OTHER"), ClockTicked(at("09:32")))
    assert "ACME" in (fresh.state.breaker.reason or "")
    assert fresh.state.breaker.broken


def test_a_recovered_position_keeps_its_stop() -> None:
    scripts = {"script": {at("09:30"): SignalType.BUY}}
    old = paper_loop((bot(strategy="script", quantity=10, stop="1"),), make_strategy=scripted(scripts))
    old.step(tick("09:29:50", 500), tick("09:30", 500), ClockTicked(at("09:31")))
    fresh = paper_loop((), make_strategy=scripted({}), opened=False)
    go_on(old, fresh, [BotChanged(bot(strategy="script", quantity=10, stop="1"), Desired.RUNNING, 1)])
    fresh.step(tick("09:31:05", 494), tick("09:31:06", 494))
    assert [trade.exit_reason for trade in fresh.trades] == ["stop"]


def test_a_recovered_account_still_cools_down() -> None:
    old = holding("09:35")
    scripts = {"script": {at("09:44"): SignalType.BUY, at("09:45"): SignalType.BUY}}
    fresh = paper_loop((), make_strategy=scripted(scripts, cooldown_s=900), opened=False)
    go_on(old, fresh, [BotChanged(bot(strategy="script", quantity=10), Desired.RUNNING, 1)])
    fresh.step(tick("09:43:50", 500), tick("09:44:50", 500), ClockTicked(at("09:45")))
    assert [signal.blocking_reason for signal in fresh.signals] == ["cooldown", None]


def test_a_fill_from_before_the_cut_is_not_booked_again_after_it() -> None:
    scripts = {"script": {at("09:30"): SignalType.BUY}}
    spec = bot(strategy="script", quantity=10)
    old = paper_loop((spec,), make_strategy=scripted(scripts), model=FillModel(partial_pct=100))
    old.step(tick("09:29:50", 500), tick("09:30", 500))
    (half,) = old.fills
    fresh = paper_loop((), opened=False)
    fresh.step(Recovered(old.newest(), old.state.sequence))
    told = FillReceived(half.order_id, half.venue_fill_id, half.quantity, half.price, half.filled_at)
    assert list(fresh.loop.engine.process(told)) == []
    assert fresh.state.ledger.cash == old.state.ledger.cash
    assert [position.quantity for position in fresh.state.portfolio.all()] == [5]


def test_a_bots_day_goes_on_after_a_cut_and_not_after_the_day_has_turned() -> None:
    old = holding("09:35")
    before = old.all(BotStatusRecord)[-1]
    assert before.orders_today == 1
    tuesday = session(TUESDAY)
    for turned, orders in ((False, 1), (True, 0)):
        fresh = paper_loop((), make_strategy=scripted({}), opened=False)
        fresh.step(Recovered(old.newest(), old.state.sequence))
        if turned:
            fresh.step(SessionOpened(tuesday, tuesday.open_at))
        fresh.step(BotChanged(bot(strategy="script", quantity=10), Desired.RUNNING, 1))
        after = fresh.all(BotStatusRecord)[-1]
        assert after.orders_today == orders
        assert after.charges_day == (0 if turned else before.charges_day)


def test_a_halt_for_a_broken_invariant_outlives_a_restart_and_a_resume() -> None:
    old = holding("09:40")
    old.step(OrderRejected(old.fills[0].order_id, "after it was filled", at("09:41")))
    assert old.state.breaker.broken
    fresh = resumed(old)
    fresh.step(HaltChanged(False, ""))
    assert fresh.state.breaker.broken
    assert fresh.state.trading_state is TradingState.HALTED
