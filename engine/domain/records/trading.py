"""Records of trading: signals, orders, fills, positions, closed trades. Made by core/decide and core/settle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from engine.domain.effective import EffectiveMode
from engine.domain.instant import Instant
from engine.domain.order import ExitReason, OrderState, OrderType, Purpose, Side
from engine.domain.signal import Outcome, SignalType


@dataclass(frozen=True, slots=True)
class SignalRecord:
    """A signal and what became of it; `purpose` is that of its order, None where none was sent."""

    collection: ClassVar[str] = "trading_signals"
    fact: ClassVar[bool] = True
    signal_id: str
    bot_id: str
    strategy: str
    symbol: str
    timeframe: str
    type: SignalType
    price: Decimal
    score: float
    reasons: tuple[str, ...]
    bar_at: Instant
    confirmed_at: Instant
    outcome: Outcome
    blocking_reason: str | None
    blocking_detail: str | None
    order_id: str | None
    purpose: Purpose | None = None

    @property
    def document_id(self) -> str:
        return self.signal_id


@dataclass(frozen=True, slots=True)
class OrderStep:
    """A state an order was in, and since when."""

    state: OrderState
    at: Instant


@dataclass(frozen=True, slots=True)
class OrderCheck:
    """What a check of the risk gate found, and what it allows; by its name in the order's `checks`."""

    ok: bool
    found: str
    allowed: str


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order as it stands."""

    collection: ClassVar[str] = "orders"
    fact: ClassVar[bool] = False
    order_id: str
    bot_id: str
    signal_id: str | None
    symbol: str
    side: Side
    order_type: OrderType
    quantity: Decimal
    limit_price: Decimal | None
    state: OrderState
    filled_quantity: Decimal
    average_price: Decimal | None
    venue_order_id: str | None
    reason: str | None
    purpose: Purpose
    exit_reason: ExitReason | None
    stop_price: Decimal | None
    history: tuple[OrderStep, ...]
    created_at: Instant
    decision_price: Decimal | None = None  # the mark it was sized at
    at_risk_pct: Decimal = Decimal(0)  # what it puts at risk, % of the equity it was decided at
    checks: Mapping[str, OrderCheck] = field(default_factory=dict)  # what risk asked, in its order
    execution_mode: EffectiveMode = EffectiveMode.PAPER  # what was effective when it was decided
    trigger_price: Decimal | None = None  # of a stop order
    withdrawn_by: str | None = None  # an entry's: the signal the other way that it was taken back for

    @property
    def document_id(self) -> str:
        return self.order_id


@dataclass(frozen=True, slots=True)
class FillRecord:
    """A fill, booked.

    What followers reckon with: `position` is what the bot holds of the symbol after it, `net` the same of all bots of
    the account that follow nobody (None for a follower's fill), both signed; `equity` the account's after it. None in
    records of before they were kept.
    """

    collection: ClassVar[str] = "fills"
    fact: ClassVar[bool] = True
    fill_key: str
    order_id: str
    venue_fill_id: str
    bot_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    charges: Decimal
    charge_lines: Mapping[str, Decimal]
    filled_at: Instant
    position: Decimal | None = None
    net: Decimal | None = None
    equity: Decimal | None = None

    @property
    def document_id(self) -> str:
        return self.fill_key


@dataclass(frozen=True, slots=True)
class Tranche:
    """One entry fill of an open position; `at_risk_pct` is what it puts at risk, % of the equity it was entered at.

    `order_id` tells the fills of one entry together; empty in records of before it was kept.
    """

    quantity: Decimal
    price: Decimal
    at: Instant
    at_risk_pct: Decimal
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """An open position of one bot in one symbol; quantities are signed.

    `cost` is what the open quantity was bought for.
    """

    collection: ClassVar[str] = "open_positions"
    fact: ClassVar[bool] = False
    bot_id: str
    symbol: str
    quantity: Decimal
    cost: Decimal
    entry_price: Decimal
    current_price: Decimal
    pnl: Decimal
    pnl_percent: Decimal
    realized_pnl: Decimal
    charges: Decimal
    state: str
    tranches: tuple[Tranche, ...]
    stop_price: Decimal | None
    target_price: Decimal | None
    entry_time: Instant
    opened_quantity: Decimal
    opened_value: Decimal
    closed_value: Decimal
    fill_ids: tuple[str, ...]
    stop_reason: ExitReason = ExitReason.STOP  # what moved the stop to where it is
    best_price: Decimal | None = None  # that a trailing stop is measured from
    break_even_price: Decimal | None = None  # where the break-even stop was moved to, once it was
    stops: int = 0  # protective stops that were sent for it so far

    @property
    def document_id(self) -> str:
        return f"{self.bot_id}_{self.symbol}"


@dataclass(frozen=True, slots=True)
class PositionFlat:
    """A position is gone: its document is deleted."""

    collection: ClassVar[str] = "open_positions"
    fact: ClassVar[bool] = False
    bot_id: str
    symbol: str

    @property
    def document_id(self) -> str:
        return f"{self.bot_id}_{self.symbol}"


@dataclass(frozen=True, slots=True)
class ClosedTradeRecord:
    """A round trip from flat to flat. `day` is the trading day (ISO) it was booked on: the roll-ups go by it."""

    collection: ClassVar[str] = "closed_trades"
    fact: ClassVar[bool] = True
    trade_id: str
    bot_id: str
    symbol: str
    side: str
    quantity: Decimal
    entry_at: Instant
    entry_price: Decimal
    exit_at: Instant
    exit_price: Decimal
    gross_pnl: Decimal
    charges: Decimal
    net_pnl: Decimal
    exit_reason: ExitReason
    fill_ids: tuple[str, ...]
    day: str = ""

    @property
    def document_id(self) -> str:
        return self.trade_id
