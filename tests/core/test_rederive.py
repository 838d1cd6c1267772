"""Signals, decisions and bars found again in history: what a bar gave it gives again, under the same id, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from engine.core.rederive import NO_ORDER
from engine.domain.account import Desired
from engine.domain.events import (
    BotChanged,
    ClockTicked,
    HistoryBar,
    Recovered,
    SessionOpened,
)
from engine.domain.found import FactsFound, FoundFacts, FoundViews, ViewsFound
from engine.domain.instant import MINUTE, Instant
from engine.domain.market import Bar
from engine.domain.order import OrderState
from engine.domain.records import BarRecord, DecisionRecord, OrderRecord
from engine.domain.signal import Outcome, SignalType
from tests.builders.market import bar, tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import MONDAY, at, session

GIVES = {"script": {at("09:18"): SignalType.BUY, at("09:21"): SignalType.SELL, at("09:24"): SignalType.BUY}}
TRADING = session(MONDAY, entry_from="09:15")
OPEN = TRADING.open_at


def minutes(*labels: str) -> list[Bar]:
    return [bar(label, (500, 501, 499, 500)) for label in labels]


DAY = minutes(*(f"09:{number}" for number in range(15, 27)))


def found(
    bars: list[Bar],
    now: str,
    facts: FoundFacts,
    verdicts: Mapping[tuple[str, str, Instant], str] | None = None,
    *,
    seen: str = "09:15",
    timeframe: str = "1m",
    known: frozenset[tuple[str, str, Instant]] = frozenset(),
    waiting: Mapping[tuple[str, str, Instant], str] | None = None,
    old: Books | None = None,
    desired: Desired = Desired.RUNNING,
) -> Books:
    """An account that lost its journal, once all was found."""
    books = paper_loop((), make_strategy=scripted(GIVES), opened=False)
    if old is not None:
        books.step(Recovered(old.newest(), old.state.sequence))
    books.step(SessionOpened(TRADING, at(now)), *map(HistoryBar, bars), FactsFound(facts))
    books.step(BotChanged(bot(strategy="script", quantity=10, timeframe=timeframe), desired, 1))
    books.effects.clear()
    views = FoundViews(verdicts or {}, waiting or {}, known)
    books.step(ViewsFound(facts, views, {"alpha": at(seen)}))
    return books


NOTHING = FoundFacts(OPEN)


def test_history_gives_its_signals_again_and_no_order() -> None:
    books = found(DAY, "09:27", NOTHING)
    assert [(one.type, one.confirmed_at) for one in books.signals] == [
        (kind, when) for when, kind in GIVES["script"].items()
    ]
    assert {(one.outcome, one.blocking_reason, one.order_id) for one in books.signals} == {
        (Outcome.EXPIRED, "rederived", None)
    }
    assert books.orders == []
    assert books.state.bots["alpha"].signals == 3
    books.step(tick("09:27:10", 500), ClockTicked(at("09:28")))
    assert books.orders == [], "and none later"


def test_decisions_and_bars_come_with_them_in_the_order_of_time() -> None:
    books = found(DAY, "09:27", NOTHING)
    assert [one.at for one in books.all(DecisionRecord)] == [one.close_at for one in DAY]
    assert [one.verdict for one in books.all(DecisionRecord)].count("signal") == 3
    assert [one.at for one in books.all(BarRecord)] == [one.open_at for one in DAY]


def test_what_was_judged_is_not_judged_again() -> None:
    """Up to the last bar that a bot is known to have looked at, only a bar said to have a signal gives one."""
    verdicts = {
        ("alpha", "ACME", at("09:18")): "signal",
        ("alpha", "ACME", at("09:19")): "quiet",
        ("alpha", "ACME", at("09:22")): "quiet",
    }
    books = found(DAY, "09:27", NOTHING, verdicts)
    assert [one.confirmed_at for one in books.signals] == [at("09:18"), at("09:24")]
    assert min(one.at for one in books.all(DecisionRecord)) == at("09:23")


def test_between_what_a_damaged_journal_still_had_a_signal_may_be_lost() -> None:
    verdicts = {("alpha", "ACME", at("09:17")): "quiet"}
    waiting = {("alpha", "ACME", at("09:18")): "signal", ("alpha", "ACME", at("09:23")): "quiet"}
    books = found(DAY, "09:27", NOTHING, verdicts, waiting=waiting)
    assert [one.confirmed_at for one in books.signals] == [at("09:18"), at("09:21"), at("09:24")]
    assert not {at("09:18"), at("09:23")} & {one.at for one in books.all(DecisionRecord)}


def test_a_bar_judged_otherwise_then_gives_no_signal_now_and_is_told() -> None:
    books = found(DAY, "09:20", NOTHING, {("alpha", "ACME", at("09:18")): "quiet"})
    assert [one.confirmed_at for one in books.signals] == [at("09:21"), at("09:24")]
    (told,) = books.alerts[-1:]
    assert (told.kind, told.severity) == ("signals_differ", "warning")
    assert "Firestore has quiet there, today's bars give a BUY" in told.text


def test_a_signal_that_the_bars_no_longer_give_is_told() -> None:
    books = found(DAY, "09:27", NOTHING, {("alpha", "ACME", at("09:16")): "signal"})
    assert "today's bars give none" in books.alerts[-1].text


def test_a_bot_that_never_ran_or_is_stopped_gives_nothing() -> None:
    assert found(DAY, "09:27", NOTHING, desired=Desired.STOPPED).signals == []
    late = found(DAY, "09:27", NOTHING, seen="09:22")
    assert [one.confirmed_at for one in late.signals] == [at("09:24")]


def traded() -> Books:
    """The account that was lost: its first signal led to an order."""
    books = paper_loop((bot(strategy="script", quantity=10),), make_strategy=scripted(GIVES), opened=False)
    books.step(SessionOpened(TRADING, OPEN))
    books.step(*(tick(f"09:{number}:50", 500) for number in range(15, 20)), ClockTicked(at("09:20")))
    return books


def test_the_order_that_came_of_a_lost_signal_is_named() -> None:
    old = traded()
    facts = FoundFacts(OPEN, tuple(old.fills), {one.order_id: one for one in old.orders})
    again = found(DAY, "09:27", facts, old=old).signals
    assert (again[0].outcome, again[0].order_id) == (Outcome.ORDERED, old.orders[0].order_id)
    assert (again[1].outcome, again[1].order_id) == (Outcome.EXPIRED, None)


@pytest.mark.parametrize("state", [OrderState.REFUSED, OrderState.FILLED, OrderState.CANCELLED])
def test_a_refused_order_blocked_its_signal_any_other_was_ordered(state: OrderState) -> None:
    signal = found(DAY, "09:27", NOTHING).signals[0]
    order = ended_as(signal.signal_id, state)
    facts = FoundFacts(OPEN, (), {order.order_id: order})
    again = found(DAY, "09:27", facts).signals[0]
    blocked = state is OrderState.REFUSED
    assert (again.outcome, again.blocking_reason, again.order_id) == (
        Outcome.BLOCKED if blocked else Outcome.ORDERED,
        "notional" if blocked else None,
        "ORDER",
    )


def ended_as(signal_id: str, state: OrderState) -> OrderRecord:
    (template,) = traded().orders
    return replace(template, order_id="ORDER", signal_id=signal_id, state=state, reason="notional")


def test_what_is_there_is_not_written_again() -> None:
    first = found(DAY, "09:27", NOTHING)
    facts = FoundFacts(OPEN, signals={one.signal_id: one for one in first.signals})
    verdicts = {("alpha", "ACME", one.at): one.verdict for one in first.all(DecisionRecord)}
    known = frozenset(("ACME", "1m", one.at) for one in first.all(BarRecord))
    again = found(DAY, "09:27", facts, verdicts, known=known)
    assert again.effects == []


def test_a_wide_bar_whose_last_minutes_were_empty_is_of_the_past_and_no_price_to_come_makes_an_order_of_it() -> None:
    """09:15 to 09:18 without its last minute: history did not close it, the clock is at its end."""
    gives = found(minutes("09:15", "09:16"), "09:18", NOTHING, timeframe="3m")
    assert [(one.confirmed_at, one.outcome) for one in gives.signals] == [(at("09:18"), Outcome.EXPIRED)]
    gives.step(tick("09:18:10", 500), ClockTicked(at("09:19")), tick("09:19:10", 500))
    gives.step(*(tick(f"09:{number}:10", 500) for number in (20, 21)), ClockTicked(at("09:22")))
    assert len({one.signal_id for one in gives.signals}) == len(gives.signals) == 2
    assert [one.confirmed_at for one in gives.signals] == [at("09:18"), at("09:21")]
    assert all(order.created_at > at("09:18") for order in gives.orders)


def test_yesterdays_bars_only_warm() -> None:
    friday = "2026-02-27"
    before = [bar(f"09:{number}", (500, 501, 499, 500), day=friday) for number in range(15, 20)]
    books = paper_loop((), make_strategy=scripted({"script": {before[-1].close_at: SignalType.BUY}}), opened=False)
    yesterday = session(friday)
    books.step(SessionOpened(yesterday, yesterday.open_at), *map(HistoryBar, before))
    books.step(SessionOpened(TRADING, at("09:20")), *map(HistoryBar, DAY[:3]))
    books.step(BotChanged(bot(strategy="script", quantity=10), Desired.RUNNING, 1))
    books.step(ViewsFound(NOTHING, FoundViews(), {"alpha": OPEN - 10_000 * MINUTE}))
    assert books.signals == []
    assert [one.at for one in books.all(DecisionRecord)] == [one.close_at for one in DAY[:3]]


def test_a_signal_whose_order_never_reached_the_store_says_that_it_is_lost() -> None:
    old = traded()
    (signal,) = old.signals
    (told,) = found(DAY[:4], "09:19", FoundFacts(OPEN, signals={signal.signal_id: signal})).signals
    assert told == replace(
        signal, outcome=Outcome.EXPIRED, order_id=None, blocking_reason="order_lost", blocking_detail=NO_ORDER
    )


def test_a_signal_whose_order_is_there_stays_as_it_is() -> None:
    old = traded()
    (signal,) = old.signals
    orders = {one.order_id: one for one in old.orders}
    facts = FoundFacts(OPEN, tuple(old.fills), orders, signals={signal.signal_id: signal})
    assert found(DAY[:4], "09:19", facts, old=old).signals == []


def test_a_signal_whose_order_is_there_is_found_again_even_of_a_bar_that_is_known_to_have_been_judged() -> None:
    """What the bot says of itself went ahead to the store with the order; the signal waited in the journal."""
    old = traded()
    (order,) = old.orders
    facts = FoundFacts(OPEN, tuple(old.fills), {order.order_id: order})
    books = found(DAY, "09:27", facts, old=old, seen="09:20")
    (first, *_) = books.signals
    assert (first.confirmed_at, first.outcome, first.order_id) == (at("09:18"), Outcome.ORDERED, order.order_id)
    assert at("09:18") in {one.at for one in books.all(DecisionRecord)}
