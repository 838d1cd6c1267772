"""A bot that judges its symbols together: once a moment, and alike after a restart and from any data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.core.indicators import IndicatorKey
from engine.core.strategy import UniverseStrategy, Verdict
from engine.domain.account import Desired
from engine.domain.events import (
    BotChanged,
    ClockTicked,
    Event,
    HistoryBar,
    SessionOpened,
)
from engine.domain.found import FactsFound, FoundFacts, FoundViews, ViewsFound
from engine.domain.instant import Instant
from engine.domain.market import Bar
from engine.domain.order import Side
from engine.domain.records import DecisionRecord
from engine.domain.signal import Outcome, SignalType
from tests.builders.market import bar, instrument, tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.times import at, session

BUY, SELL = SignalType.BUY, SignalType.SELL
SYMBOLS = ("ACME", "BOLT")
Said = Mapping[str, Mapping[str, Verdict]]


class Written:
    """Says of a moment what is written for it; remembers which symbols it saw when."""

    needs: tuple[IndicatorKey, ...] = (("close",),)
    cooldown_s = 0
    confirm_us = 0
    allow_short = False

    def __init__(self, script: Said) -> None:
        self.script = {at(clock): said for clock, said in script.items()}
        self.seen: list[tuple[Instant, dict[str, float | None]]] = []

    def on_bars(
        self, at: Instant, bars: Mapping[str, Bar], values: Mapping[str, Mapping[IndicatorKey, float | None]]
    ) -> Mapping[str, Verdict]:
        assert list(bars) == sorted(bars) == list(values)
        self.seen.append((at, {symbol: values[symbol][("close",)] for symbol in bars}))
        script = self.script.get(at, {})
        if "fails" in script:
            raise ValueError("no such rank")
        return {symbol: script.get(symbol) or Verdict("quiet", 0.0) for symbol in bars}

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        return ("as written",)


def signal(side: SignalType, **flags: bool) -> Verdict:
    return Verdict("signal", 80.0 if side is BUY else -80.0, side, **flags)  # type: ignore[arg-type]


def written(script: Said, made: list[Written], **how: Any) -> Books:
    """A bot of ten each on two symbols, that says what is written."""

    def make(strategy: str, parameters: Mapping[str, Any]) -> UniverseStrategy:
        made.append(Written(script))
        return made[-1]

    return paper_loop(
        (bot(symbols=SYMBOLS, quantity=10, stop="1"),),
        make_strategy=make,
        instruments=[instrument(symbol) for symbol in SYMBOLS],
        **how,
    )


def both(clock: str, price: float = 500) -> tuple[Event, ...]:
    """A tick of each symbol in the minute that begins then."""
    return tuple(tick(f"{clock}:{40 + number}", price, symbol) for number, symbol in enumerate(SYMBOLS))


def test_one_strategy_judges_all_symbols_of_a_moment_once_and_one_without_a_bar_is_left_out() -> None:
    made: list[Written] = []
    books = written({}, made)
    books.step(*both("09:29"), tick("09:30:50", 501, "BOLT"), *both("09:31", 502), ClockTicked(at("09:32")))
    (strategy,) = made
    assert strategy.seen == [
        (at("09:30"), {"ACME": 500.0, "BOLT": 500.0}),
        (at("09:31"), {"BOLT": 501.0}),
        (at("09:32"), {"ACME": 502.0, "BOLT": 502.0}),
    ]
    assert [(one.symbol, one.at) for one in books.all(DecisionRecord)] == [
        ("ACME", at("09:30")), ("BOLT", at("09:30")), ("BOLT", at("09:31")), ("ACME", at("09:32")),
        ("BOLT", at("09:32")),
    ]  # fmt: skip


def test_what_only_closes_is_decided_before_what_opens() -> None:
    script = {
        "09:30": {"BOLT": signal(BUY)},
        "09:32": {"ACME": signal(BUY), "BOLT": signal(SELL, closes_only=True)},
    }
    books = written(script, [])
    for clock in ("09:29", "09:30", "09:31", "09:32"):
        books.step(*both(clock))
    assert [(one.symbol, one.side) for one in books.orders] == [
        ("BOLT", Side.BUY), ("BOLT", Side.SELL), ("ACME", Side.BUY),
    ]  # fmt: skip


def test_what_only_closes_never_opens_and_what_only_opens_never_adds() -> None:
    script = {
        "09:30": {"ACME": signal(SELL, closes_only=True), "BOLT": signal(BUY, opens_only=True)},
        "09:32": {"ACME": signal(BUY, closes_only=True), "BOLT": signal(BUY, opens_only=True)},
        "09:33": {"BOLT": signal(BUY, closes_only=True)},
    }
    books = written(script, [])
    for clock in ("09:29", "09:30", "09:31", "09:32", "09:33"):
        books.step(*both(clock))
    assert [(one.symbol, one.outcome, one.blocking_reason) for one in books.signals] == [
        ("ACME", Outcome.WATCH, "flat"),
        ("BOLT", Outcome.ORDERED, None),
        ("ACME", Outcome.WATCH, "flat"),
        ("BOLT", Outcome.WATCH, "held"),
        ("BOLT", Outcome.WATCH, "flat"),
    ]
    assert len(books.orders) == 1


def test_one_that_fails_takes_its_bot_out_and_what_it_holds_keeps_its_stop() -> None:
    books = written({"09:30": {"ACME": signal(BUY)}, "09:32": {"fails": signal(BUY)}}, [])
    for clock in ("09:29", "09:30", "09:31", "09:32"):
        books.step(*both(clock))
    assert "failed on its symbols: ValueError: no such rank" in (books.state.bots["alpha"].error or "")
    assert [alert.kind for alert in books.alerts] == ["strategy_failed"]
    books.step(tick("09:33:30", 494, "ACME"), tick("09:33:31", 494, "ACME"))
    assert [(trade.symbol, trade.exit_reason) for trade in books.trades] == [("ACME", "stop")]


@pytest.mark.parametrize("by", ["symbol", "time"])
@pytest.mark.parametrize("first", ["bot", "history"])
def test_history_is_judged_moment_by_moment_in_whatever_order_it_comes(by: str, first: str) -> None:
    made: list[Written] = []
    books = written({"09:17": {"ACME": signal(BUY)}}, made, opened=False)
    books.step(SessionOpened(session(), at("09:20")))
    bars = [bar(f"09:{minute}", (500, 500, 500, 500), name) for name in SYMBOLS for minute in range(15, 20)]
    if by == "time":
        bars.sort(key=lambda one: one.open_at)
    past = [HistoryBar(one) for one in bars]
    again = BotChanged(bot("late", SYMBOLS), Desired.RUNNING, 1)
    books.step(*([again, *past] if first == "bot" else [*past, again]))
    books.step(*both("09:20"), ClockTicked(at("09:21")))
    for strategy in made:
        assert [when for when, _ in strategy.seen] == [at(f"09:{minute}") for minute in range(16, 22)]
        assert all(len(closes) == 2 for _, closes in strategy.seen)
    assert books.signals == [], "the past gives no signal"


def test_a_signal_that_was_lost_is_found_again_in_history() -> None:
    books = written({"09:18": {"BOLT": signal(BUY)}}, [], opened=False)
    bars = [bar(f"09:{minute}", (500, 500, 500, 500), name) for name in SYMBOLS for minute in range(15, 20)]
    facts = FoundFacts(session().open_at)
    books.step(SessionOpened(session(entry_from="09:15"), at("09:20")), *map(HistoryBar, bars), FactsFound(facts))
    books.step(BotChanged(bot("alpha", SYMBOLS, quantity=10), Desired.RUNNING, 2))
    books.effects.clear()
    books.step(ViewsFound(facts, FoundViews({}, {}, frozenset()), {"alpha": at("09:15")}))
    assert [(one.symbol, one.confirmed_at, one.outcome) for one in books.signals] == [
        ("BOLT", at("09:18"), Outcome.EXPIRED)
    ]
    assert len(books.all(DecisionRecord)) == 10
