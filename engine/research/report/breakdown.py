"""The tables of a report: by bot and symbol, how trades ended, signals without an order, trades. Escaped by page.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.domain.instant import SECOND
from engine.domain.records import ClosedTradeRecord
from engine.research.backtest import BacktestResult
from engine.research.further import traded_symbols
from engine.research.pictures.numbers import duration, grouped, signed
from engine.research.report.charts import clock
from engine.research.report.headline import NONE
from engine.research.report.page import Cell, table
from engine.research.splits import Part, by_bot, by_exit, by_symbol, part_of, without_order

WORST_MOST, TRADES_MOST = 10, 1_000
_HEAD = ("Trades", "Won", "Profit factor", "Gross", "Charges", "Net")

_OUTCOMES = {
    "watch": "only watched",
    "blocked": "blocked",
    "expired": "found again too late",
}


def parts_table(name: str, parts: Mapping[str, Part], whole: Part, currency: str) -> str:
    """A row a part, and the whole below where there are several."""
    rows = [_part_row(part_name, part, currency) for part_name, part in parts.items()]
    if len(rows) > 1:
        rows.append(_part_row("All", whole, currency))
    return table((name, *_HEAD), rows, total=len(rows) > 1)


def _part_row(name: str, part: Part, currency: str) -> tuple[Cell | str, ...]:
    factor = part.profit_factor
    return (
        name,
        f"{part.trades:,}",
        NONE if part.win_rate is None else f"{part.win_rate * 100:.0f} %",
        NONE if factor is None else f"{factor:.2f}",
        _amount(float(part.gross_pnl), currency, coloured=False),
        grouped(float(part.charges), 2, currency),
        _amount(float(part.net_pnl), currency),
    )


def _amount(value: float, currency: str, *, coloured: bool = True) -> Cell:
    text = grouped(value, 2, currency)
    return Cell(f"+{text}" if round(value, 2) > 0 else text, round(value, 2) if coloured else 0.0)


def breakdown(result: BacktestResult) -> str:
    """By bot, by symbol, by what ended the trade."""
    currency, trades = result.account.currency, result.trades
    whole = part_of(trades)
    return "".join((
        parts_table("Bot", by_bot(trades, (bot.bot_id for bot in result.bots)), whole, currency),
        "<h3></h3>",
        parts_table("Symbol", by_symbol(trades, traded_symbols(result)), whole, currency),
        "<h3></h3>",
        parts_table("How trades ended", {name.replace("_", " "): part for name, part in by_exit(trades).items()},
                    whole, currency),
    ))  # fmt: skip


def without_order_table(result: BacktestResult) -> str:
    """Why signals became no order; empty where all did."""
    rows = []
    for named, count in without_order(result.signals).items():
        outcome, _, reason = named.partition(": ")
        rows.append((_OUTCOMES.get(outcome, outcome), reason.replace("_", " ") or NONE, f"{count:,}"))
    return table(("What became of it", "Why", "Signals"), rows, words=2)


def worst_trades(trades: Sequence[ClosedTradeRecord], currency: str, offset_s: int) -> str:
    """The trades that lost the most, the worst first."""
    losers = sorted((trade for trade in trades if trade.net_pnl < 0), key=lambda t: (t.net_pnl, t.exit_at, t.trade_id))
    return trades_table(losers[:WORST_MOST], currency, offset_s)


def trades_table(trades: Sequence[ClosedTradeRecord], currency: str, offset_s: int) -> str:
    """Closed trades as rows, at most `TRADES_MOST`; trades.csv has all."""
    head = ("Symbol", "Bot", "Side", "How it ended", "Quantity", "Entry", "Price", "Exit", "Price", "Held", "Gross",
            "Charges", "Net")  # fmt: skip
    return table(head, [_trade_row(trade, currency, offset_s) for trade in trades[:TRADES_MOST]], words=4)


def _trade_row(trade: ClosedTradeRecord, currency: str, offset_s: int) -> tuple[Cell | str, ...]:
    return (
        trade.symbol,
        trade.bot_id,
        trade.side.lower(),
        trade.exit_reason.value.replace("_", " "),
        f"{trade.quantity:f}",
        clock(trade.entry_at, offset_s),
        f"{trade.entry_price:,f}",
        clock(trade.exit_at, offset_s),
        f"{trade.exit_price:,f}",
        duration((trade.exit_at - trade.entry_at) / SECOND),
        _amount(float(trade.gross_pnl), currency, coloured=False),
        grouped(float(trade.charges), 2, currency),
        _amount(float(trade.net_pnl), currency),
    )


def side_by_side(stated: Mapping[str, object], other: Mapping[str, object]) -> str:
    """Two summaries of the same bots on the same bars under the two intrabar rules."""
    rows = []
    for name, key, unit in (
        ("Net P&L", "net_pnl", ""), ("Return", "return_pct", " %"), ("Gross P&L", "gross_pnl", ""),
        ("Charges", "charges", ""), ("Trades", "trades", None), ("Deepest drawdown", "max_drawdown_pct", " %"),
        ("Sharpe", "sharpe", ""), ("Profit factor", "profit_factor", ""),
    ):  # fmt: skip
        cells = [_figure(summary.get(key), unit) for summary in (stated, other)]
        rows.append((name, *cells))
    return table(("", "Stated", "Pessimistic"), rows)


def _figure(value: object, unit: str | None) -> str:
    if not isinstance(value, int | float):
        return NONE
    return f"{value:,}" if unit is None else signed(value, 2, unit).lstrip("+")
