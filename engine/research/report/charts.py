"""The pictures of a report: equity beside buy and hold, drawdowns, trades on candles by symbol and day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from html import escape

from engine.core.performance import ZERO
from engine.domain.instant import SECOND, Instant, moment_of
from engine.domain.records import ClosedTradeRecord
from engine.market_data.calendar import Calendar
from engine.market_data.columns import MarketData
from engine.research.backtest import BacktestResult
from engine.research.benchmark import Benchmark
from engine.research.pictures.candles import candles_svg
from engine.research.pictures.lines import Series, lines_svg
from engine.research.pictures.market import day_candles, span_candles
from engine.research.pictures.numbers import MINUS, compact, signed_money
from engine.research.prices import instrument_of
from engine.research.report.page import both_widths, legend

CHARTS_MOST = 40  # about half a megabyte; of more days than that, those that won or lost the most
SPANS_MOST = 8
_WIDE, _NARROW = (1_080, 260), (358, 220)

# Picks the chart that the list names, and widens it. Without a script every chart stands below the other.
SCRIPT = """
(()=>{const box=document.querySelector('#charts');if(!box)return;
const list=box.querySelector('select'),all=[...box.querySelectorAll('figure')];
const show=()=>all.forEach(f=>f.classList.toggle('on',f.dataset.chart===list.value));
const step=by=>{const to=list.selectedIndex+by;if(to>=0&&to<list.length){list.selectedIndex=to;show()}};
box.classList.add('js');box.querySelector('.tools').hidden=false;list.onchange=show;
box.querySelector('[data-step="-1"]').onclick=()=>step(-1);
box.querySelector('[data-step="1"]').onclick=()=>step(1);
box.querySelectorAll('[data-zoom]').forEach(b=>b.onclick=()=>{
 box.querySelectorAll('[data-zoom]').forEach(o=>o.setAttribute('aria-pressed',o===b));
 all.forEach(f=>f.querySelector('svg').style.width=b.dataset.zoom+'%')});
show()})();
"""


def equity_pictures(result: BacktestResult, benchmark: Benchmark | None, offset_s: int) -> str:
    """Equity with the benchmark, and below it how far each was under its own high."""
    at = [mark.at for mark in result.marks]
    equity = [float(mark.equity) for mark in result.marks]
    series = [Series("Equity, net of charges", at, equity)]
    falls = [Series("Drawdown", at, _falls(equity, float(result.account.cash)))]
    named = [("line", "equity, net of charges")]
    if benchmark is not None and benchmark.holdings:
        series.append(Series("Buy and hold", benchmark.at, benchmark.equity, "line2"))
        falls.append(Series("Buy and hold", benchmark.at, _falls(benchmark.equity, float(benchmark.cash)), "line2"))
        named.append(("line2", "buy and hold"))
    label = f"Equity from {equity[0]:,.2f} to {equity[-1]:,.2f}" if equity else "Equity"
    words = partial(compact_near, values=[value for line in series for value in line.values],
                    currency=result.account.currency)  # fmt: skip
    pictures = [
        lines_svg(series, label=label, words=words, base=float(result.account.cash), shaded=len(series) == 1,
                  utc_offset_s=offset_s, width=width, height=height)
        for width, height in (_WIDE, _NARROW)
    ]  # fmt: skip
    below = [
        lines_svg(falls, label="Drawdown, percent of the high before", words=percent_words, base=0.0,
                  shaded=len(falls) == 1, utc_offset_s=offset_s, width=width, height=height // 2 + 20)
        for width, height in (_WIDE, _NARROW)
    ]  # fmt: skip
    return (
        legend(named)
        + both_widths(pictures[0], pictures[1])
        + "<h3>Drawdown from the high before</h3>"
        + both_widths(below[0], below[1])
    )


def percent_words(value: float) -> str:
    """A share for an axis."""
    return f"{value:.3g} %".replace("-", MINUS)


def compact_near(value: float, values: Sequence[float], currency: str) -> str:
    """An amount for an axis, with as many figures as it takes to tell it from its neighbours."""
    if not values or max(values) - min(values) > abs(max(values)) * 0.05:
        return compact(value, currency)
    return signed_money(value, currency).lstrip("+").partition(".")[0]


def _falls(line: Sequence[float], start: float) -> list[float]:
    """Percent below the highest point so far, as negative figures."""
    high, falls = start, []
    for value in line:
        high = max(high, value)
        falls.append((value - high) / high * 100 if high > 0 else 0.0)
    return falls


def candle_pictures(result: BacktestResult, data: MarketData | None) -> tuple[str, str]:
    """Trades on candles, one figure a symbol and day, and a note on what is left out; empty without data or trades."""
    if data is None or not result.trades:
        return "", ""
    chosen, dropped = _chosen(result.trades, data)
    spans = _spans(result, data)
    if not chosen and not spans:
        return "", ""
    entries = []
    for symbol, first, last in spans:
        candles = span_candles(data, symbol, first, last)
        name = f"{symbol}, {first} to {last}"
        entries.append((name, candles_svg(candles, result.trades, width=1_080, currency=result.account.currency)))
    for symbol, day in chosen:
        candles = day_candles(data, symbol, day)
        name = f"{symbol}, {day}"
        entries.append((name, candles_svg(candles, result.trades, width=1_080, currency=result.account.currency)))
    picks = "".join(f'<option value="{number}">{escape(name)}</option>' for number, (name, _) in enumerate(entries))
    charts = "".join(
        f'<figure data-chart="{number}"><figcaption>{escape(name)}</figcaption>'
        f'<div class="scroll chart" tabindex="0">{svg}</div></figure>'
        for number, (name, svg) in enumerate(entries)
    )
    note = f"{dropped} more days with trades are not drawn: the {CHARTS_MOST} that won or lost the most are"
    return f'<div id="charts">{_tools(picks)}{charts}</div>', note if dropped else ""


def _tools(options: str) -> str:
    zoom = "".join(
        f'<button type="button" data-zoom="{width}" aria-pressed="{"true" if width == 100 else "false"}">'
        f"{width} %</button>"
        for width in (100, 200, 400)
    )
    return (
        '<div class="tools" hidden><select aria-label="Symbol and day">' + options + "</select>"
        '<button type="button" data-step="-1">Earlier</button><button type="button" data-step="1">Later</button>'
        + zoom + "</div>"
    )  # fmt: skip


def _chosen(trades: Sequence[ClosedTradeRecord], data: MarketData) -> tuple[list[tuple[str, date]], int]:
    """The symbols and days to draw, in order, and how many are left out."""
    moved: dict[tuple[str, date], float] = {}
    for trade in trades:
        calendar = _calendar(data, trade.symbol)
        for at in (trade.entry_at, trade.exit_at):
            key = (trade.symbol, _session_day(calendar, at))
            moved[key] = moved.get(key, 0.0) + abs(float(trade.net_pnl))
    ordered = sorted(moved, key=lambda key: (-moved[key], key))
    return sorted(ordered[:CHARTS_MOST], key=lambda key: (key[1], key[0])), max(len(ordered) - CHARTS_MOST, 0)


def _session_day(calendar: Calendar, at: Instant) -> date:
    """The day of an instant; a close at midnight is still the day before's."""
    return calendar.day_at(at - 1)


def _spans(result: BacktestResult, data: MarketData) -> list[tuple[str, date, date]]:
    """Each traded symbol over all days, where there are several."""
    if len(result.days) < 2:
        return []
    first, last = date.fromisoformat(result.days[0]), date.fromisoformat(result.days[-1])
    symbols = {trade.symbol: ZERO for trade in result.trades}
    for trade in result.trades:
        symbols[trade.symbol] += abs(trade.net_pnl)
    most = sorted(symbols, key=lambda symbol: (-symbols[symbol], symbol))[:SPANS_MOST]
    return [(symbol, first, last) for symbol in sorted(most)]


def _calendar(data: MarketData, symbol: str) -> Calendar:
    instrument = instrument_of(data, symbol)
    assert instrument is not None, "a symbol that was traded is in the data"
    return data.calendars(instrument.venue)


def offset_of(data: MarketData | None) -> int:
    """The venue's offset from UTC, seconds; where venues differ, UTC."""
    offsets = {data.calendars(item.venue).utc_offset_s for item in data.instruments} if data is not None else set()
    return offsets.pop() if len(offsets) == 1 else 0


def clock(at: Instant, offset_s: int) -> str:
    """An instant in a table: `2021-04-28 09:20:01`."""
    return f"{moment_of(at + offset_s * SECOND):%Y-%m-%d %H:%M:%S}"
