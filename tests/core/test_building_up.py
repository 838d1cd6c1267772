"""A bot builds up as its setting says, through the whole loop: sized, refused with the reason, told in the books."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.domain.account import Building, BuildingPolicy
from engine.domain.events import ClockTicked
from engine.domain.instant import MINUTE, SECOND
from engine.domain.risk import RiskPolicy
from engine.domain.signal import SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import tick
from tests.builders.paper import Books, account, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at

D = Decimal
LOOSE = RiskPolicy(notional_max_pct=D(100), at_risk_max_pct=D(100))


def traded(building: Building, prices: list[str], model: FillModel | None = None) -> Books:
    """A bot with a base of 100 that is told to buy at every minute's close, each at a price of its own."""
    start = at("09:30")
    script = {start + n * MINUTE: SignalType.BUY for n in range(1, len(prices) + 1)}
    spec = replace(bot(strategy="script", quantity=100), building=building)
    books = paper_loop(
        (spec,), make_strategy=scripted({"script": script}), spec=account(policy=LOOSE),
        model=model or FillModel(slippage_bps=0),
    )  # fmt: skip
    for number, price in enumerate(prices, start=1):
        books.step(tick(start + number * MINUTE - SECOND, price), tick(start + number * MINUTE, price))
    books.step(ClockTicked(start + (len(prices) + 1) * MINUTE))
    return books


def test_the_default_adds_the_base_size_at_every_signal() -> None:
    books = traded(Building(), ["500", "499", "501"])
    assert [fill.quantity for fill in books.fills] == [100, 100, 100]


def test_a_pyramid_gets_smaller_as_the_price_rises_and_says_why_it_waits() -> None:
    building = Building(BuildingPolicy.PYRAMID_UP, tranches_max=3, step_pct=D(1))
    books = traded(building, ["500", "502", "505", "500", "511", "530"])
    assert [(fill.quantity, fill.price) for fill in books.fills] == [(100, 500), (50, 505), (25, D(511))]
    assert [signal.blocking_reason for signal in books.signals] == [
        None, "step", None, "not_in_profit", None, "tranches",
    ]  # fmt: skip
    assert books.signals[1].blocking_detail == "0.40 % in its favour since the last entry; the next comes after 1 %"
    (position,) = books.state.portfolio.all()
    assert [tranche.quantity for tranche in position.tranches] == [100, 50, 25]


def test_buying_into_a_fall_ends_where_it_says() -> None:
    building = Building(BuildingPolicy.PYRAMID_DOWN, tranches_max=9, step_pct=D(1), factor=D(2), notional_max_pct=D(20))
    books = traded(building, ["500", "494", "489"])  # 100, 200; then 400 more would be worth 34 % of equity
    assert [fill.quantity for fill in books.fills] == [100, 200]
    assert books.signals[-1].blocking_reason == "position_notional"


def test_the_parts_of_a_filled_order_are_one_entry() -> None:
    books = traded(Building(tranches_max=2), ["500", "500", "500"], FillModel(slippage_bps=0, partial_pct=100))
    assert len(books.fills) > 2
    assert sum((fill.quantity for fill in books.fills), D(0)) == 200
    assert books.signals[-1].blocking_reason == "tranches"
