"""Documents as answers show them (docs/contract/documents.md says what fields mean; others may come along). Named by
the routes, for the OpenAPI document; a test holds real answers to them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.api.models.twin import TwinPart
from engine.domain.account import Desired
from engine.domain.order import ExitReason, OrderState, OrderType, Purpose, Side
from engine.domain.records import DifferenceKind, DifferenceState
from engine.domain.signal import Outcome, SignalType, Temperature
from engine.domain.sizing import SizingKind


class Document(BaseModel):
    """What every document of an account carries."""

    model_config = ConfigDict(extra="allow")

    id: str
    user_id: str
    account_id: str
    mode: Literal["paper", "live"]
    updated_at: datetime
    sequence: int


class Part(BaseModel):
    """A map inside a document."""

    model_config = ConfigDict(extra="allow")


class Readiness(Part):
    """Whether a bot may trade now, and what stands in its way."""

    can_trade: bool
    blocking_reason: str | None
    blocking_detail: str | None = None


class BotStatus(Part):
    """How a bot is doing; the engine's fields."""

    state: Literal["starting", "warming", "running", "paused", "stopped", "error"]
    temperature: Temperature | None
    score: float | None
    symbol: str | None = None
    readiness: Readiness
    last_evaluated_at: datetime | None


class SizingPart(Part):
    """How an entry's quantity is found; `atr_period` with volatility, `slippage_bps` with risk_per_trade alone."""

    kind: SizingKind
    value: float
    atr_period: int | None = None
    slippage_bps: float | None = None
    by_temperature: dict[str, float] | None = None


class ExitsPart(Part):
    """Distances in percent, but for `break_even_plus_bps` and `time_exit_s`; null where there is none."""

    stop_pct: float | None
    target_pct: float | None
    trail_pct: float | None = None
    break_even_at_pct: float | None = None
    break_even_plus_bps: float | None = None
    time_exit_s: int | None = None


class Bot(Document):
    """A bot. `status` is null until the engine has seen it."""

    name: str
    strategy: str
    parameters: dict[str, float | int | bool | str]
    symbols: list[str]
    timeframe: str
    sizing: SizingPart
    exits: ExitsPart
    desired: Desired
    generation: int
    status: BotStatus | None
    twin: TwinPart | None = None


class Position(Part):
    """An open position of one bot in one symbol; `quantity` is negative for a short one."""

    id: str
    bot_id: str
    symbol: str
    quantity: float
    entry_price: float
    current_price: float
    pnl: float
    pnl_percent: float
    realized_pnl: float
    charges: float
    state: Literal["BUILDING", "OPEN", "REDUCING"]
    stop_price: float | None
    target_price: float | None
    entry_time: datetime
    stop_reason: ExitReason | None = None


class Order(Document):
    """An order as it stands; its id is the client order id."""

    bot_id: str
    signal_id: str | None
    symbol: str
    side: Side
    order_type: OrderType
    quantity: float
    limit_price: float | None
    state: OrderState
    filled_quantity: float
    average_price: float | None
    venue_order_id: str | None
    reason: str | None
    purpose: Purpose
    created_at: datetime
    trigger_price: float | None = None
    withdrawn_by: str | None = None


class Fill(Document):
    """A fill, booked."""

    order_id: str
    venue_fill_id: str
    bot_id: str
    symbol: str
    side: Side
    quantity: float
    price: float
    charges: float
    charge_lines: dict[str, float]
    filled_at: datetime


class Trade(Document):
    """A round trip from flat to flat."""

    bot_id: str
    symbol: str
    side: Literal["LONG", "SHORT"]
    quantity: float
    entry_at: datetime
    entry_price: float
    exit_at: datetime
    exit_price: float
    gross_pnl: float
    charges: float
    net_pnl: float
    exit_reason: str
    fill_ids: list[str]


class Signal(Document):
    """A signal and what became of it."""

    bot_id: str
    strategy: str
    symbol: str
    type: SignalType
    price: float
    score: float
    confidence: float
    reasons: list[str]
    bar_at: datetime
    confirmed_at: datetime
    outcome: Outcome
    blocking_reason: str | None
    order_id: str | None


class Delivery(Part):
    """What came of sending an alert to a channel."""

    channel: str
    at: datetime
    failed: str | None = Field(None, description="Why it did not arrive.")


class Alert(Document):
    """Something a person should know."""

    severity: Literal["info", "warning", "critical"]
    kind: str
    text: str
    at: datetime
    count: int = Field(1, description="How often it happened so far.")
    last_at: datetime | None = Field(None, description="The last time, where it happened again.")
    delivered_to: list[Delivery] = Field([], description="The channels it was sent to, and what came of it.")
    acknowledged_at: datetime | None = None


class AuditEntry(Document):
    """An entry of the audit log; its id is its hash."""

    number: int
    actor: str
    action: str
    subject: str
    before: dict[str, str]
    after: dict[str, str]
    at: datetime
    previous_hash: str
    hash: str


class DeadLetter(Document):
    """A record that the store refused for good."""

    collection: str
    document_id: str
    error: str
    attempts: int
    first_at: datetime
    payload_bytes: int


class Difference(Document):
    """Where broker and books differ. `quantity` is signed: what the books lack of what the broker has."""

    kind: DifferenceKind
    subject: str
    symbol: str
    order_id: str | None
    venue_order_id: str | None
    venue_state: str | None
    quantity: float
    price: float | None
    ours: str
    theirs: str
    state: DifferenceState
    at: datetime
    found_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    result: str | None
