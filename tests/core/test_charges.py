"""What fills cost: the contract's worked example, lines that sum to totals, and cuts that change nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.charges import SCHEDULES, charges_on, growth, schedule
from engine.domain.account import BotSpec
from engine.domain.errors import InvalidValue
from engine.domain.order import Side
from engine.domain.signal import SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import tick
from tests.builders.paper import bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at

NSE = schedule("nse_intraday")
money = st.decimals(Decimal("0.01"), Decimal("9999999.99"), places=2)
sides = st.sampled_from(Side)
rules = st.sampled_from(sorted(SCHEDULES)).map(schedule)


def test_buying_100_at_500_and_selling_them_at_502_costs_65_and_nets_135() -> None:
    bought = charges_on(NSE, Side.BUY, Decimal(50_000))
    sold = charges_on(NSE, Side.SELL, Decimal(50_200))
    assert bought.total + sold.total == Decimal("65.00")
    assert Decimal(50_200) - Decimal(50_000) - bought.total - sold.total == Decimal("135.00")


def test_each_line_of_the_worked_example() -> None:
    assert charges_on(NSE, Side.BUY, Decimal(50_000)).lines == {
        "brokerage": Decimal("20.00"), "transaction": Decimal("1.53"), "sebi": Decimal("0.05"),
        "stamp": Decimal("1.50"), "gst": Decimal("3.89"),
    }  # fmt: skip
    assert charges_on(NSE, Side.SELL, Decimal(50_200)).lines == {
        "brokerage": Decimal("20.00"), "stt": Decimal("12.55"), "transaction": Decimal("1.54"),
        "sebi": Decimal("0.05"), "gst": Decimal("3.89"),
    }  # fmt: skip


def _round_trip(spec: BotSpec, model: FillModel) -> tuple[Decimal, Decimal, Decimal]:
    scripts = {"script": {at("09:30"): SignalType.BUY, at("09:32"): SignalType.SELL}}
    books = paper_loop((spec,), make_strategy=scripted(scripts), model=model)
    for clock, price in (("09:29:50", 500), ("09:30", 500), ("09:31:50", 500), ("09:32", 502), ("09:32:01", 502)):
        books.step(tick(clock, price))
    (trade,) = books.trades
    assert trade.charges == sum(fill.charges for fill in books.fills)
    return trade.gross_pnl, trade.charges, books.account.cash


@pytest.mark.parametrize("partial_pct", [0, 100])
def test_the_worked_example_through_the_whole_loop_whole_or_in_parts(partial_pct: int) -> None:
    model = FillModel(slippage_bps=0, partial_pct=partial_pct)
    spec = bot(strategy="script", quantity=100)
    assert _round_trip(spec, model) == (Decimal("200.00"), Decimal("65.00"), Decimal("1000135.00"))


@given(rules, sides, money)
def test_the_lines_sum_to_the_total_to_the_paisa(rule: object, side: Side, value: Decimal) -> None:
    found = charges_on(rule, side, value)  # type: ignore[arg-type]
    assert sum(found.lines.values(), Decimal(0)) == found.total
    assert all(line >= 0 and line == line.quantize(Decimal("0.01")) for line in found.lines.values())


@given(rules, sides, st.lists(money, min_size=1, max_size=8))
def test_parts_sum_to_the_whole_orders_charges_whatever_the_cut(rule: object, side: Side, parts: list[Decimal]) -> None:
    value, total, lines = Decimal(0), Decimal(0), dict[str, Decimal]()
    for part in parts:
        grown = growth(charges_on(rule, side, value), charges_on(rule, side, value + part))  # type: ignore[arg-type]
        assert sum(grown.lines.values(), Decimal(0)) == grown.total
        value += part
        total += grown.total
        for name, amount in grown.lines.items():
            lines[name] = lines.get(name, Decimal(0)) + amount
    whole = charges_on(rule, side, value)  # type: ignore[arg-type]
    assert total == whole.total
    assert {name: amount for name, amount in lines.items() if amount} == {n: a for n, a in whole.lines.items() if a}


@given(sides, money, money)
def test_a_larger_order_never_costs_less(side: Side, value: Decimal, more: Decimal) -> None:
    assert charges_on(NSE, side, value).total <= charges_on(NSE, side, value + more).total


@pytest.mark.parametrize(
    ("value", "brokerage"),
    [("0.01", "5.00"), ("5000", "5.00"), ("5010", "5.01"), ("20000", "20.00"), ("9000000", "20.00")],
)
def test_brokerage_has_a_floor_and_a_cap(value: str, brokerage: str) -> None:
    assert charges_on(NSE, Side.BUY, Decimal(value)).lines["brokerage"] == Decimal(brokerage)


def test_nothing_filled_costs_nothing() -> None:
    assert charges_on(NSE, Side.BUY, Decimal(0)).total == 0


def test_an_unknown_schedule_is_answered_with_those_that_exist() -> None:
    with pytest.raises(InvalidValue, match="coinbase_taker, none, nse_intraday"):
        schedule("free")
