"""What else the same trades could have come to: order and luck drawn again. Fed by sweep, told by its page.

Each trade is a return on the equity that it met. A run draws as many of them and compounds them from the same cash:
`shuffle` takes each once (the end is the same, the way there is not), `bootstrap` draws with replacement, one at a time
or in blocks of neighbouring trades, which keep what goes in rows in rows (the circular block bootstrap of Politis and
Romano, 1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.domain.errors import InvalidValue

RUNS = 2_000
METHODS = ("bootstrap", "shuffle")
PERCENTILES = (5, 25, 50, 75, 95)
TRADES_LEAST = 5  # fewer have too few orders to be drawn again
FAN_POINTS = 120

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """The runs' ends and depths. Percentiles by number: final equity in currency, deepest drawdown in percent.

    `fan` is the equity after each of `fan_at` trades, a line for each of PERCENTILES. `losing_share` is the part of the
    runs that end below the cash they began with.
    """

    method: str
    runs: int
    block: int
    trades: int
    seed: int
    final_equity: dict[int, float]
    max_drawdown_pct: dict[int, float]
    losing_share: float
    fan_at: tuple[int, ...]
    fan: dict[int, tuple[float, ...]]

    def figures(self) -> dict[str, Any]:
        """As sweep.json has it."""
        return {
            "method": self.method,
            "runs": self.runs,
            "block": self.block,
            "trades": self.trades,
            "seed": self.seed,
            "final_equity": {f"p{number}": value for number, value in self.final_equity.items()},
            "max_drawdown_pct": {f"p{number}": value for number, value in self.max_drawdown_pct.items()},
            "losing_share": self.losing_share,
        }


def returns_of_trades(net_pnls: Sequence[float], cash: float) -> Floats:
    """Each trade's net P&L as a part of the equity before it was closed, in the order of closing.

    Compounded in their own order they end where the account ended. A trade that met nothing left to lose ends it: the
    rest are 0.
    """
    nets = np.asarray(net_pnls, dtype=np.float64)
    before = cash + np.concatenate(([0.0], np.cumsum(nets)[:-1])) if len(nets) else nets
    alive = np.minimum.accumulate(before) > 0 if len(nets) else before > 0
    return np.where(alive, np.divide(nets, before, out=np.zeros_like(nets), where=alive), 0.0)


def monte_carlo(
    net_pnls: Sequence[float],
    cash: float,
    *,
    runs: int = RUNS,
    method: str = "bootstrap",
    block: int = 1,
    seed: int = 1,
) -> MonteCarlo | None:
    """Draw the trades again; None for fewer than TRADES_LEAST of them. Equal seeds draw equally."""
    if method not in METHODS:
        raise InvalidValue("--monte-carlo-method", f"unknown method {method!r}; there are {', '.join(METHODS)}")
    count = len(net_pnls)
    if count < TRADES_LEAST:
        return None
    block = min(block, count)
    drawn = returns_of_trades(net_pnls, cash)[_draws(count, runs, method, block, seed)]
    paths = np.empty((runs, count + 1))
    paths[:, 0] = cash
    paths[:, 1:] = cash * np.cumprod(1 + np.maximum(drawn, -1.0), axis=1)
    highs = np.maximum.accumulate(paths, axis=1)
    depths = ((highs - paths) / highs).max(axis=1) * 100
    at = np.unique(np.linspace(0, count, min(FAN_POINTS, count + 1)).round().astype(int))
    lines = np.percentile(paths[:, at], PERCENTILES, axis=0)
    return MonteCarlo(
        method=method,
        runs=runs,
        block=block,
        trades=count,
        seed=seed,
        final_equity=_percentiles(paths[:, -1], 2),
        max_drawdown_pct=_percentiles(depths, 4),
        losing_share=round(float((paths[:, -1] < cash).mean()), 4),
        fan_at=tuple(at.tolist()),
        fan={number: tuple(line.round(2).tolist()) for number, line in zip(PERCENTILES, lines, strict=True)},
    )


def _draws(count: int, runs: int, method: str, block: int, seed: int) -> npt.NDArray[np.int64]:
    """Which trade comes where, a row a run."""
    chance = np.random.default_rng(seed)
    if method == "shuffle":
        return chance.permuted(np.tile(np.arange(count), (runs, 1)), axis=1)
    starts = chance.integers(0, count, size=(runs, -(-count // block)))
    rows = (starts[:, :, None] + np.arange(block)) % count
    draws: npt.NDArray[np.int64] = rows.reshape(runs, -1)[:, :count]
    return draws


def _percentiles(values: Floats, digits: int) -> dict[int, float]:
    found = np.percentile(values, PERCENTILES)
    return {number: round(float(value), digits) for number, value in zip(PERCENTILES, found, strict=True)}
