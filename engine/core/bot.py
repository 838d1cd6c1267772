"""A bot as it runs, and its stance on each of its symbols. Held by state.py; changed by those who change that."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from engine.core.following import Following
from engine.core.strategy import Strategy, Verdict
from engine.core.universe import Universe
from engine.domain.account import BotSpec, Desired
from engine.domain.instant import Instant


@dataclass(slots=True)
class Stance:
    """One bot on one symbol: its strategy, what that said last, and the last fill there."""

    strategy: Strategy
    verdict: Verdict | None = None
    last_fill_at: Instant | None = None


@dataclass(slots=True)
class Bot:
    """A bot as it runs. Counters are the day's."""

    spec: BotSpec
    desired: Desired
    generation: int
    stances: dict[str, Stance] = field(default_factory=dict)
    error: str | None = None
    removed: bool = False
    last_evaluated_at: Instant | None = None
    signals: int = 0
    orders: int = 0
    trades: int = 0
    realized_gross: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)
    sessions: int = 0  # completed with what it decides by now
    session_day: str = ""  # the last it took part in
    universe: Universe | None = None  # where its strategy judges all symbols together
    following: Following | None = None  # where it copies a leader
    trades_before: int = 0  # closed under its id by another bot, or by this one as it decided then

    @property
    def bot_id(self) -> str:
        return self.spec.bot_id

    @property
    def evaluating(self) -> bool:
        """Whether its strategy looks at bars."""
        return not self.removed and self.error is None and self.desired is not Desired.STOPPED

    def closed_of(self, trades: int) -> int:
        """How many of the trades closed under its id came of what it decides by now: what its canary counts."""
        return max(0, trades - self.trades_before)

    def take_part(self, day: str) -> None:
        """It looks at a bar of this day: the day before is completed."""
        if day != self.session_day:
            self.sessions += self.session_day != ""
            self.session_day = day

    def begin_day(self) -> None:
        """The day's counters start again."""
        self.signals = self.orders = self.trades = 0
        self.realized_gross = self.charges = Decimal(0)
        if self.following is not None:
            self.following.begin_day()
