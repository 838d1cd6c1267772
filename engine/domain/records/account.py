"""Records of an account's money: itself, its roll-ups, its equity line. Made by core/publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from engine.domain.account import TradingState
from engine.domain.instant import Instant
from engine.domain.records.kill import KillRecord
from engine.domain.records.risk import TripRecord
from engine.domain.risk import PolicyFields


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
    invariant_broken: bool = False  # halted for a broken invariant: no restart lifts that, a resume once all is in step
    held: bool = False  # stopped by no person: a restart begins without the reason, but with the trips
    start_cash: Decimal | None = None  # before its first fill; None in records of before it was kept
    kill: KillRecord | None = None  # the kill that stands
    policy_in_force: PolicyFields | None = None  # what is obeyed; None in records of before it was kept
    policy_next: PolicyFields | None = None  # what is obeyed from the next session on, where that is another
    policy_adapted: str | None = None  # how an adaptive policy has tightened by itself, and why
    losing_days: int = 0  # days lost one after another
    leverage: Decimal = Decimal(0)  # worth of all positions, without sign, in times of the equity
    trips: tuple[TripRecord, ...] = ()  # breakers that tripped and are not lifted, and whether none was compared yet
    losses_in_a_row: int = 0  # closed trades lost one after another

    @property
    def document_id(self) -> str:
        return self.account_id


@dataclass(frozen=True, slots=True)
class BotProfit:
    """One bot's part of a roll-up. Gross profit and loss sum net P&L; `hold_s` sums seconds from entry to exit."""

    gross_pnl: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)
    net_pnl: Decimal = Decimal(0)
    trades: int = 0
    wins: int = 0
    losses: int = 0
    break_even: int = 0
    gross_profit: Decimal = Decimal(0)
    gross_loss: Decimal = Decimal(0)
    hold_s: int = 0


@dataclass(frozen=True, slots=True)
class ProfitRecord:
    """The ledger's roll-up of a period (day, week, month, all), from closed trades.

    `period_start` and `period_end` are its first and last day, ISO, empty for all. Its trades are those with an exit
    from `first_exit_at` to `last_exit_at` (None without trades) whose `day` lies in the period. What comes after these
    two follows from the sums: core/performance.py has the formulas.
    """

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
    period_end: str = ""
    hold_s: int = 0
    first_exit_at: Instant | None = None
    last_exit_at: Instant | None = None
    win_rate: float | None = None
    profit_factor: float | None = None
    expectancy: Decimal | None = None
    avg_hold_s: float | None = None
    grade: str = "too few"

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
