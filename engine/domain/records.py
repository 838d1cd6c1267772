"""What is written down: facts (one write each, always) and states (newest wins). Made by the core and the runtime;
kept by the journal, mapped to documents by adapters/firestore/documents.

A record knows which document it belongs to (`collection`, `document_id`) and, where a document is a map that many
records fill (bars, decisions), its own `slot` of it. The newest record of a (collection, document_id, slot)
supersedes older states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, TypeAlias

from engine.domain.account import TradingState
from engine.domain.instant import Instant
from engine.domain.order import ExitReason, OrderState, OrderType, Purpose, Side
from engine.domain.signal import Outcome, SignalType, Temperature


@dataclass(frozen=True, slots=True)
class SignalRecord:
    """A signal and what became of it."""

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

    @property
    def document_id(self) -> str:
        return self.signal_id


@dataclass(frozen=True, slots=True)
class OrderStep:
    """A state an order was in, and since when."""

    state: OrderState
    at: Instant


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

    @property
    def document_id(self) -> str:
        return self.order_id


@dataclass(frozen=True, slots=True)
class FillRecord:
    """A fill, booked."""

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

    @property
    def document_id(self) -> str:
        return self.fill_key


@dataclass(frozen=True, slots=True)
class Tranche:
    """One entry fill of an open position; `at_risk_pct` is what it puts at risk, % of the equity it was entered at."""

    quantity: Decimal
    price: Decimal
    at: Instant
    at_risk_pct: Decimal


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
    """A round trip from flat to flat."""

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

    @property
    def document_id(self) -> str:
        return self.trade_id


@dataclass(frozen=True, slots=True)
class SessionWindow:
    """The trading session as shown."""

    day: str
    open_at: Instant
    close_at: Instant
    entry_from: Instant
    entry_until: Instant
    flatten_at: Instant | None


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """The account's money as the core knows it."""

    collection: ClassVar[str] = "accounts"
    fact: ClassVar[bool] = False
    account_id: str
    name: str
    market: str
    currency: str
    cash: Decimal
    equity: Decimal
    start_equity_day: Decimal
    start_equity_week: Decimal
    realized_pnl_day: Decimal
    unrealized_pnl: Decimal
    charges_day: Decimal
    pnl_pct_day: Decimal
    pnl_pct_week: Decimal
    high_water_mark: Decimal
    drawdown_pct: Decimal
    trading_state: TradingState
    halted_reason: str | None
    market_at: Instant
    session: SessionWindow | None

    @property
    def document_id(self) -> str:
        return self.account_id


@dataclass(frozen=True, slots=True)
class HealthRecord:
    """How the service is doing for this account; the runtime's fields of the account document. Ages in seconds."""

    collection: ClassVar[str] = "accounts"
    fact: ClassVar[bool] = False
    account_id: str
    effective_mode: str
    clock_speed: float
    clock_simulated: bool
    clock_finished: bool
    truth_state: str
    truth_checked_at: Instant
    truth_differences: tuple[str, ...]
    engine_instance: str
    engine_epoch: int
    heartbeat_at: Instant
    queue_depth: int
    queue_oldest_age_s: float
    dead_letters: int
    feed_state: str
    last_tick_at: Instant | None
    ticks: int
    ticks_dropped: Mapping[str, int]
    broker_state: str
    slot: ClassVar[str] = "health"

    @property
    def document_id(self) -> str:
        return self.account_id


@dataclass(frozen=True, slots=True)
class QuoteEntry:
    """The last price of a symbol; `change_pct` since the session's first price."""

    price: Decimal
    at: Instant
    change_pct: Decimal


@dataclass(frozen=True, slots=True)
class QuotesRecord:
    """The prices the account's screens need."""

    collection: ClassVar[str] = "quotes"
    fact: ClassVar[bool] = False
    account_id: str
    symbols: Mapping[str, QuoteEntry]
    market_at: Instant

    @property
    def document_id(self) -> str:
        return self.account_id


@dataclass(frozen=True, slots=True)
class BarRecord:
    """A closed bar; a slot of its day's document."""

    collection: ClassVar[str] = "bars"
    fact: ClassVar[bool] = True
    account_id: str
    symbol: str
    timeframe: str
    day: str
    slot: str
    at: Instant
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: float

    @property
    def document_id(self) -> str:
        return f"{self.account_id}_{self.symbol}_{self.timeframe}_{self.day.replace('-', '')}"


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """What a bot made of a bar; a slot of the hour's document. `inputs` are the strategy's own named numbers."""

    collection: ClassVar[str] = "decisions"
    fact: ClassVar[bool] = True
    bot_id: str
    symbol: str
    day: str
    hour: str
    slot: str
    at: Instant
    score: float | None
    inputs: Mapping[str, float]
    verdict: str
    detail: str

    @property
    def document_id(self) -> str:
        return f"{self.bot_id}_{self.day.replace('-', '')}_{self.hour}"


@dataclass(frozen=True, slots=True)
class SymbolStatus:
    """Where a bot stands on one symbol."""

    score: float | None
    temperature: Temperature | None
    verdict: str
    detail: str
    candidate: SignalType | None
    candidate_since: Instant | None
    last_fill_at: Instant | None


@dataclass(frozen=True, slots=True)
class BotStatusRecord:
    """How a bot is doing; the engine's fields of the bot's document."""

    collection: ClassVar[str] = "bots"
    fact: ClassVar[bool] = False
    bot_id: str
    observed_generation: int
    state: str
    temperature: Temperature | None
    score: float | None
    symbol: str | None
    can_trade: bool
    blocking_reason: str | None
    blocking_detail: str | None
    countdown_kind: str | None
    countdown_until: Instant | None
    last_evaluated_at: Instant | None
    symbols: Mapping[str, SymbolStatus]
    signals_today: int
    orders_today: int
    trades_today: int
    realized_pnl_day: Decimal
    charges_day: Decimal

    @property
    def document_id(self) -> str:
        return self.bot_id


@dataclass(frozen=True, slots=True)
class BotForgotten:
    """A deleted bot is done with: its document is deleted."""

    collection: ClassVar[str] = "bots"
    fact: ClassVar[bool] = False
    bot_id: str

    @property
    def document_id(self) -> str:
        return self.bot_id


@dataclass(frozen=True, slots=True)
class BotProfit:
    """One bot's part of a roll-up."""

    gross_pnl: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)
    net_pnl: Decimal = Decimal(0)
    trades: int = 0
    wins: int = 0
    losses: int = 0


@dataclass(frozen=True, slots=True)
class ProfitRecord:
    """The ledger's roll-up of a period (day, week, month, all), from closed trades. `period_start` is its first day."""

    collection: ClassVar[str] = "profits"
    fact: ClassVar[bool] = False
    account_id: str
    period: str
    period_start: str
    gross_pnl: Decimal
    charges: Decimal
    net_pnl: Decimal
    trades: int
    wins: int
    losses: int
    break_even: int
    gross_profit: Decimal
    gross_loss: Decimal
    bots: Mapping[str, BotProfit]

    @property
    def document_id(self) -> str:
        return f"{self.account_id}_{self.period}"


@dataclass(frozen=True, slots=True)
class EquityPoint:
    """Equity at a market minute."""

    at: Instant
    equity: Decimal


@dataclass(frozen=True, slots=True)
class EquityDayRecord:
    """The day's equity line so far."""

    collection: ClassVar[str] = "equity_days"
    fact: ClassVar[bool] = False
    account_id: str
    day: str
    points: tuple[EquityPoint, ...]

    @property
    def document_id(self) -> str:
        return f"{self.account_id}_{self.day.replace('-', '')}"


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """Something a person should know."""

    collection: ClassVar[str] = "alerts"
    fact: ClassVar[bool] = True
    alert_id: str
    severity: str
    kind: str
    text: str
    at: Instant

    @property
    def document_id(self) -> str:
        return self.alert_id


@dataclass(frozen=True, slots=True)
class DeadLetterRecord:
    """A record that the store can never take, told to a person; made by the relay. `first_at` is wall time."""

    collection: ClassVar[str] = "dead_letters"
    fact: ClassVar[bool] = False
    letter_id: str
    of_collection: str
    of_document_id: str
    error: str
    attempts: int
    first_at: Instant
    payload_bytes: int

    @property
    def document_id(self) -> str:
        return self.letter_id


@dataclass(frozen=True, slots=True)
class CommandResult:
    """A command is done or has failed."""

    collection: ClassVar[str] = "commands"
    fact: ClassVar[bool] = False
    command_id: str
    state: str
    result: Mapping[str, str] = field(default_factory=dict)

    @property
    def document_id(self) -> str:
        return self.command_id


Record: TypeAlias = (
    SignalRecord
    | OrderRecord
    | FillRecord
    | PositionRecord
    | PositionFlat
    | ClosedTradeRecord
    | AccountRecord
    | HealthRecord
    | QuotesRecord
    | BarRecord
    | DecisionRecord
    | BotStatusRecord
    | BotForgotten
    | ProfitRecord
    | EquityDayRecord
    | AlertRecord
    | DeadLetterRecord
    | CommandResult
)


def slot_of(record: Record) -> str:
    """The slot of its document that a record fills; empty where it is the whole document."""
    return getattr(record, "slot", "")
