"""Exits within a bar under both rules: what was stated, and its pessimistic twin. docs/BACKTEST.md says the same."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.order import ExitReason
from engine.domain.records import ClosedTradeRecord
from engine.domain.signal import SignalType
from engine.simulation.fill_model import FillModel
from engine.simulation.intrabar import Intrabar
from tests.builders.market import bar, bar_events, tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at

STATED, PESSIMISTIC = Intrabar.STATED, Intrabar.PESSIMISTIC
Prices = tuple[float, float, float, float]


def traded(
    rule: Intrabar, within: Prices, after: Prices, *, side: SignalType = SignalType.BUY, slippage_bps: int = 0
) -> ClosedTradeRecord:
    """Ten taken at 500 at 09:30 with a stop 1 % against and a target 2 % beyond; then a bar, and one after it."""
    spec = bot(strategy="script", quantity=10, stop="1", target="2")
    make = scripted({"script": {at("09:30"): side}}, allow_short=True)
    books = paper_loop((spec,), make_strategy=make, model=FillModel(slippage_bps=slippage_bps, intrabar=rule))
    for clock, prices in (("09:29", (500.0, 500.0, 500.0, 500.0)), ("09:30", within), ("09:31", after)):
        books.step(*bar_events(bar(clock, prices)))
    (trade,) = books.trades
    return trade


@pytest.mark.parametrize(
    ("what", "within", "after", "reason", "stated", "pessimistic"),
    [
        ("a stop, then a recovery", (500, 501, 490, 499), (499, 500, 498, 499), "stop", "499", "490"),
        ("a stop, then a gap down", (500, 501, 494, 495), (480, 481, 479, 480), "stop", "480", "480"),
        ("a target, then more", (500, 515, 499, 514), (516, 517, 515, 516), "target", "516", "510"),
        ("a target, then less", (500, 515, 499, 505), (503, 504, 502, 503), "target", "503", "503"),
        ("both: the stop", (500, 515, 490, 512), (512, 513, 511, 512), "stop", "512", "490"),
    ],
)
def test_what_a_long_position_gets(
    what: str, within: Prices, after: Prices, reason: str, stated: str, pessimistic: str
) -> None:
    for rule, price in ((STATED, stated), (PESSIMISTIC, pessimistic)):
        trade = traded(rule, within, after)
        assert (trade.exit_reason, trade.exit_price) == (ExitReason(reason), Decimal(price)), (what, rule)
        assert trade.exit_at == at("09:31")


@pytest.mark.parametrize(
    ("within", "after", "reason", "stated", "pessimistic"),
    [
        ((500, 510, 499, 501), (501, 502, 500, 501), "stop", "501", "510"),
        ((500, 501, 488, 489), (487, 488, 486, 487), "target", "487", "490"),
    ],
)
def test_a_short_position_mirrors_it(within: Prices, after: Prices, reason: str, stated: str, pessimistic: str) -> None:
    for rule, price in ((STATED, stated), (PESSIMISTIC, pessimistic)):
        trade = traded(rule, within, after, side=SignalType.SELL)
        assert (trade.exit_reason, trade.exit_price) == (ExitReason(reason), Decimal(price))


def test_slippage_comes_on_top_of_the_worse_price() -> None:
    trade = traded(PESSIMISTIC, (500, 501, 490, 499), (499, 500, 498, 499), slippage_bps=10)
    assert trade.exit_price == Decimal("489.51")


def test_a_signals_exit_is_priced_alike_under_both_rules() -> None:
    prices = []
    for rule in Intrabar:
        spec = bot(strategy="script", quantity=10, stop="5")
        make = scripted({"script": {at("09:30"): SignalType.BUY, at("09:31"): SignalType.SELL}})
        books = paper_loop((spec,), make_strategy=make, model=FillModel(intrabar=rule))
        for clock, made in (("09:29", (500.0,) * 4), ("09:30", (500.0, 505.0, 490.0, 500.0)), ("09:31", (503.0,) * 4)):
            books.step(*bar_events(bar(clock, made)))  # type: ignore[arg-type]
        prices.append([(fill.price, fill.filled_at) for fill in books.fills])
    assert prices[0] == prices[1]
    assert len(prices[0]) == 2


def test_ticks_are_filled_alike_under_both_rules() -> None:
    prices = []
    for rule in Intrabar:
        books: Books = paper_loop(
            (bot(strategy="script", quantity=10, stop="1"),),
            make_strategy=scripted({"script": {at("09:30"): SignalType.BUY}}),
            model=FillModel(intrabar=rule),
        )
        books.step(tick("09:29:50", 500), tick("09:30:00", 500), tick("09:30:10", 494), tick("09:30:11", 497))
        prices.append([fill.price for fill in books.fills])
    assert prices[0] == prices[1]
    assert len(prices[0]) == 2
