"""What the closed trades and the equity line say, in the field's usual figures. Asked by publish, research, the API."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from math import sqrt

TRADING_DAYS = 252  # a year of an Indian or American exchange, the usual factor of annual figures

GRADED_FROM = 20  # trades; with fewer, a coin's luck looks like skill
TOO_FEW = "too few"

# Grade, least net profit factor, least expectancy in average losses. D earns something all the same; E does not.
GRADES = (
    ("A", Decimal("2"), Decimal("0.30")),
    ("B", Decimal("1.5"), Decimal("0.15")),
    ("C", Decimal("1.2"), Decimal("0.05")),
)

ZERO = Decimal(0)


def win_rate(wins: int, losses: int) -> float | None:
    """wins / (wins + losses); break-even trades count for neither; None before the first."""
    return wins / (wins + losses) if wins + losses else None


def profit_factor(gross_profit: Decimal, gross_loss: Decimal) -> float | None:
    """Net profit of winning trades for each unit that losing trades lost (positive); None without losses."""
    return float(gross_profit / gross_loss) if gross_loss else None


def expectancy(net_pnl: Decimal, trades: int) -> Decimal | None:
    """The mean net P&L of a trade, currency; None before the first."""
    return net_pnl / trades if trades else None


def average_hold_s(hold_s: int, trades: int) -> float | None:
    """The mean time from entry to exit, seconds of market time; None before the first trade."""
    return hold_s / trades if trades else None


def grade(trades: int, losses: int, gross_profit: Decimal, gross_loss: Decimal) -> str:
    """A to E, by net profit factor and by expectancy in units of the average loss; see `GRADES`.

    Gross profit and loss are sums of net P&L, both positive. Below `GRADED_FROM` trades chance decides: "too few".
    """
    if trades < GRADED_FROM:
        return TOO_FEW
    net = gross_profit - gross_loss
    if net <= 0:
        return "E"
    if not gross_loss:
        return "A"
    factor, edge = gross_profit / gross_loss, net * losses / (trades * gross_loss)
    return next((name for name, least, least_edge in GRADES if factor >= least and edge >= least_edge), "D")


def max_drawdown_pct(equity: Sequence[Decimal]) -> float:
    """The deepest fall of an equity line from its highest point before, percent of that point; 0 for an empty line."""
    high, deepest = ZERO, ZERO
    for value in equity:
        high = max(high, value)
        if high > 0:
            deepest = max(deepest, (high - value) / high)
    return float(deepest * 100)


def sharpe(daily_equity: Sequence[Decimal]) -> float | None:
    """Mean over standard deviation (n - 1) of daily returns, times sqrt(252), no riskless rate.

    `daily_equity` begins with the starting equity. None for fewer than two returns, or where they do not vary.
    """
    returns = [float(after / before - 1) for before, after in pairwise(daily_equity) if before > 0]
    if len(returns) < 2:
        return None
    mean = sum(returns) / len(returns)
    deviation = sqrt(sum((value - mean) ** 2 for value in returns) / (len(returns) - 1))
    return mean / deviation * sqrt(TRADING_DAYS) if deviation > 0 else None
