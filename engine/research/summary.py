"""A backtest in figures: `summary.json`. Reckoned from what the engine decided; told by the CLI and the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Any

from engine.core.ledger import percent
from engine.core.performance import (
    average_hold_s,
    expectancy,
    grade,
    max_drawdown_pct,
    profit_factor,
    sharpe,
    win_rate,
)
from engine.domain.account import BotSpec
from engine.domain.fill_terms import BOUNDS
from engine.domain.instant import SECOND, iso
from engine.research.backtest import BacktestResult
from engine.research.benchmark import Benchmark
from engine.research.further import benchmark_figures, further
from engine.research.rows import fill_row, order_row, signal_row
from engine.research.statistics import daily_equity
from engine.strategies.registry import checked_parameters, parameters_of

ZERO = Decimal(0)


def decisions_digest(result: BacktestResult) -> str:
    """SHA-256 over every signal, order and fill, in order: equal for equal inputs on every machine and hash seed."""
    digest = sha256()
    for line in _decisions(result):
        digest.update(line.encode())
    return digest.hexdigest()


def _decisions(result: BacktestResult) -> Iterator[str]:
    for kind, rows in (
        ("signal", (signal_row(record) for record in result.signals)),
        ("order", (order_row(record) for record in result.orders.values())),
        ("fill", (fill_row(record) for record in result.fills)),
    ):
        for row in rows:
            yield "\x1f".join((kind, *row)) + "\n"


def summarize(
    result: BacktestResult,
    *,
    load_seconds: float,
    wall_seconds: float,
    benchmark: Benchmark | None = None,
    data_digest: str | None = None,
) -> dict[str, Any]:
    """The contract's figures, then further ones. Money as numbers in the account's currency; ratios None where they
    have no meaning. `data_digest` names the data, so that runs can be told to be of the same.
    """
    trades = result.trades
    gross = sum((trade.gross_pnl for trade in trades), ZERO)
    charges = sum((trade.charges for trade in trades), ZERO)
    nets = [trade.net_pnl for trade in trades]
    wins, losses = sum(net > 0 for net in nets), sum(net < 0 for net in nets)
    start = result.account.cash
    equity = [start, *(mark.equity for mark in result.marks), start + gross - charges]
    only = result.bots[0] if len(result.bots) == 1 else None
    rows = result.ticks or result.bars
    return_pct = float(percent(gross - charges, start))
    first = {
        "seed": result.account.seed,
        "engine_seconds": round(result.engine_seconds, 6),
        "load_seconds": round(load_seconds, 6),
        "wall_seconds": round(wall_seconds, 6),
        "ticks_per_second": round(rows / result.engine_seconds) if result.engine_seconds else 0,
        "account_id": result.account.account_id,
        "strategy": only.strategy if only else [bot.strategy for bot in result.bots],
        "parameters": _parameters(only) if only else {bot.bot_id: _parameters(bot) for bot in result.bots},
        "symbols": list(result.symbols),
        "from": result.days[0] if result.days else None,
        "to": result.days[-1] if result.days else None,
        "bars": result.bars,
        "ticks": result.ticks,
        "ticks_dropped": result.ticks_dropped,
        "signals": len(result.signals),
        "orders": len(result.orders),
        "fills": len(result.fills),
        "trades": len(trades),
        "wins": wins,
        "losses": losses,
        "win_rate": win_rate(wins, losses),
        "gross_pnl": float(gross),
        "charges": float(charges),
        "net_pnl": float(gross - charges),
        "expectancy": _float(expectancy(gross - charges, len(trades))),
        "avg_hold_s": average_hold_s(sum((trade.exit_at - trade.entry_at) // SECOND for trade in trades), len(trades)),
        "grade": grade(len(trades), losses, *_won_and_lost(nets)),
        "return_pct": return_pct,
        "max_drawdown_pct": round(max_drawdown_pct(equity), 6),
        "sharpe": _rounded(sharpe(_daily(result))),
        "profit_factor": _rounded(profit_factor(*_won_and_lost(nets))),
        "exposure_pct": _exposure_pct(result),
        "final_equity": float(start + gross - charges),
        "halted": result.halted,
        "trips": [{"kind": trip.kind.value, "at": iso(trip.at), "detail": trip.detail} for trip in result.trips],
        "decisions_digest": decisions_digest(result),
    }
    return first | benchmark_figures(benchmark, return_pct) | further(result) | _terms(result, data_digest)


def _terms(result: BacktestResult, data_digest: str | None) -> dict[str, Any]:
    """On what the run was made, beyond bots and seed."""
    account, model = result.account, result.model
    return {
        "cash": float(account.cash),
        "currency": account.currency,
        "charge_schedule": account.charge_schedule,
        "venue_charges": dict(account.venue_charges),
        "fill_terms": {name: getattr(model, name) for name in BOUNDS},
        "intrabar": model.intrabar.value if result.bars and not result.ticks else None,
        "data_digest": data_digest,
    }


def _won_and_lost(nets: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Gross profit and gross loss: the sums of what won and of what lost, net of charges, both positive."""
    return sum((net for net in nets if net > 0), ZERO), -sum((net for net in nets if net < 0), ZERO)


def _parameters(bot: BotSpec) -> dict[str, Any]:
    """What the bot ran with, defaults included."""
    return parameters_of(bot.strategy) | checked_parameters(bot.strategy, bot.parameters)


def _daily(result: BacktestResult) -> list[Decimal]:
    """The starting equity, then each day's last."""
    marks = result.marks
    return [result.account.cash, *daily_equity([mark.at for mark in marks], [mark.equity for mark in marks]).values()]


def _exposure_pct(result: BacktestResult) -> float:
    """The mean share of equity that was not cash, over the equity line's minutes, percent."""
    shares = [abs(mark.equity - mark.cash) / mark.equity for mark in result.marks if mark.equity > 0]
    return round(float(sum(shares, ZERO) / len(shares)) * 100, 4) if shares else 0.0


def _float(value: Decimal | None) -> float | None:
    return None if value is None else round(float(value), 2)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
