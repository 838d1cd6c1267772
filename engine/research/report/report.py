"""The report of a backtest: its parts in their order. Fed by a result, its summary and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from engine.domain.instant import iso
from engine.research.backtest import BacktestResult
from engine.research.report.beside import Beside
from engine.research.report.breakdown import (
    TRADES_MOST,
    breakdown,
    side_by_side,
    trades_table,
    without_order_table,
    worst_trades,
)
from engine.research.report.charts import SCRIPT, candle_pictures, equity_pictures, offset_of
from engine.research.report.headline import headline, key_figures
from engine.research.report.months import distributions, months_table
from engine.research.report.page import page, pane
from engine.research.report.quality import data_quality, terms

SYMBOLS_MOST = 12  # named under the title


def report_html(result: BacktestResult, summary: Mapping[str, Any], beside: Beside | None = None) -> str:
    """The page as text; every word of the data, of bots and of files is escaped."""
    beside = beside or Beside()
    title = ", ".join(sorted({bot.strategy for bot in result.bots}))
    span = f"{summary['from']} to {summary['to']}" if summary["from"] != summary["to"] else str(summary["from"])
    body = _head(result, summary, title, span) + _body(result, summary, beside)
    return page(f"Backtest: {title}, {span}", body, SCRIPT)


def _head(result: BacktestResult, summary: Mapping[str, Any], title: str, span: str) -> str:
    more = len(result.symbols) - SYMBOLS_MOST
    symbols = ", ".join(result.symbols[:SYMBOLS_MOST]) + (f" and {more} more" if more > 0 else "")
    warnings = [f"{iso(trip.at)}: {trip.detail}" for trip in result.trips]
    warnings += [f"Halted: {result.halted}"] if result.halted else []
    warnings += [f"{doubt[:1].upper()}{doubt[1:]}." for doubt in summary.get("doubts", ())]
    told = "".join(f'<p class="warn">{escape(words)}</p>' for words in warnings)
    return (
        f'<header><h1>Backtest: {escape(title)} <span class="chip">SIMULATED</span></h1>'
        f"<p>{escape(span)} · {escape(symbols)}</p>{headline(summary, result.account)}{told}</header>"
    )


def _body(result: BacktestResult, summary: Mapping[str, Any], beside: Beside) -> str:
    currency, offset = result.account.currency, offset_of(beside.data)
    candles, left_out = candle_pictures(result, beside.data)
    worst = worst_trades(result.trades, currency, offset)
    twin = side_by_side(summary, beside.twin) if beside.twin is not None else ""
    note = "the same decisions, exits within a bar filled at the worse price"
    return "".join((
        pane("Figures", key_figures(summary, currency)),
        pane("Equity", equity_pictures(result, beside.benchmark, offset)),
        pane("Trades on candles", candles, left_out or "triangle: entry, ring: exit, with its net result"),
        pane("Months", months_table(summary.get("months", {})), "percent of the month's first equity, net"),
        pane("Distributions", distributions(result.trades, currency, offset)),
        pane("Parts of the whole", breakdown(result)),
        pane("Both intrabar rules", twin, note),
        pane("Signals without an order", without_order_table(result)),
        pane("Worst trades", worst or "<p>No trade lost.</p>"),
        pane("Closed trades", _all_trades(result, offset)),
        pane("Data quality", data_quality(result, beside.data)),
        pane("Terms", terms(result, summary)),
        f"<footer>Decisions <code>{escape(summary['decisions_digest'])}</code>: equal for equal data, bots and seed. ",
        "What a backtest earned says what would have happened on these prices, not what will.</footer>",
    ))  # fmt: skip


def _all_trades(result: BacktestResult, offset: int) -> str:
    if not result.trades:
        return "<p>No trade was closed.</p>"
    shown = min(len(result.trades), TRADES_MOST)
    words = f"All {shown:,}" if shown == len(result.trades) else f"The first {shown:,} of {len(result.trades):,}"
    inside = trades_table(result.trades, result.account.currency, offset)
    return f"<details><summary>{words}</summary>{inside}</details>"
