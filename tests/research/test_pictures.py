"""The pictures: marks lie where trades were, lines keep their spikes, axes are round, figures read as written."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.instant import MINUTE
from engine.domain.order import ExitReason
from engine.domain.records import ClosedTradeRecord
from engine.market_data.readers import read_market_data
from engine.research.pictures.candles import LABELLED_MOST, Candles, Line, candles_svg
from engine.research.pictures.canvas import Canvas, round_values
from engine.research.pictures.columns import Column, columns_svg, round_bins
from engine.research.pictures.lines import Series, lines_svg, thinned
from engine.research.pictures.look import standalone
from engine.research.pictures.market import day_candles, span_candles
from engine.research.pictures.numbers import compact, duration, grouped, money, signed, signed_money
from engine.simulation.demo_market import DemoMarket
from tests.builders.times import at
from tests.cli.generated import tick_rows, write_bars, write_ticks

CANDLES = Candles(
    "ACME", MINUTE, 19_800, [at("09:15"), at("09:16"), at("09:17"), at("09:20")],
    [100, 101, 103, 102], [102, 104, 103, 105], [99, 101, 100, 101], [101, 103, 101, 104], [5, 6, 0, 8],
)  # fmt: skip


def trade(side: str = "LONG", net: str = "12.50", entry: str = "09:16", left: str = "09:20") -> ClosedTradeRecord:
    """Ten from 101 to 104."""
    return ClosedTradeRecord(
        "T1", "alpha", "ACME", side, Decimal(10), at(entry), Decimal(101), at(left), Decimal(104), Decimal(30),
        Decimal("17.50"), Decimal(net), ExitReason.TARGET, (),
    )  # fmt: skip


def elements(svg: str, tag: str, css: str = "") -> list[ET.Element]:
    """The elements of a tag with a class, of text that must be well-formed."""
    return [node for node in ET.fromstring(svg).iter(tag) if css in node.get("class", "").split() or not css]


def test_rising_candles_are_hollow_and_falling_ones_filled() -> None:
    svg = candles_svg(CANDLES, [])
    (up,), (down,) = elements(svg, "path", "up"), elements(svg, "path", "down")
    assert (up.get("d", "").count("z"), down.get("d", "").count("z")) == (3, 1)


@pytest.mark.parametrize(("side", "points"), [("LONG", "9h10z"), ("SHORT", "-9h10z")])
def test_an_entry_points_the_way_of_the_trade_and_stands_at_its_price(side: str, points: str) -> None:
    svg = candles_svg(CANDLES, [trade(side)])
    (entry,), (ring,) = elements(svg, "path", "entry"), elements(svg, "circle", "exit")
    assert entry.get("d", "").endswith(points)
    plane = Canvas(960, 340, 0, 4, 0, 1)
    assert entry.get("d", "").startswith(f"M{plane.x(1):.1f}".removesuffix(".0"))
    assert float(ring.get("cx", "")) == pytest.approx(plane.x(3), abs=0.1)
    assert float(ring.get("cy", "")) < float(entry.get("d", "").split()[1].partition("l")[0]), "104 is above 101"


def test_a_trade_says_what_it_was_when_pointed_at() -> None:
    (group,) = elements(candles_svg(CANDLES, [trade()]), "g")
    title = group.find("title")
    assert title is not None
    assert title.text == "long 10 from 09:16 at 101 to 09:20 at 104 (target), net +₹12.50"


def test_only_what_lies_in_the_span_is_marked() -> None:
    outside = trade(entry="09:00", left="09:10")
    half = trade(entry="09:16", left="11:00")
    other = ClosedTradeRecord(*[getattr(trade(), name) if name != "symbol" else "OTHER" for name in trade().__slots__])
    svg = candles_svg(CANDLES, [outside, half, other])
    assert (len(elements(svg, "path", "entry")), len(elements(svg, "circle", "exit"))) == (1, 0)
    assert not elements(svg, "path", "held")


def test_many_trades_have_no_labels_that_would_cover_the_candles() -> None:
    few, many = [trade()] * LABELLED_MOST, [trade()] * (LABELLED_MOST + 1)
    assert len(elements(candles_svg(CANDLES, few), "text", "halo")) == 2 * LABELLED_MOST
    assert not elements(candles_svg(CANDLES, many), "text", "halo")


def test_a_line_is_interrupted_where_it_has_no_value() -> None:
    line = Line(
        "VWAP", [(moment, value) for moment, value in zip(CANDLES.open_at, (101.0, 102.0, None, 103.0), strict=True)]
    )
    (path,) = elements(candles_svg(CANDLES, [], lines=[line]), "path", "line")
    assert path.get("d", "").count("M") == 1
    assert path.findtext("title") == "VWAP"


def test_names_are_escaped() -> None:
    nasty = Candles('<b>&"', MINUTE, 0, *[list(column) for column in ([at("09:15")], [1], [1], [1], [1], [0])])
    assert ET.fromstring(candles_svg(nasty, [])).get("aria-label", "").startswith('<b>&" from')


def test_a_picture_for_a_file_stands_alone_in_both_themes() -> None:
    text = standalone(candles_svg(CANDLES, [trade()]))
    assert ET.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
    assert "prefers-color-scheme:dark" in text
    assert "url(" not in text


def test_a_days_candles_hold_the_prices_of_its_bars(tmp_path: Path) -> None:
    data = read_market_data([write_bars(tmp_path / "bars.csv", [1, 2], ["RELIANCE"])])
    bars = [bar for bar in DemoMarket(5).bars(2) if bar.symbol == "RELIANCE"]
    candles = day_candles(data, "RELIANCE", date(2026, 1, 7), most=400)
    assert [(moment, high) for moment, high in zip(candles.open_at, candles.high, strict=True)] == [
        (bar.open_at, bar.high / 100) for bar in bars
    ]
    fewer = day_candles(data, "RELIANCE", date(2026, 1, 7), most=130)
    assert (len(fewer), fewer.width_us) == (125, 3 * MINUTE)
    assert fewer.close[0] == bars[2].close / 100
    assert fewer.low[0] == min(bar.low for bar in bars[:3]) / 100
    assert sum(fewer.volume) == pytest.approx(sum(bar.volume for bar in bars))
    both = span_candles(data, "RELIANCE", date(2026, 1, 6), date(2026, 1, 7), most=60)
    assert len(both) == 2 * 25


def test_a_dirty_tick_does_not_flatten_the_picture(tmp_path: Path) -> None:
    rows = tick_rows(["RELIANCE"], minutes=30)
    low, late = (rows[50][0], "RELIANCE", 1.0, 0.0), (rows[20][0], "RELIANCE", rows[20][2] * 1.1, 0.0)
    dirty = [*rows[:50], low, late, *rows[50:], ("2026-01-07T12:00:00Z", "RELIANCE", 9e4, 0.0)]
    clean, marred = (
        day_candles(read_market_data([write_ticks(tmp_path / f"{name}.csv", some)]), "RELIANCE", date(2026, 1, 7))
        for name, some in (("clean", rows), ("dirty", dirty))
    )
    assert marred == clean


def test_a_day_without_rows_has_no_candles_and_says_so(tmp_path: Path) -> None:
    data = read_market_data([write_bars(tmp_path / "bars.csv", [1], ["RELIANCE"])])
    assert (
        len(day_candles(data, "RELIANCE", date(2026, 1, 9))) == len(day_candles(data, "NOBODY", date(2026, 1, 6))) == 0
    )
    assert "No prices" in candles_svg(day_candles(data, "NOBODY", date(2026, 1, 6)), [])


@given(
    st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=60).map(lambda some: some * 40), st.integers(20, 200)
)
def test_a_thinned_line_keeps_its_ends_and_its_spikes(values: list[int], width: int) -> None:
    points = [(float(number), float(value)) for number, value in enumerate(values)]
    thin = thinned(points, width)
    assert (thin[0], thin[-1]) == (points[0], points[-1])
    assert {min(values), max(values)} <= {int(value) for _, value in thin}
    assert thin == sorted(set(thin))
    assert set(thin) <= set(points)
    assert len(thin) <= max(4 * width, 12)


def test_nights_take_no_room_on_a_line() -> None:
    days = [at("15:29"), at("15:30"), at("09:16", "2026-03-03"), at("09:17", "2026-03-03")]
    svg = lines_svg([Series("Equity", days, [1.0, 2.0, 3.0, 4.0])], label="Equity", words=str)
    (path,) = elements(svg, "path", "line")
    places = [float(x) for x in re.findall(r"[ML]([\d.]+) ", path.get("d", ""))]
    steps = [after - before for before, after in pairwise(places)]
    assert max(steps) - min(steps) < 0.3


def test_one_point_is_no_line() -> None:
    assert "Too short" in lines_svg([Series("a", [1], [1.0])], label="a", words=str)


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.integers(2, 8))
def test_axis_values_are_round_few_and_within(low: float, span: float, lines: int) -> None:
    values = round_values(low, low + span, lines)
    assert len(values) <= 2 * lines + 1
    assert all(low - span * 1e-6 <= value <= low + span * (1 + 1e-6) for value in values)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200))
def test_bins_count_every_value_once_and_have_an_edge_at_zero(values: list[float]) -> None:
    bins = round_bins(values)
    assert sum(count for _, _, count in bins) == len(values)
    assert not any(
        low < 0 < high and abs(low) > 1e-9 * (high - low) and high > 1e-9 * (high - low) for low, high, _ in bins
    )


def test_columns_below_zero_hang_from_the_line() -> None:
    svg = columns_svg([Column("09", 10.0, "bar-g"), Column("10", -5.0, "bar-l")], label="x", words=str)
    (up,), (down,) = elements(svg, "rect", "bar-g"), elements(svg, "rect", "bar-l")
    assert float(up.get("y", "")) + float(up.get("height", "")) == pytest.approx(float(down.get("y", "")), abs=0.2)
    assert float(up.get("height", "")) == pytest.approx(2 * float(down.get("height", "")), abs=0.3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (grouped(12345678.9), "1,23,45,678.90"),
        (grouped(-999.999), "\u22121,000.00"),
        (grouped(-0.001), "0.00"),
        (grouped(1234567.5, 2, "USD"), "1,234,567.50"),
        (money(-1141.56, "INR"), "\u2212₹1,141.56"),
        (money(5, "SEK"), "5.00 SEK"),
        (signed_money(1141.56, "INR"), "+₹1,141.56"),
        (signed_money(0.001, "INR"), "₹0.00"),
        (signed(-3.14159, 2, " %"), "\u22123.14 %"),
        (signed(0.0), "0.00"),
        (compact(1_004_000, "INR"), "10L"),
        (compact(-25_000_000, "INR"), "\u22122.5Cr"),
        (compact(1_500, "USD"), "1.5k"),
        (duration(47), "47 s"),
        (duration(12_000), "3 h 20 min"),
        (duration(187_200), "2 d 4 h"),
    ],
)
def test_figures_read_as_people_write_them(text: str, expected: str) -> None:
    assert text == expected
