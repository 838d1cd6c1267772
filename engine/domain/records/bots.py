"""Records of what bots see and make of it: bars, decisions, statuses. Made by core/publish and core/publish_bots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from engine.domain.copying import FollowStatus
from engine.domain.instant import Instant
from engine.domain.signal import SignalType, Temperature


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
class CanaryStatus:
    """The caps of a bot that is new on a live account; they lift with `trades` closed trades."""

    notional_max: Decimal | None
    leverage_max: Decimal
    symbols: tuple[str, ...]
    trades: int
    trades_done: int


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
    sessions: int = 0  # completed with what it decides by now
    session_day: str = ""  # the last it took part in, which is not counted yet
    sessions_of: str = ""  # identity.strategy_key of what it decides by
    canary: CanaryStatus | None = None  # None: nothing is capped
    following: FollowStatus | None = None  # None: it follows nobody
    trades_before: int = 0  # closed under its id before it decided by what it decides by now

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
