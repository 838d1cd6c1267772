"""What fills cost: the contract's worked example, lines that sum to totals, and cuts that change nothing."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.charges import SCHEDULES, Fee, Rates, Schedule, Tariff, charges_on, growth, schedule, total_on
from engine.domain.account import BotSpec
from engine.domain.errors import InvalidValue
from engine.domain.events import SessionOpened
from engine.domain.order import Side
from engine.domain.signal import SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import instrument, tick
from tests.builders.paper import account, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at, session

DAY = "2026-10-01"
NSE = schedule("nse_intraday").on(DAY)
money = st.decimals(Decimal("0.01"), Decimal("9999999.99"), places=2)
sides = st.sampled_from(Side)
rules = st.sampled_from(sorted(SCHEDULES)).map(lambda name: schedule(name).on(DAY))


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
def test_the_lines_sum_to_the_total_to_the_paisa(rule: Rates, side: Side, value: Decimal) -> None:
    found = charges_on(rule, side, value)
    assert sum(found.lines.values(), Decimal(0)) == found.total
    assert all(line >= 0 and line == line.quantize(Decimal("0.01")) for line in found.lines.values())


@given(rules, sides, st.lists(money, min_size=1, max_size=8))
def test_parts_sum_to_the_whole_orders_charges_whatever_the_cut(rule: Rates, side: Side, parts: list[Decimal]) -> None:
    value, total, lines = Decimal(0), Decimal(0), dict[str, Decimal]()
    for part in parts:
        grown = growth(charges_on(rule, side, value), charges_on(rule, side, value + part))
        assert sum(grown.lines.values(), Decimal(0)) == grown.total
        value += part
        total += grown.total
        for name, amount in grown.lines.items():
            lines[name] = lines.get(name, Decimal(0)) + amount
    whole = charges_on(rule, side, value)
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
    with pytest.raises(InvalidValue, match=r"unknown schedule 'free'; there are .*none, nse_delivery, nse_intraday"):
        schedule("free")
    with pytest.raises(InvalidValue, match="there are nse_intraday@2026-09-20"):
        schedule("nse_intraday@2020-01-01")


def test_a_fill_is_charged_by_the_newest_version_of_its_day() -> None:
    old, new, newest = (Fee("fee", Decimal(share)) for share in ("0.01", "0.02", "0.03"))
    made = Schedule((("2026-01-01", old), ("2026-06-01", new), ("2026-06-02", newest)))
    days = ("2019-05-05", "2026-01-01", "2026-05-31", "2026-06-01", "2026-06-02", "2030-01-01")
    assert [made.on(day) for day in days] == [old, old, old, new, newest, newest]


def test_one_version_alone_can_be_asked_for() -> None:
    for name, found in SCHEDULES.items():
        for since, rates in found.versions:
            assert schedule(f"{name}@{since}").on("1999-01-01") is rates


@pytest.mark.parametrize(
    ("name", "side", "lines"),
    [
        ("bse_intraday", Side.BUY, {"brokerage": "20.00", "transaction": "1.87", "sebi": "0.05", "stamp": "1.50",
            "gst": "3.95"}),
        ("nse_delivery", Side.BUY, {"brokerage": "20.00", "stt": "50.00", "transaction": "1.53", "sebi": "0.05",
            "stamp": "7.50", "gst": "3.89"}),
        ("nse_delivery", Side.SELL, {"brokerage": "20.00", "stt": "50.00", "transaction": "1.53", "sebi": "0.05",
            "depository": "20.00", "gst": "7.49"}),
        ("coinbase_taker", Side.BUY, {"taker_fee": "600.00"}),
        ("coinbase_maker", Side.SELL, {"maker_fee": "300.00"}),
        ("coinbase_taker_10k", Side.SELL, {"taker_fee": "200.00"}),
        ("coinbase_maker_100k", Side.BUY, {"maker_fee": "50.00"}),
        ("none", Side.SELL, {}),
    ],
)  # fmt: skip
def test_what_an_order_of_50_000_costs(name: str, side: Side, lines: dict[str, str]) -> None:
    found = charges_on(schedule(name).on(DAY), side, Decimal(50_000))
    assert found.lines == {line: Decimal(amount) for line, amount in lines.items()}


def test_a_venue_may_have_a_schedule_of_its_own() -> None:
    tariff = Tariff("nse_intraday", {"COINBASE": "coinbase_taker"})
    assert tariff.rates("NSE", DAY) is tariff.rates("DEMO", DAY) is NSE
    assert tariff.rates("COINBASE", DAY) is schedule("coinbase_taker").on(DAY)
    with pytest.raises(InvalidValue, match="unknown schedule"):
        Tariff("nse_intraday", {"COINBASE": "free"})


def test_each_fill_is_charged_by_its_venue() -> None:
    scripts = {"script": {at("09:30"): SignalType.BUY}}
    books = paper_loop(
        (bot(symbols=("ACME", "COIN"), strategy="script", quantity=1),),
        make_strategy=scripted(scripts),
        instruments=[instrument("ACME"), instrument("COIN", "COINBASE")],
        spec=account(venue_charges={"COINBASE": "coinbase_taker"}),
        opened=False,
    )
    for venue in ("NSE", "COINBASE"):
        opened = replace(session(), venue=venue)
        books.step(SessionOpened(opened, opened.open_at))
    for symbol in ("ACME", "COIN"):
        books.step(tick("09:29:50", 1_000, symbol))
    for symbol in ("ACME", "COIN"):
        books.step(tick("09:30:01", 1_000, symbol))
    assert {fill.symbol: set(fill.charge_lines) for fill in books.fills} == {
        "ACME": {"brokerage", "gst", "stamp", "transaction"},
        "COIN": {"taker_fee"},
    }


@given(rules, sides, money)
def test_the_total_alone_is_the_total_of_the_lines(rates: Rates, side: Side, value: Decimal) -> None:
    charges = charges_on(rates, side, value)
    assert total_on(rates, side, value) == charges.total == sum(charges.lines.values(), Decimal(0))


def test_the_rates_at_an_instant_are_those_of_its_day() -> None:
    tariff = Tariff("nse_intraday", {"COINBASE": "coinbase_taker"})
    for venue in ("NSE", "COINBASE", "NSE"):
        for day in ("2025-01-05", DAY, "2025-01-05"):
            assert tariff.at(venue, at("10:00", day)) is tariff.rates(venue, day)
