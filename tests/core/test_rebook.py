"""Books made of fills again: from states of one earlier moment or of several to those of the run that was never cut."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from engine.core.orders import TERMINAL
from engine.core.state import State
from engine.domain.account import ReduceBy
from engine.domain.events import ClockTicked, Event, HistoryBar, Recovered, SessionOpened
from engine.domain.found import FactsFound, FoundFacts
from engine.domain.instant import MINUTE, Instant
from engine.domain.market import Tick
from engine.domain.order import OrderState
from engine.domain.records import (
    ClosedTradeRecord,
    OrderRecord,
    PositionFlat,
    PositionRecord,
    ProfitRecord,
    Record,
)
from engine.domain.signal import SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import MONDAY, TUESDAY, at, session
from tests.core import days

PARTIAL = FillModel(partial_pct=40, latency_ms=400)


@cache
def run_until(moment: Instant, reduce_by: ReduceBy = ReduceBy.AVERAGE) -> Books:
    """The busy account up to an instant."""
    books = days.desk(model=PARTIAL)
    books.state.portfolio._reduce_by = reduce_by
    for event in days.market():
        if moment_of(event) >= moment:
            break
        books.step(event)
    books.step(ClockTicked(moment))
    return books


def moment_of(event: Event) -> Instant:
    return event.at if isinstance(event, Tick | SessionOpened) else 0


def facts_of(books: Books, since: Instant) -> FoundFacts:
    """What a store would have that got every fact."""
    return FoundFacts(
        since,
        tuple(books.fills),
        {order.order_id: order for order in books.orders if order.created_at >= since},
        {signal.signal_id: signal for signal in books.signals if signal.confirmed_at >= since},
        frozenset(trade.trade_id for trade in books.trades if trade.exit_at >= since),
    )


def made_again(old: Books, later: Books, facts: FoundFacts, states: tuple[Record, ...] = ()) -> Books:
    """A fresh account from an old one's states and later facts, as start-up makes it."""
    fresh = days.desk(())
    fresh.state.portfolio._reduce_by = later.state.portfolio._reduce_by
    kept = states or old.newest()
    kept = tuple(record for record in kept if not (isinstance(record, OrderRecord) and record.state in TERMINAL))
    fresh.step(Recovered(kept, later.state.sequence))
    told = None
    bars = (entry for tape in later.state.tapes.values() for entry in tape.history)
    for bar, trading in sorted(bars, key=lambda entry: (entry[0].close_at, entry[0].symbol)):
        if trading is not None and trading != told:
            fresh.step(SessionOpened(trading, trading.open_at))
            told = trading
        fresh.step(HistoryBar(bar))
    fresh.step(FactsFound(facts))
    return fresh


def money(state: State) -> dict[str, object]:
    """What fills alone decide."""
    ledger = state.ledger
    return {
        "cash": ledger.cash,
        "day": (ledger.day, ledger.realized_gross_day, ledger.charges_day),
        "profits": ledger.profits,
        "positions": [
            (
                one.bot_id, one.symbol, one.quantity, one.cost, one.realized_gross, one.charges, one.fill_ids,
                one.turnover, one.opened_value, one.closed_value, one.entry_time,
                [(tranche.quantity, tranche.price, tranche.at) for tranche in one.tranches],
            )
            for one in state.portfolio.all()
        ],
    }  # fmt: skip


CUTS = [session(day).open_at + minute * MINUTE for day in (MONDAY, TUESDAY) for minute in (140, 250)]


CASES = [(cut_at, behind, ReduceBy.AVERAGE) for cut_at in CUTS for behind in (0, 7, 45)]
CASES += [(cut_at, 7, ReduceBy.FIFO) for cut_at in CUTS[1:3]]


@pytest.mark.parametrize(("cut_at", "behind", "reduce_by"), CASES)
def test_states_that_lag_behind_the_fills_are_brought_up_to_them(
    cut_at: Instant, behind: int, reduce_by: ReduceBy
) -> None:
    old, later = run_until(cut_at - behind * MINUTE, reduce_by), run_until(cut_at, reduce_by)
    fresh = made_again(old, later, facts_of(later, old.state.sessions["NSE"].open_at))
    assert money(fresh.state) == money(later.state)
    assert not fresh.state.breaker.broken
    assert fresh.all(ClosedTradeRecord) == []


def test_the_cuts_are_worth_it() -> None:
    """Or the test above would show little."""
    books = [run_until(cut_at) for cut_at in CUTS]
    assert max(len(one.state.portfolio) for one in books) >= 2
    assert len(books[-1].trades) > 20
    assert any(money(run_until(cut - 7 * MINUTE).state) != money(run_until(cut).state) for cut in CUTS)


def test_a_day_that_turned_in_what_was_lost_has_its_own_figures() -> None:
    old, later = run_until(session(MONDAY).close_at), run_until(CUTS[2])
    fresh = made_again(old, later, facts_of(later, session(MONDAY).open_at))
    assert later.state.ledger.charges_day > 0
    assert money(fresh.state) == money(later.state)
    assert fresh.state.ledger.start_equity_day == later.state.ledger.start_equity_day


def test_states_of_different_moments_are_put_in_step() -> None:
    """A position and the roll-ups of before, the money of after: documents are written one by one."""
    old, later = run_until(CUTS[1] - 7 * MINUTE), run_until(CUTS[1])
    kinds = (PositionRecord, PositionFlat, ProfitRecord)
    before = {(one.collection, one.document_id): one for one in old.newest() if isinstance(one, kinds)}
    mixed = {(one.collection, one.document_id): one for one in later.newest() if not isinstance(one, kinds)} | before
    states = tuple(one for one in mixed.values() if not isinstance(one, PositionFlat))
    fresh = made_again(old, later, facts_of(later, session(MONDAY).open_at), states)
    assert money(fresh.state) == money(later.state)


def test_a_closed_trade_that_the_store_lacks_is_written_as_it_was() -> None:
    later = run_until(CUTS[1])
    facts = facts_of(later, session(MONDAY).open_at)
    lost = later.trades[-1]
    fresh = made_again(later, later, replace(facts, trades=facts.trades - {lost.trade_id}))
    assert fresh.all(ClosedTradeRecord) == [lost]


def test_an_order_that_left_nothing_but_fills_is_written_as_filled() -> None:
    later = run_until(CUTS[1])
    facts = facts_of(later, session(MONDAY).open_at)
    lost = next(order for order in later.orders if order.state is OrderState.FILLED and order.signal_id)
    orders = {key: order for key, order in facts.orders.items() if key != lost.order_id}
    fresh = made_again(later, later, replace(facts, orders=orders))
    (found,) = [order for order in fresh.orders if order.order_id == lost.order_id]
    same = ("bot_id", "signal_id", "symbol", "side", "quantity", "filled_quantity", "average_price", "state", "purpose")
    assert [getattr(found, name) for name in same] == [getattr(lost, name) for name in same]
    assert found.reason == "found again from its fills after a restart"
    assert money(fresh.state) == money(later.state)


def test_trades_whose_fills_are_lost_are_told_and_count_for_nothing() -> None:
    later = run_until(CUTS[1])
    facts = facts_of(later, session(MONDAY).open_at)
    fresh = made_again(later, later, replace(facts, trades=facts.trades | {"STRANGER"}))
    (told,) = [alert for alert in fresh.alerts if alert.kind == "trades_without_fills"]
    assert "STRANGER" in told.text
    assert money(fresh.state) == money(later.state)


def holding() -> Books:
    scripts = {"script": {at("09:30"): SignalType.BUY}}
    books = paper_loop((bot(strategy="script", quantity=10, stop="1"),), make_strategy=scripted(scripts))
    books.step(tick("09:29:50", 500), tick("09:30", 500), ClockTicked(at("09:31")))
    return books


def recovered(old: Books, facts: FoundFacts) -> Books:
    fresh = paper_loop((), make_strategy=scripted({}), opened=False)
    fresh.step(Recovered(old.newest(), old.state.sequence))
    fresh.step(SessionOpened(session(MONDAY), at("09:31")))
    fresh.step(FactsFound(facts))
    return fresh


def test_a_position_in_step_keeps_its_stop_and_its_risk_and_says_nothing_of_a_correction() -> None:
    old = holding()
    fresh = recovered(old, facts_of(old, session(MONDAY).open_at))
    (before,), (after,) = old.state.portfolio.all(), fresh.state.portfolio.all()
    assert (after.stop_price, after.tranches) == (before.stop_price, before.tranches)
    assert after.at_risk_pct > 0
    (told,) = fresh.alerts
    assert "Made of its fills again" not in told.text
    assert fresh.all(PositionRecord) == []


def test_a_position_that_only_its_fill_is_left_of_risks_what_its_orders_stop_says() -> None:
    old = holding()
    facts = facts_of(old, session(MONDAY).open_at)
    states = tuple(record for record in old.newest() if not isinstance(record, PositionRecord))
    fresh = paper_loop((), make_strategy=scripted({}), opened=False)
    fresh.step(Recovered(states, old.state.sequence), SessionOpened(session(MONDAY), at("09:31")), FactsFound(facts))
    (before,), (after,) = old.state.portfolio.all(), fresh.state.portfolio.all()
    assert after.fill_ids == before.fill_ids
    assert abs(after.at_risk_pct - before.at_risk_pct) < Decimal("0.001")


def test_a_fill_that_is_told_again_after_it_is_known() -> None:
    old = holding()
    fresh = recovered(old, facts_of(old, session(MONDAY).open_at))
    assert fresh.state.portfolio.has_booked(old.fills[0].fill_key)


def test_a_symbol_that_is_held_and_no_longer_listed_halts_the_account() -> None:
    old = holding()
    facts = facts_of(old, session(MONDAY).open_at)
    strange = tuple(replace(fill, symbol="GONE") for fill in facts.fills)
    fresh = recovered(old, replace(facts, fills=strange))
    assert fresh.state.breaker.broken
    assert "GONE is held but no longer listed" in (fresh.state.breaker.reason or "")
    assert fresh.state.ledger.cash == old.state.ledger.cash


def test_a_round_trip_in_a_symbol_that_is_no_longer_listed_still_counts_for_the_cash() -> None:
    old = run_until(CUTS[0])
    trade = old.trades[0]
    fills = tuple(replace(fill, symbol="GONE") if fill.fill_key in trade.fill_ids else fill for fill in old.fills)
    fresh = made_again(old, old, replace(facts_of(old, session(MONDAY).open_at), fills=fills))
    assert fresh.state.ledger.cash == old.state.ledger.cash


def test_an_order_that_ended_with_a_fill_that_is_lost_is_open_again_and_will_be_looked_up() -> None:
    later = run_until(at("12:00"))
    facts = facts_of(later, session().open_at)
    lost = next(fill for fill in reversed(facts.fills) if facts.orders[fill.order_id].state is OrderState.FILLED)
    left = tuple(fill for fill in facts.fills if fill is not lost)
    fresh = made_again(run_until(at("09:30")), later, replace(facts, fills=left))
    order = fresh.state.orders[lost.order_id]
    known = sum((fill.quantity for fill in left if fill.order_id == lost.order_id), Decimal(0))
    assert (order.open, order.filled_quantity) == (True, known)
    others = (other for key, other in fresh.state.orders.items() if key != lost.order_id)
    assert not any(other.open and facts.orders[other.order_id].state in TERMINAL for other in others)
