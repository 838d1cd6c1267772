"""A strategy that fails takes its own bot out and nothing else: what is held keeps its stop, others go on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.core.failing import said_by
from engine.core.indicators import IndicatorKey
from engine.core.strategy import Strategy, Verdict
from engine.domain.account import Desired
from engine.domain.errors import StrategyFailed
from engine.domain.events import BotChanged, HistoryBar, Recovered, SessionOpened
from engine.domain.found import FactsFound, FoundFacts, FoundViews, ViewsFound
from engine.domain.instant import Instant
from engine.domain.market import Bar
from engine.domain.records import AlertRecord, BotStatusRecord, DecisionRecord
from engine.domain.signal import SignalType
from tests.builders.market import bar as bar_of
from tests.builders.market import tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import Scripted
from tests.builders.times import MONDAY, at, session


class Failing(Scripted):
    """Divides by zero from a bar on."""

    fails_from: Instant = at("09:32")

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        if bar.close_at >= self.fails_from:
            return Verdict("quiet", 1 / 0)
        return super().on_bar(bar, values)


class Speechless(Scripted):
    """Trades as written, and can't say why."""

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        raise KeyError("adx")


class Stillborn(Scripted):
    """Asks for an indicator that there is not."""

    needs = (("astrology", 14),)


KINDS = {"failing": Failing, "speechless": Speechless, "stillborn": Stillborn, "sound": Scripted}


def strategies(strategy: str, parameters: Mapping[str, Any]) -> Strategy:
    return KINDS[strategy]({at("09:30"): SignalType.BUY, at("09:33"): SignalType.BUY})


BOTS = (bot("alpha", strategy="failing", quantity=10, stop="1"), bot("beta", strategy="sound", quantity=10))


def failed() -> Books:
    """Both hold; then the one fails."""
    books = paper_loop(BOTS, make_strategy=strategies)
    books.step(tick("09:29:50", 500), tick("09:30", 500), tick("09:31:50", 500), tick("09:32:50", 500))
    books.step(tick("09:33", 500), tick("09:33:01", 500))
    return books


def test_a_bot_whose_strategy_fails_shows_the_error_and_the_others_go_on() -> None:
    books = failed()
    error = books.state.bots["alpha"].error or ""
    said, _, line = error.partition(" (test_failing_strategy.py line ")
    assert said == "The strategy failed on ACME: ZeroDivisionError: division by zero"
    assert "1 / 0" in Path(__file__).read_text().splitlines()[int(line.rstrip(")")) - 1]
    status = [record for record in books.all(BotStatusRecord) if record.bot_id == "alpha"][-1]
    assert (status.state, status.blocking_detail) == ("error", books.state.bots["alpha"].error)
    assert [order.bot_id for order in books.orders] == ["alpha", "beta", "beta"]
    assert [record.kind for record in books.all(AlertRecord)] == ["strategy_failed"]


def test_an_error_of_any_length_in_any_words_is_told_as_far_as_it_fits() -> None:
    class Dumb(ValueError):
        def __str__(self) -> str:
            raise RuntimeError("not even that")

    assert said_by(ValueError("bad value \ud83d")) == "ValueError: bad value ?"
    assert len(said_by(ValueError("x" * 2_000_000))) < 600
    assert said_by(Dumb()) == "Dumb"


def test_in_a_backtest_the_error_reaches_whoever_runs_it() -> None:
    books = paper_loop(BOTS, make_strategy=strategies, views=False)
    with pytest.raises(StrategyFailed, match=r"alpha: .* on ACME: ZeroDivisionError: .*failing_strategy.py line"):
        books.step(tick("09:31:50", 500), tick("09:32", 500))


def test_what_a_bot_with_a_failed_strategy_holds_keeps_its_stop() -> None:
    books = failed()
    books.step(tick("09:33:30", 494), tick("09:33:31", 494))
    assert [(trade.bot_id, trade.exit_reason) for trade in books.trades] == [("alpha", "stop")]


def test_a_strategy_that_fails_on_the_bars_of_the_past_does_not_keep_the_engine_from_starting() -> None:
    books = failed()
    books.step(BotChanged(bot("gamma", strategy="failing"), Desired.RUNNING, 1))
    assert "ZeroDivisionError" in (books.state.bots["gamma"].error or "")
    fresh = paper_loop((), make_strategy=strategies, opened=False)
    fresh.step(Recovered(books.newest(), books.state.sequence))
    assert len(fresh.state.portfolio) == 2


@pytest.mark.parametrize("views", [True, False])
def test_a_strategy_that_can_not_say_why_loses_its_words_and_not_its_signal(views: bool) -> None:
    books = paper_loop((bot(strategy="speechless", quantity=10),), make_strategy=strategies, views=views)
    books.step(tick("09:29:50", 500), tick("09:30", 500), tick("09:30:01", 500))
    (signal,) = books.signals
    assert signal.reasons == ("The strategy can't say why: its explain raised KeyError: 'adx'",)
    assert [(order.state, order.signal_id) for order in books.orders] == [("filled", signal.signal_id)]
    assert books.state.bots["alpha"].error is None


def test_a_strategy_that_can_not_begin_is_its_bots_error_and_no_others() -> None:
    books = paper_loop((bot("alpha", strategy="stillborn"), bot("beta", strategy="sound", quantity=10)),
                       make_strategy=strategies)  # fmt: skip
    books.step(tick("09:29:50", 500), tick("09:30", 500), tick("09:30:01", 500))
    assert "no indicator is called ('astrology', 14)" in (books.state.bots["alpha"].error or "")
    assert [order.bot_id for order in books.orders] == ["beta"]


def test_a_strategy_that_fails_on_a_bar_found_again_takes_only_its_bot_out() -> None:
    """The journal was lost; on the bars of the past it went well the first time, and does not now."""
    fails_now: list[bool] = []

    class Moody(Scripted):
        def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
            if fails_now and bar.close_at >= at("09:18"):
                raise RuntimeError("not again")
            return super().on_bar(bar, values)

    def made(strategy: str, parameters: Mapping[str, Any]) -> Strategy:
        return Moody({}) if strategy == "moody" else Scripted({at("09:19"): SignalType.BUY})

    trading = session(MONDAY, entry_from="09:15")
    books = paper_loop((), make_strategy=made, opened=False)
    day = [bar_of(f"09:{minute}", (500, 501, 499, 500)) for minute in range(15, 22)]
    facts = FoundFacts(since=trading.open_at)
    books.step(SessionOpened(trading, at("09:22")), *map(HistoryBar, day), FactsFound(facts))
    for one in (bot("alpha", strategy="moody"), bot("beta", strategy="sound", quantity=10)):
        books.step(BotChanged(one, Desired.RUNNING, 1))
    fails_now.append(True)
    books.step(ViewsFound(facts, FoundViews(), {"alpha": trading.open_at, "beta": trading.open_at}))
    assert "RuntimeError: not again" in (books.state.bots["alpha"].error or "")
    assert books.state.bots["beta"].error is None
    assert [(signal.bot_id, signal.outcome) for signal in books.signals] == [("beta", "expired")]
    judged = [record.bot_id for record in books.all(DecisionRecord)]
    assert (judged.count("alpha"), judged.count("beta")) == (2, 7)
