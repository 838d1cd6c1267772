"""A strategy that fails takes its own bot out and nothing else: what is held keeps its stop, others go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Strategy, Verdict
from engine.domain.account import Desired
from engine.domain.events import BotChanged, Recovered
from engine.domain.instant import Instant
from engine.domain.market import Bar
from engine.domain.records import AlertRecord, BotStatusRecord
from engine.domain.signal import SignalType
from tests.builders.market import tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import Scripted
from tests.builders.times import at


class Failing(Scripted):
    """Divides by zero from a bar on."""

    fails_from: Instant = at("09:32")

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        if bar.close_at >= self.fails_from:
            return Verdict("quiet", 1 / 0)
        return super().on_bar(bar, values)


def strategies(strategy: str, parameters: Mapping[str, Any]) -> Strategy:
    made = Failing if strategy == "failing" else Scripted
    return made({at("09:30"): SignalType.BUY, at("09:33"): SignalType.BUY})


BOTS = (bot("alpha", strategy="failing", quantity=10, stop="1"), bot("beta", strategy="sound", quantity=10))


def failed() -> Books:
    """Both hold; then the one fails."""
    books = paper_loop(BOTS, make_strategy=strategies)
    books.step(tick("09:29:50", 500), tick("09:30", 500), tick("09:31:50", 500), tick("09:32:50", 500))
    books.step(tick("09:33", 500), tick("09:33:01", 500))
    return books


def test_a_bot_whose_strategy_fails_shows_the_error_and_the_others_go_on() -> None:
    books = failed()
    assert books.state.bots["alpha"].error == "The strategy failed on ACME: ZeroDivisionError: division by zero"
    status = [record for record in books.all(BotStatusRecord) if record.bot_id == "alpha"][-1]
    assert (status.state, status.blocking_detail) == ("error", books.state.bots["alpha"].error)
    assert [order.bot_id for order in books.orders] == ["alpha", "beta", "beta"]
    assert [record.kind for record in books.all(AlertRecord)] == ["strategy_failed"]


def test_in_a_backtest_the_error_reaches_whoever_runs_it() -> None:
    books = paper_loop(BOTS, make_strategy=strategies, views=False)
    with pytest.raises(ZeroDivisionError):
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
