"""Figures of a run, from columns alone: an equity line, net results of trades, values of fills. Pure functions.

Fed by summary.py, comparisons, sweeps and Monte Carlo runs; imports no record and no result. Conventions, the same
everywhere:

- A day is a UTC day (an Indian session lies in one), and stands for the last point of the equity line in it; a point
  at midnight is what the day that ends there came to. The line begins with the starting cash.
- Daily figures are made annual with 252 days, whatever the market. No riskless rate is taken off.
- A trade wins or loses by its result net of charges.
- None where a figure has no meaning: no trade, no loss, fewer than two days, a span too short.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, pairwise
from math import sqrt

from engine.core.performance import TRADING_DAYS
from engine.domain.instant import DAY, SECOND, Instant, iso

CAGR_FROM_DAYS = 90  # a shorter span raised to a year is a guess with decimals
DAYS_A_YEAR = 365.25

Amount = Decimal | float


def daily_equity(at: Sequence[Instant], equity: Sequence[Decimal]) -> dict[str, Decimal]:
    """Each day's (ISO) last equity, in order. Points must be in order of time."""
    last: dict[int, Decimal] = {}
    for instant, value in zip(at, equity, strict=True):
        last[_day_number(instant)] = value
    return {iso(day * DAY)[:10]: value for day, value in last.items()}


def day_of(at: Instant) -> str:
    """The day (ISO) that a point of an equity line belongs to."""
    return iso(_day_number(at) * DAY)[:10]


def _day_number(at: Instant) -> int:
    return (at - 1) // DAY


def returns_of(line: Sequence[Amount]) -> list[float]:
    """From each point of a line to the next, as shares (0.01 is one percent). Points of nothing are passed over."""
    return [float(after) / float(before) - 1 for before, after in pairwise(line) if before > 0]


def sharpe_of(returns: Sequence[float], per_year: float = TRADING_DAYS) -> float | None:
    """Mean over standard deviation (n - 1), times the root of the periods a year (1: not made annual)."""
    deviation = deviation_of(returns)
    if not deviation:
        return None
    return sum(returns) / len(returns) / deviation * sqrt(per_year)


def sortino_of(returns: Sequence[float], per_year: float = TRADING_DAYS) -> float | None:
    """Mean over downside deviation, the root of the mean of squared losses over all periods; gains count as 0.

    F. Sortino's definition with a target of 0, times the root of the periods a year. None without a loss.
    """
    if len(returns) < 2:
        return None
    downside = sqrt(sum(min(value, 0.0) ** 2 for value in returns) / len(returns))
    return sum(returns) / len(returns) / downside * sqrt(per_year) if downside else None


def deviation_of(values: Sequence[float]) -> float | None:
    """Standard deviation (n - 1); None for fewer than two values."""
    if len(values) < 2:
        return None
    mean = sum(values) / len(values)
    return sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall of an equity line. Instants are of its points; `recovered_at` None where it never came back.

    length_s    from the high to the recovery, or to the line's end, seconds
    longest_s   the longest stretch below an earlier high, which may be another one
    """

    depth_pct: float
    high_at: Instant | None
    low_at: Instant | None
    recovered_at: Instant | None
    length_s: int
    longest_s: int


def drawdown_of(at: Sequence[Instant], equity: Sequence[Amount], start: Amount) -> Drawdown:
    """The deepest fall from the highest point before it, the start included; of two alike the first."""
    high, high_at = start, at[0] if at else None
    under_from: Instant | None = None
    longest, deepest = 0, 0.0
    worst: tuple[Instant, Instant, Amount] | None = None  # high_at, low_at, what has to be reached again
    recovered: Instant | None = None
    for instant, value in zip(at, equity, strict=True):
        if value >= high:
            if under_from is not None:
                longest, under_from = max(longest, instant - under_from), None
            high, high_at = value, instant
        else:
            under_from = high_at if under_from is None else under_from
            depth = float((high - value) / high * 100) if high > 0 else 0.0  # type: ignore[operator]
            if depth > deepest and high_at is not None:
                deepest, worst, recovered = depth, (high_at, instant, high), None
        if worst is not None and recovered is None and instant > worst[1] and value >= worst[2]:
            recovered = instant
    if under_from is not None:
        longest = max(longest, at[-1] - under_from)
    if worst is None:
        return Drawdown(0.0, None, None, None, 0, longest // SECOND)
    until = at[-1] if recovered is None else recovered
    return Drawdown(deepest, worst[0], worst[1], recovered, (until - worst[0]) // SECOND, longest // SECOND)


def monthly_returns(daily: dict[str, Decimal], start: Amount) -> dict[str, float]:
    """Percent of each month (`2026-01`) from the equity it began with; `daily` as of `daily_equity`."""
    found: dict[str, float] = {}
    before = float(start)
    for month, days in groupby(daily.items(), key=lambda item: item[0][:7]):
        last = before
        for _, value in days:
            last = float(value)
        found[month] = (last / before - 1) * 100 if before > 0 else 0.0
        before = last
    return found


def cagr_pct(start: Amount, final: Amount, first_at: Instant, last_at: Instant) -> float | None:
    """Yearly growth that leads from start to final, percent; None for spans below `CAGR_FROM_DAYS` days."""
    days = (last_at - first_at) / DAY
    if days < CAGR_FROM_DAYS or start <= 0 or final <= 0:
        return None
    return float((float(final) / float(start)) ** (DAYS_A_YEAR / days) - 1) * 100


def longest_row(nets: Sequence[Amount], *, losing: bool) -> int:
    """The most trades lost (or won) one after another, in the order given; one that came out even ends a row."""
    longest = row = 0
    for net in nets:
        row = row + 1 if (net < 0 if losing else net > 0) else 0
        longest = max(longest, row)
    return longest


def turnover(traded_value: Amount, equity: Sequence[Amount]) -> float | None:
    """Value of all fills, both sides, over the mean of the equity line; None without a line."""
    if not equity:
        return None
    mean = float(sum(equity)) / len(equity)
    return float(traded_value) / mean if mean > 0 else None


def charges_share_pct(gross_pnl: Amount, charges: Amount) -> float | None:
    """What charges took of the gross result, percent: above 100, all of it. None where gross is not above 0."""
    return float(charges) / float(gross_pnl) * 100 if gross_pnl > 0 else None


def mean_of(values: Sequence[Amount]) -> float | None:
    """The mean; None of nothing."""
    return float(sum(values)) / len(values) if values else None
