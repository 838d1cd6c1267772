"""Entries sized by volatility, by risk and by temperature, through the whole loop: ordered, or refused with why."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.core.strategy import Verdict
from engine.domain.account import Desired
from engine.domain.events import BotChanged, CommandReceived
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.records import CommandResult
from engine.domain.risk import RiskPolicy
from engine.domain.signal import SignalType
from engine.domain.sizing import ByTemperature, Sizing, SizingKind
from engine.simulation.fill_model import FillModel
from tests.builders.market import tick
from tests.builders.paper import Books, account, bot, paper_loop
from tests.builders.scripted import Scripted, scripted
from tests.builders.times import at

D = Decimal
START = at("09:30")
WIDE = RiskPolicy(notional_max_pct=D(50), at_risk_max_pct=D(100), leverage_max=D(3))


def traded(sizing: Sizing, *buys: int, minutes: int = 8, stop: str | None = "1", policy: RiskPolicy = WIDE) -> Books:
    """Minutes that each trade 498, 502, 500, so that the true range is 4; a BUY at the close of those numbered."""
    closes = {START + number * MINUTE: SignalType.BUY for number in buys}
    spec = replace(bot(strategy="script", stop=stop), sizing=sizing)
    books = paper_loop(
        (spec,), make_strategy=scripted({"script": closes}), spec=account(policy=policy),
        model=FillModel(slippage_bps=0),
    )  # fmt: skip
    for number in range(minutes):
        begins: Instant = START + number * MINUTE
        books.step(*(tick(begins + n * SECOND, price) for n, price in ((1, 500), (20, 498), (40, 502), (59, 500))))
    books.step(tick(START + minutes * MINUTE + SECOND, 500))
    return books


def test_a_move_of_one_average_range_is_worth_the_share_that_was_asked_for() -> None:
    books = traded(Sizing(SizingKind.VOLATILITY, D("0.1"), atr_period=3), 5)
    (fill,) = books.fills
    assert fill.quantity == 250, "1,000,000 x 0.1 % / 4"


def test_before_the_range_is_warm_an_entry_is_blocked_with_the_reason() -> None:
    books = traded(Sizing(SizingKind.VOLATILITY, D("0.1"), atr_period=3), 2, 5)
    assert [(one.outcome, one.blocking_reason) for one in books.signals] == [
        ("blocked", "sizing_warming"), ("ordered", None),
    ]  # fmt: skip
    assert books.signals[0].blocking_detail == "ATR 3 has too few bars yet to reckon a size from"


def test_the_range_is_one_whoever_asks_and_warm_for_a_bot_that_comes_late() -> None:
    """A bot that comes amid the day has the range of the bars before it; the series keeps one."""
    sizing = Sizing(SizingKind.VOLATILITY, D("0.1"), atr_period=3)
    books = traded(sizing, minutes=6)
    books.step(BotChanged(replace(bot("beta", strategy="script"), sizing=sizing), Desired.RUNNING, 1))
    assert books.state.series["ACME"]["1m"].indicators.values[("atr", 3)] == 4.0
    books.step(CommandReceived("C", "preview_order", {"bot_id": "beta", "symbol": "ACME", "side": "BUY"}))
    assert books.all(CommandResult)[-1].result["quantity"] == "250"


def test_a_stopped_out_trade_loses_what_was_to_be_risked_charges_and_all() -> None:
    books = traded(Sizing(SizingKind.RISK_PER_TRADE, D("0.1")), 2, minutes=3)
    books.step(tick("09:33:30", 495), tick("09:33:31", 495))
    (trade,) = books.trades
    assert trade.exit_reason == "stop"
    assert -1000 <= trade.net_pnl < -850


def test_a_size_by_risk_is_cut_to_what_the_policy_lets_one_order_be_worth() -> None:
    books = traded(Sizing(SizingKind.RISK_PER_TRADE, D(5)), 2, policy=RiskPolicy())
    (order,) = books.orders
    assert (order.state, order.quantity) == ("filled", 100)


class Warm(Scripted):
    """As written, with a score of 45."""

    def on_bar(self, bar, values):  # type: ignore[no-untyped-def]  # noqa: ANN001
        verdict = super().on_bar(bar, values)
        return Verdict(verdict.code, 45.0, verdict.signal)


def test_a_score_that_is_less_warm_buys_less_or_nothing() -> None:
    half = Sizing(by_temperature=ByTemperature(warm=D("0.5")))
    none = Sizing(by_temperature=ByTemperature(warm=D(0)))
    books = paper_loop(
        (replace(bot("half"), sizing=half), replace(bot("none"), sizing=none)),
        make_strategy=lambda strategy, parameters: Warm({at("09:31"): SignalType.BUY}),
    )
    books.step(tick("09:30:10", 500), tick("09:31", 500), tick("09:31:01", 500))
    assert [(order.bot_id, order.quantity) for order in books.orders] == [("half", 50)]
    blocked = books.signals[-1]
    assert (blocked.blocking_reason, blocked.blocking_detail) == (
        "temperature", "The score is WARM: the sizing makes no entry then",
    )  # fmt: skip


def test_an_entry_that_charges_eat_below_the_minimum_is_refused_with_the_numbers() -> None:
    books = traded(Sizing(SizingKind.QUANTITY, D(1)), 2)
    (signal,) = books.signals
    assert signal.blocking_reason == "minimum"
    assert signal.blocking_detail == "Worth 500.00, 488.03 after 11.97 of charges in and out, at least 500.00 needed"
    assert traded(Sizing(SizingKind.QUANTITY, D(2)), 2).signals[0].blocking_reason is None
