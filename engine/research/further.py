"""What summary.json says beyond its first figures: risk and time, the benchmark, the parts of the whole.

Fed by a run's records; told by summary.py. Names and conventions are in docs/BACKTEST.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from engine.core.performance import TRADING_DAYS, max_drawdown_pct
from engine.domain.instant import iso
from engine.research.backtest import BacktestResult
from engine.research.benchmark import Benchmark
from engine.research.splits import by_bot, by_exit, by_symbol, without_order
from engine.research.statistics import (
    cagr_pct,
    charges_share_pct,
    daily_equity,
    deviation_of,
    drawdown_of,
    longest_row,
    mean_of,
    monthly_returns,
    returns_of,
    sharpe_of,
    sortino_of,
    turnover,
)

ZERO = Decimal(0)


def further(result: BacktestResult) -> dict[str, Any]:
    """Risk and time, then the parts. Ratios and percentages to six decimals, None where they have no meaning."""
    return _over_time(result) | _of_trades(result) | _parts(result)


def benchmark_figures(benchmark: Benchmark | None, return_pct: float) -> dict[str, Any]:
    """Buy and hold beside the run; all None where there is none to compare with (nothing could be bought)."""
    names = ("benchmark_return_pct", "benchmark_net_pnl", "benchmark_charges", "benchmark_max_drawdown_pct",
             "benchmark_sharpe", "excess_return_pct", "benchmark_left_out")  # fmt: skip
    if benchmark is None or not any(holding.quantity for holding in benchmark.holdings):
        return dict.fromkeys(names)
    start = benchmark.cash
    gained = float(benchmark.net_pnl / start * 100)
    line = [Decimal(repr(value)) for value in benchmark.equity]
    daily = daily_equity(benchmark.at, line)
    values = (
        round(gained, 4),
        float(benchmark.net_pnl),
        float(benchmark.charges),
        round(max_drawdown_pct([start, *line]), 6),
        _rounded(sharpe_of(returns_of([start, *daily.values()]))),
        round(return_pct - gained, 4),
        list(benchmark.left_out),
    )
    return dict(zip(names, values, strict=True))


def _over_time(result: BacktestResult) -> dict[str, Any]:
    at = [mark.at for mark in result.marks]
    equity = [mark.equity for mark in result.marks]
    start = result.account.cash
    daily = daily_equity(at, equity)
    returns = returns_of([start, *daily.values()])
    fall = drawdown_of(at, equity, start)
    deviation = deviation_of(returns)
    traded = sum((fill.price * fill.quantity for fill in result.fills), ZERO)
    return {
        "sortino": _rounded(sortino_of(returns)),
        "volatility_pct": _rounded(None if deviation is None else deviation * TRADING_DAYS**0.5 * 100),
        "cagr_pct": _rounded(cagr_pct(start, equity[-1], at[0], at[-1])) if at else None,
        "max_drawdown_s": fall.length_s,
        "max_drawdown_from": None if fall.high_at is None else iso(fall.high_at),
        "max_drawdown_to": None if fall.recovered_at is None else iso(fall.recovered_at),
        "longest_drawdown_s": fall.longest_s,
        "months": {month: round(value, 6) for month, value in monthly_returns(daily, start).items()},
        "traded_value": round(float(traded), 2),
        "turnover": _rounded(turnover(traded, equity)),
    }


def _of_trades(result: BacktestResult) -> dict[str, Any]:
    nets = [trade.net_pnl for trade in result.trades]
    won, lost = [net for net in nets if net > 0], [net for net in nets if net < 0]
    gross = sum((trade.gross_pnl for trade in result.trades), ZERO)
    charges = sum((trade.charges for trade in result.trades), ZERO)
    return {
        "average_win": _money(mean_of(won)),
        "average_loss": _money(mean_of(lost)),
        "best_trade": _money(max(nets, default=None)),
        "worst_trade": _money(min(nets, default=None)),
        "losing_row_max": longest_row(nets, losing=True),
        "winning_row_max": longest_row(nets, losing=False),
        "charges_share_pct": _rounded(charges_share_pct(gross, charges)),
    }


def _parts(result: BacktestResult) -> dict[str, Any]:
    trades = result.trades
    return {
        "by_bot": _documents(by_bot(trades, (bot.bot_id for bot in result.bots))),
        "by_symbol": _documents(by_symbol(trades, traded_symbols(result))),
        "by_exit": _documents(by_exit(trades)),
        "signals_without_order": without_order(result.signals),
    }


def traded_symbols(result: BacktestResult) -> Sequence[str]:
    """The symbols that some bot looks at, sorted."""
    return sorted({symbol for bot in result.bots for symbol in bot.symbols})


def _documents(parts: dict[str, Any]) -> dict[str, Any]:
    return {name: part.document() for name, part in parts.items()}


def _money(value: float | Decimal | None) -> float | None:
    return None if value is None else round(float(value), 2)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
