"""Records as rows of the contract's CSV files. Text only: money and prices exactly, times in ISO 8601, UTC."""

from __future__ import annotations

from decimal import Decimal

from engine.core.ledger import Mark
from engine.domain.instant import iso
from engine.domain.records import ClosedTradeRecord, FillRecord, OrderRecord, SignalRecord

Row = tuple[str, ...]

SIGNALS: Row = ("signal_id", "bot_id", "symbol", "at", "type", "score", "price", "outcome", "reason")
ORDERS: Row = (
    "order_id", "signal_id", "bot_id", "symbol", "side", "order_type", "quantity", "limit_price", "state",
    "filled_quantity", "average_price", "reason", "at",
)  # fmt: skip
FILLS: Row = ("fill_id", "order_id", "bot_id", "symbol", "side", "quantity", "price", "charges", "at")
TRADES: Row = (
    "trade_id", "bot_id", "symbol", "side", "quantity", "entry_at", "entry_price", "exit_at", "exit_price",
    "gross_pnl", "charges", "net_pnl", "exit_reason",
)  # fmt: skip
EQUITY: Row = ("at", "equity", "cash", "drawdown_pct")


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def signal_row(record: SignalRecord) -> Row:
    """A row of signals.csv; `at` is the confirming close, `reason` why it is blocked or only watched."""
    return (
        record.signal_id,
        record.bot_id,
        record.symbol,
        iso(record.confirmed_at),
        record.type.value,
        f"{record.score:.6f}",
        _number(record.price),
        record.outcome.value,
        record.blocking_reason or "",
    )


def order_row(record: OrderRecord) -> Row:
    """A row of orders.csv, the order as it ended; `at` is when it was made."""
    return (
        record.order_id,
        record.signal_id or "",
        record.bot_id,
        record.symbol,
        record.side.value,
        record.order_type.value,
        _number(record.quantity),
        _number(record.limit_price),
        record.state.value,
        _number(record.filled_quantity),
        _number(record.average_price),
        record.reason or "",
        iso(record.created_at),
    )


def fill_row(record: FillRecord) -> Row:
    """A row of fills.csv; `charges` is the fill's total."""
    return (
        record.fill_key,
        record.order_id,
        record.bot_id,
        record.symbol,
        record.side.value,
        _number(record.quantity),
        _number(record.price),
        _number(record.charges),
        iso(record.filled_at),
    )


def trade_row(record: ClosedTradeRecord) -> Row:
    """A row of trades.csv."""
    return (
        record.trade_id,
        record.bot_id,
        record.symbol,
        record.side,
        _number(record.quantity),
        iso(record.entry_at),
        _number(record.entry_price),
        iso(record.exit_at),
        _number(record.exit_price),
        _number(record.gross_pnl),
        _number(record.charges),
        _number(record.net_pnl),
        record.exit_reason.value,
    )


def equity_row(mark: Mark) -> Row:
    """A row of equity.csv, a market minute."""
    return iso(mark.at), _number(mark.equity), _number(mark.cash), _number(mark.drawdown_pct)
