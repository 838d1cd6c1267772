"""Workers that answer by a formula instead of a market, in an order of their own. Feeds tests of search and plateau."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from engine.research.sweep.search import Scoring, Search
from engine.research.sweep.space import Space
from engine.research.sweep.trial import Job, Outcome, Plan
from engine.research.sweep.trial_log import TrialLog

PLAN = Plan("confluence", ("RELIANCE",), "no data")
Hill = Callable[[Mapping[str, Any]], float | None]


def outcome_worth(sharpe: float | None, **changes: Any) -> Outcome:
    """An outcome with this Sharpe ratio and fifty trades."""
    figures = {
        "signals": 60, "orders": 100, "fills": 100, "trades": 50, "win_rate": 0.5, "gross_pnl": 10.0, "charges": 1.0,
        "net_pnl": 9.0, "return_pct": 1.0, "max_drawdown_pct": 0.5, "sharpe": sharpe, "profit_factor": 1.1,
        "exposure_pct": 5.0, "final_equity": 1_009.0, "halted": None, "decisions_digest": "0",
    } | changes  # fmt: skip
    return Outcome(figures, (1_000.0, 1_001.0, 1_009.0), ("2026-01-05", "2026-01-06"))


class HillWorkers:
    """Scores a job by a formula; gives outcomes back in the order that the seed draws."""

    def __init__(self, hill: Hill, order_seed: int = 0) -> None:
        self._hill, self._chance = hill, random.Random(order_seed)
        self._waiting: list[Job] = []
        self.ran: list[Job] = []
        self.most_at_once = 0

    def submit(self, job: Job) -> None:
        self._waiting.append(job)
        self.most_at_once = max(self.most_at_once, len(self._waiting))

    def next_done(self) -> tuple[Job, Outcome]:
        job = self._waiting.pop(self._chance.randrange(len(self._waiting)))
        self.ran.append(job)
        return job, outcome_worth(self._hill(dict(job.settings)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.clear()


def search_on(space: Space, workers: HillWorkers, ahead: int = 8) -> Search:
    """A search by Sharpe ratio that keeps no log on disk."""
    return Search(space, Scoring(), workers, TrialLog(None, PLAN, resume=False), ahead=ahead)


def untold(*_: object) -> None:
    """Nobody is told."""
