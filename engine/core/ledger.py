"""The account's money: cash, charges, realized P&L by period, high-water mark. Moved by settle.py and minute.py.

Decimal throughout. At every moment: start equity of the day + realized (net of charges) + unrealized gained today =
equity; and the books balance, see `imbalance`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from engine.domain.instant import Instant
from engine.domain.order import Side
from engine.domain.records import BotProfit, EquityPoint

ZERO = Decimal(0)
PERIODS = ("day", "week", "month", "all")
_PERCENT_UNIT = Decimal("0.0001")
_NO_PROFIT = BotProfit()


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """part / whole in percent, four decimals; 0 of nothing."""
    if not whole:
        return ZERO
    return (part * 100 / whole).quantize(_PERCENT_UNIT, ROUND_HALF_EVEN)


def period_start(period: str, day: str) -> str:
    """The first day of the period that holds a day (ISO dates; a week begins on Monday)."""
    when = date.fromisoformat(day)
    if period == "day":
        return day
    if period == "week":
        return (when - timedelta(days=when.weekday())).isoformat()
    return when.replace(day=1).isoformat() if period == "month" else ""


def period_end(period: str, start: str) -> str:
    """The last day of the period that begins on a day (ISO dates); empty for all, which has none."""
    if period in ("all", "day") or not start:
        return start
    when = date.fromisoformat(start)
    if period == "week":
        return (when + timedelta(days=6)).isoformat()
    return ((when.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).isoformat()


@dataclass(slots=True)
class Profit:
    """The roll-up of one period, from closed trades. `hold_s` is the sum of their seconds from entry to exit."""

    period: str
    start: str = ""
    gross_pnl: Decimal = ZERO
    charges: Decimal = ZERO
    trades: int = 0
    wins: int = 0
    losses: int = 0
    break_even: int = 0
    gross_profit: Decimal = ZERO
    gross_loss: Decimal = ZERO
    bots: dict[str, BotProfit] = field(default_factory=dict)
    hold_s: int = 0
    first_exit_at: Instant | None = None
    last_exit_at: Instant | None = None

    @property
    def net_pnl(self) -> Decimal:
        return self.gross_pnl - self.charges

    def add(self, bot_id: str, gross: Decimal, charges: Decimal, hold_s: int, exit_at: Instant) -> None:
        """Take a closed trade. It is a win or a loss by its net P&L."""
        net = gross - charges
        self.hold_s += hold_s
        self.first_exit_at = exit_at if self.first_exit_at is None else min(self.first_exit_at, exit_at)
        self.last_exit_at = exit_at if self.last_exit_at is None else max(self.last_exit_at, exit_at)
        self.gross_pnl += gross
        self.charges += charges
        self.trades += 1
        self.wins += net > 0
        self.losses += net < 0
        self.break_even += net == 0
        self.gross_profit += max(net, ZERO)
        self.gross_loss += max(-net, ZERO)
        bot = self.bots.get(bot_id, _NO_PROFIT)
        self.bots[bot_id] = BotProfit(
            bot.gross_pnl + gross, bot.charges + charges, bot.net_pnl + net,
            bot.trades + 1, bot.wins + (net > 0), bot.losses + (net < 0), bot.break_even + (net == 0),
            bot.gross_profit + max(net, ZERO), bot.gross_loss + max(-net, ZERO), bot.hold_s + hold_s,
        )  # fmt: skip


@dataclass(slots=True)
class Mark:
    """A point of the equity line, never written to again. `high_water_mark` is the account's then.

    Not frozen, and its drawdown reckoned when somebody asks: there is one for every minute of a session.
    """

    at: Instant
    equity: Decimal
    cash: Decimal
    high_water_mark: Decimal

    @property
    def drawdown_pct(self) -> Decimal:
        return drawdown_pct(self.equity, self.high_water_mark)


def drawdown_pct(equity: Decimal, high_water_mark: Decimal) -> Decimal:
    """How far equity is below a high-water mark, percent, never negative."""
    return max(ZERO, percent(high_water_mark - equity, high_water_mark))


@dataclass(slots=True)
class Ledger:
    """All of it in the account's currency."""

    cash: Decimal
    day: str = ""
    start_equity_day: Decimal = ZERO
    start_equity_week: Decimal = ZERO
    realized_gross_day: Decimal = ZERO
    charges_day: Decimal = ZERO
    high_water_mark: Decimal = ZERO
    profits: dict[str, Profit] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    start_cash: Decimal = ZERO  # before the first fill: cash is this and what the fills since made of it
    losses_in_a_row: int = 0  # closed trades lost one after another; one that came out even ends it
    losing_days: int = 0  # days that ended below their start, one after another; one that ended even is passed over
    _points: list[EquityPoint] = field(default_factory=list, repr=False, compare=False)  # of the marks it was asked of
    _points_of: list[Mark] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.start_cash = self.start_cash or self.cash
        self.start_equity_day = self.start_equity_day or self.cash
        self.start_equity_week = self.start_equity_week or self.cash
        self.high_water_mark = self.high_water_mark or self.cash
        for period in PERIODS:
            self.profits.setdefault(period, Profit(period))

    def begin_day(self, day: str, equity: Decimal) -> None:
        """A trading day begins; week and month turn with it where they do."""
        if day <= self.day:
            return
        if self.day and equity != self.start_equity_day:
            self.losing_days = self.losing_days + 1 if equity < self.start_equity_day else 0
        if not self.day or period_start("week", day) != period_start("week", self.day):
            self.start_equity_week = equity
        for period in PERIODS:
            start = period_start(period, day)
            before = self.profits[period].start or (period_start(period, self.day) if self.day else start)
            if before == start:
                self.profits[period].start = start
            else:
                self.profits[period] = Profit(period, start)
        self.day = day
        self.start_equity_day = equity
        self.realized_gross_day = self.charges_day = ZERO
        self.marks = []

    def book(self, side: Side, value: Decimal, charges: Decimal, realized: Decimal) -> None:
        """Take a fill's money."""
        self.cash -= value * side.sign + charges
        self.charges_day += charges
        self.realized_gross_day += realized

    def close_trade(self, bot_id: str, gross: Decimal, charges: Decimal, hold_s: int, exit_at: Instant) -> None:
        """Take a round trip into every period's roll-up."""
        self.losses_in_a_row = self.losses_in_a_row + 1 if gross < charges else 0
        for period in PERIODS:
            self.profits[period].add(bot_id, gross, charges, hold_s, exit_at)

    def trades_of(self, bot_id: str) -> int:
        """How many trades a bot has closed, ever."""
        known = self.profits["all"].bots.get(bot_id)
        return 0 if known is None else known.trades

    def imbalance(self, start: Decimal, cost: Decimal, realized: Decimal, charges: Decimal) -> Decimal:
        """By how much the books fail to balance; 0, always:

            cash + cost of what is open - realized gross P&L + charges - start = 0

        `start` is the account's first cash; `cost` that of all open positions, negative for shorts; `realized` and
        `charges` those of open positions, to which the roll-up of all closed trades adds the rest.
        """
        closed = self.profits["all"]
        return self.cash + cost - (closed.gross_pnl + realized) + (closed.charges + charges) - start

    def mark(self, at: Instant, equity: Decimal) -> None:
        """A point of the equity line; the high-water mark follows."""
        if equity > self.high_water_mark:
            self.high_water_mark = equity
        self.marks.append(Mark(at, equity, self.cash, self.high_water_mark))

    def points(self) -> tuple[EquityPoint, ...]:
        """The day's equity line as it is shown; asked every minute, a point is made once."""
        if self._points_of is not self.marks:
            self._points, self._points_of = [], self.marks
        self._points += [EquityPoint(mark.at, mark.equity) for mark in self.marks[len(self._points) :]]
        return tuple(self._points)

    def drawdown_pct(self, equity: Decimal) -> Decimal:
        """How far equity is below the account's high-water mark, percent, never negative."""
        return drawdown_pct(equity, self.high_water_mark)
