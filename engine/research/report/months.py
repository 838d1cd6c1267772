"""Months as a heat map, and distributions of trades: by result, by holding time, by hour. Part of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from engine.domain.instant import SECOND, moment_of
from engine.domain.records import ClosedTradeRecord
from engine.research.pictures.columns import Column, columns_svg, round_bins
from engine.research.pictures.numbers import compact, signed, signed_money

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HOLDS = {60: "1m", 300: "5m", 900: "15m", 1_800: "30m", 3_600: "1h", 7_200: "2h", 14_400: "4h", 86_400: "1d",
          7 * 86_400: "7d"}  # fmt: skip


def months_table(months: Mapping[str, float]) -> str:
    """A row a year, a column a month, the year's own return at the end; the deeper the colour, the further from 0."""
    if not months:
        return ""
    most = max(abs(value) for value in months.values()) or 1.0
    years = sorted({month[:4] for month in months})
    rows = []
    for year in years:
        cells, grown = [], 1.0
        for number in range(1, 13):
            value = months.get(f"{year}-{number:02d}")
            cells.append("<td></td>" if value is None else _heat(value, most))
            grown *= 1 + (value or 0.0) / 100
        total = (grown - 1) * 100
        rows.append(f'<tr><th scope="row">{escape(year)}</th>{"".join(cells)}{_heat(total, 0)}</tr>')
    head = "".join(f'<th scope="col">{name}</th>' for name in (*_NAMES, "Year"))
    return (
        f'<div class="scroll" tabindex="0"><table class="heat"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _heat(value: float, most: float) -> str:
    """A cell; its ground is mixed with the surface by how far the value is from 0. The year's has none."""
    rounded = signed(value, 2)
    if not most:
        return f"<td><b>{escape(rounded)}</b></td>"
    share = round(12 + 48 * min(abs(value) / most, 1.0)) if value else 0
    colour = "gain" if value > 0 else "loss"
    return (
        f'<td style="background:color-mix(in srgb,var(--{colour}) {share}%,var(--surface))">{escape(rounded)}</td>'
        if share
        else f"<td>{escape(rounded)}</td>"
    )


def distributions(trades: Sequence[ClosedTradeRecord], currency: str, offset_s: int) -> str:
    """Three pictures side by side; nothing without a trade."""
    if not trades:
        return ""
    parts = (
        ("Result of a trade, net", _results(trades, currency)),
        ("Holding time", _holds(trades)),
        ("Net result by hour of entry", _hours(trades, currency, offset_s)),
    )
    return '<div class="three">' + "".join(f"<div><h3>{name}</h3>{svg}</div>" for name, svg in parts) + "</div>"


def _results(trades: Sequence[ClosedTradeRecord], currency: str) -> str:
    bins = round_bins([float(trade.net_pnl) for trade in trades])
    every = max(len(bins) // 5, 1)
    zero = next((number for number, (low, _, _) in enumerate(bins) if low >= 0), 0)
    columns = [
        Column(
            compact(low, currency) if (number - zero) % every == 0 else "",
            count,
            "bar-g" if low >= 0 else "bar-l",
            f"{_trades(count)} from {signed_money(low, currency)} to {signed_money(high, currency)}",
        )
        for number, (low, high, count) in enumerate(bins)
    ]
    return columns_svg(columns, label="How many trades brought how much, net", words=_count)


def _holds(trades: Sequence[ClosedTradeRecord]) -> str:
    seconds = [(trade.exit_at - trade.entry_at) / SECOND for trade in trades]
    edges = (0.0, *_HOLDS, float("inf"))
    counts = [sum(low <= held < high for held in seconds) for low, high in pairwise(edges)]
    first = next(number for number, count in enumerate(counts) if count)
    last = len(counts) - next(number for number, count in enumerate(reversed(counts)) if count)
    columns = []
    for number in range(first, last):
        over = edges[number + 1] == float("inf")
        words = f"≥{_HOLDS[int(edges[number])]}" if over else f"<{_HOLDS[int(edges[number + 1])]}"
        columns.append(Column(words, counts[number], "bar-n", f"{words}: {_trades(counts[number])}"))
    return columns_svg(columns, label="How long trades were held", words=_count)


def _hours(trades: Sequence[ClosedTradeRecord], currency: str, offset_s: int) -> str:
    nets: dict[int, list[float]] = {}
    for trade in trades:
        nets.setdefault(moment_of(trade.entry_at + offset_s * SECOND).hour, []).append(float(trade.net_pnl))
    columns = [
        Column(
            f"{hour:02d}",
            sum(nets.get(hour, [])),
            "bar-g" if sum(nets.get(hour, [])) >= 0 else "bar-l",
            f"{hour:02d}:00 to {hour:02d}:59: {_trades(len(nets.get(hour, [])))}, "
            f"{signed_money(sum(nets.get(hour, [])), currency)}",
        )
        for hour in range(min(nets), max(nets) + 1)
    ]
    label = "What trades brought by the hour of their entry"
    return columns_svg(columns, label=label, words=lambda value: compact(value, currency))


def _count(value: float) -> str:
    return f"{value:g}" if value == int(value) else ""


def _trades(count: int) -> str:
    return f"{count} trade{'' if count == 1 else 's'}"
