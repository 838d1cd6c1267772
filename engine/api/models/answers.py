"""Answers of the routes, for the OpenAPI document; a test holds real answers to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from engine.api.models.documents import (
    Alert,
    AuditEntry,
    Bot,
    DeadLetter,
    Difference,
    Fill,
    Order,
    Part,
    Position,
    Signal,
    Trade,
)

Item = TypeVar("Item")


class FieldProblem(BaseModel):
    """One bad field."""

    field: str = Field(description="Its path, such as `symbols[0]` or `sizing.value`.")
    message: str


class ProblemDocument(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(description="A URN that names the kind of problem.")
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None
    as_of: datetime


class Answer(BaseModel):
    """What every answer says."""

    model_config = ConfigDict(extra="allow")

    as_of: datetime = Field(description="The wall time this was true at.")


class ItemPage(Answer, Generic[Item]):
    """A page of a list."""

    items: list[Item]
    cursor: str | None = Field(description="Give it as `cursor` for the next page; null at the end.")


BotPage = ItemPage[Bot]
PositionPage = ItemPage[Position]
OrderPage = ItemPage[Order]
FillPage = ItemPage[Fill]
TradePage = ItemPage[Trade]
SignalPage = ItemPage[Signal]
AlertPage = ItemPage[Alert]
DeadLetterPage = ItemPage[DeadLetter]
DifferencePage = ItemPage[Difference]


class AuditPage(ItemPage[AuditEntry]):
    """A page of the audit log."""

    keep_days: int = Field(description="How long entries are kept at least, in days.")


class BotAnswer(Bot, Answer):
    """A bot."""


class AlertAnswer(Alert, Answer):
    """An alert."""


class DeletedAnswer(Answer):
    """A deleted bot."""

    id: str
    deleted: Literal[True]


class Decision(Part):
    """What a bot made of one bar, with the strategy's own numbers."""

    symbol: str
    at: datetime
    score: float | None
    verdict: str
    detail: str


class DecisionList(Answer):
    """A day's decisions, newest first."""

    bot_id: str
    day: date
    items: list[Decision]
    cursor: str | None = Field(description="Give it as `cursor` for the next page; null at the end.")


class CommandAnswer(Answer):
    """A command: 202 while the engine has it, 200 with its result."""

    command_id: str
    kind: str
    state: Literal["accepted", "done", "failed"]
    result: dict[str, Any]


class SimulateAnswer(CommandAnswer):
    """A signal that is being tried: `result` says whether it was `ordered`, and why not. Where to watch it through."""

    account_id: str = Field(description="The rehearsal's account: none of its figures are in any other's.")
    bot_id: str = Field(description="The bot's copy there.")
    signal_id: str = Field(description="The signal's document, once the engine has it.")


class SummaryAnswer(Answer):
    """The account as it stands (documents.md, `accounts`); the money is left out for a user without an account."""

    account_id: str | None
    accounts: list[str] = Field(description="All account ids of yours.")
    cash: float | None = None
    equity: float | None = None
    realized_pnl_day: float | None = None
    unrealized_pnl: float | None = None
    charges_day: float | None = None
    pnl_pct_day: float | None = None
    drawdown_pct: float | None = None
    trading_state: Literal["ACTIVE", "REDUCING", "HALTED"] | None = None
    effective_mode: Literal["paper", "dry", "live"] | None = None


class EquityPointAnswer(Part):
    """Equity at a market minute."""

    at: datetime
    equity: float


class EquityLine(Answer):
    """A day's equity."""

    account_id: str | None
    day: date | None
    points: list[EquityPointAnswer]


class Countdown(Part):
    """What a bot waits for."""

    bot_id: str
    symbol: str | None
    kind: Literal["bar_close", "cooldown", "confirmation", "entry_window"] | None
    until: datetime | None


class CountdownList(Answer):
    """What each bot waits for, in market time."""

    account_id: str | None
    market_at: datetime | None
    items: list[Countdown]


class Armed(Part):
    """Until when a live account is armed, by whom and since when. Wall time."""

    until: datetime
    by: str
    at: datetime


class ArmAnswer(Answer):
    """The arming as it stands; null: not armed."""

    account_id: str
    armed: Armed | None


class ReadOnlyAnswer(Answer):
    """Whether the broker connection may only look."""

    account_id: str
    read_only: bool


class PresenceAnswer(Answer):
    """Until when the account counts as watched."""

    account_id: str
    watched_until: datetime


class InstrumentItem(Part):
    """What can be traded, or only watched."""

    symbol: str
    venue: str
    currency: str
    tradable: bool
    name: str
    tick_size: float
    lot_size: float


class InstrumentList(Answer):
    """Instruments, by symbol."""

    items: list[InstrumentItem]


class Candle(BaseModel):
    """A closed bar, by its open."""

    at: datetime
    o: float
    h: float
    l: float  # noqa: E741 - the document's name for it
    c: float
    v: float


class CandleList(Answer):
    """Bars, oldest first."""

    account_id: str | None
    symbol: str
    timeframe: str
    items: list[Candle]
