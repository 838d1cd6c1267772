"""What the data was like, and on what terms the run was made: the end of the report. Escaped by page.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from engine.market_data.columns import MarketData
from engine.market_data.splits import Jump
from engine.research.backtest import BacktestResult
from engine.research.data_quality import series_quality
from engine.research.pictures.numbers import duration, money
from engine.research.report.headline import NONE
from engine.research.report.page import table

SERIES_MOST = 30

# The tick guard's rules in a sentence each.
RULES = {
    "ahead": "stamped ahead of the clock",
    "band": "beyond the day's circuit limits",
    "jump": "further from the last price than a print can be",
    "no_session": "on a day without a session",
    "not_positive": "a price of nothing or less",
    "out_of_order": "earlier than what was already taken",
    "outlier": "far from the prices of the last minutes",
    "outside_session": "outside trading hours",
    "repeat": "the same price at the same instant, nothing traded",
    "unknown_symbol": "of a symbol that is not listed",
    "wrong_day": "stamped with another day",
}


def data_quality(result: BacktestResult, data: MarketData | None) -> str:
    """What was read and what of it was left out, by rule."""
    total = result.ticks
    read = (f"{total:,} ticks" if total else "") + (" and " if total and result.bars else "")
    read += f"{result.bars:,} bars" if result.bars else ""
    days = f"{len(result.days)} trading day{'' if len(result.days) == 1 else 's'}"
    said = [f"<p>{read or 'Nothing'} of {len(result.symbols)} symbols on {days}.</p>"]
    rows = [
        (rule.replace("_", " "), RULES.get(rule, ""), f"{count:,}", f"{count / total * 100:.3f} %" if total else "")
        for rule, count in result.ticks_dropped.items()
    ]
    said.append(table(("Left out", "Because", "Rows", "Share"), rows, words=2) or "<p>No row was left out.</p>")
    if data is not None:
        said.append(_series(data))
    for note in data.notes if data is not None else ():
        said.append(f"<p>{escape(note[:1].upper() + note[1:])}.</p>")
    return "".join(said)


def _series(data: MarketData) -> str:
    """Where each series has nothing though its venue traded, and nights that look like a split."""
    found = series_quality(data)
    # What is wrong comes first, so that a table cut short leaves out what is not.
    ordered = sorted(found, key=lambda series: (not series.jumps, -len(series.missing_days), -len(series.gaps)))
    rows = [
        (
            str(series.key),
            _jumps(series.jumps),
            f"{series.rows:,}",
            f"{series.days:,}",
            f"{len(series.missing_days):,}",
            f"{len(series.gaps):,}",
            duration(series.longest_gap.seconds) if series.longest_gap is not None else NONE,
        )
        for series in ordered[:SERIES_MOST]
    ]
    head = ("Series", "Nights that jump", "Rows", "Days", "Days missing", "Gaps", "Longest gap")
    more = len(found) - SERIES_MOST
    told = f"<p>{more} more series have fewer gaps. `lockstep data inspect` lists them all.</p>" if more > 0 else ""
    return table(head, rows, words=2) + told


def _jumps(jumps: Sequence[Jump]) -> str:
    """The nights, with the split they look like."""
    shown = ", ".join(f"{jump.day} ({jump.ratio})" if jump.ratio else jump.day for jump in jumps[:3])
    return shown + (f" and {len(jumps) - 3} more" if len(jumps) > 3 else "") if jumps else NONE


def terms(result: BacktestResult, summary: Mapping[str, Any]) -> str:
    """Everything that it takes to run it again."""
    account = result.account
    fills: Mapping[str, Any] = summary.get("fill_terms", {})
    rows = [
        ("Cash", money(float(account.cash), account.currency)),
        ("Charges", ", ".join([account.charge_schedule, *(f"{v}: {n}" for v, n in account.venue_charges.items())])),
        ("Slippage", f"{fills.get('slippage_bps', 1)} bps against us"),
        ("Latency", f"{fills.get('latency_ms', 0)} ms"),
        ("Filled in parts", f"{fills.get('partial_pct', 0)} % of orders"),
        ("Limit orders never filled", f"{fills.get('unfilled_pct', 0)} %"),
        ("Seed", str(account.seed)),
        ("Exits within a bar", str(summary.get("intrabar") or "ticks: nothing is assumed")),
    ]
    for bot in result.bots:
        named = summary["parameters"] if len(result.bots) == 1 else summary["parameters"].get(bot.bot_id, {})
        told = ", ".join(f"{name} {value}" for name, value in named.items())
        rows.append((f"Bot {bot.bot_id}", f"{bot.strategy} on {', '.join(bot.symbols)}, {bot.timeframe}: {told}"))
    body = "".join(
        f'<tr><td class="w">{escape(name)}</td><td class="w" style="white-space:normal">{escape(value)}</td></tr>'
        for name, value in rows
    )
    return f"<table><tbody>{body}</tbody></table>"
