"""Many seeds on all cores, and what they came to together. Asked by cli/simulate."""

from __future__ import annotations

import gc
import logging
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, fields

import structlog

from engine.proof.chance import Faults
from engine.proof.coverage import unreached
from engine.proof.shrink import shrink
from engine.proof.trims import trims_of
from engine.proof.world import Outcome, run_seed

PORTION = 10  # seeds that a worker takes at a time


@dataclass(slots=True)
class Tally:
    """What the schedules so far came to; `violations` by seed."""

    schedules: int = 0
    orders: int = 0
    fills: int = 0
    lives: int = 0
    met: Counter[str] = field(default_factory=Counter)
    violations: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count one more."""
        self.schedules += 1
        self.orders += outcome.orders
        self.fills += outcome.fills
        self.lives += outcome.lives
        self.met += outcome.met
        if outcome.violations:
            self.violations[outcome.seed] = outcome.violations


def simulate(first: int, count: int, workers: int) -> Iterator[Outcome]:
    """The outcomes of the seeds from `first` on, in their order."""
    portions = [range(begin, min(begin + PORTION, first + count)) for begin in range(first, first + count, PORTION)]
    if workers == 1:
        with _quiet_meanwhile():
            for portion in portions:
                yield from _portion(portion)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=quiet) as pool:
        for outcomes in pool.map(_portion, portions):
            yield from outcomes


def quiet() -> None:
    """No log lines: a world has thousands of troubles a second, and a trace of its own."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    gc.freeze()


@contextmanager
def _quiet_meanwhile() -> Iterator[None]:
    """This process is somebody's: it gets its log back, and its garbage to collect."""
    configured, before, disabled = structlog.is_configured(), structlog.get_config(), logging.root.manager.disable
    quiet()
    try:
        yield
    finally:
        gc.unfreeze()
        logging.disable(disabled)
        if configured:
            structlog.configure(**before)
        else:
            structlog.reset_defaults()


def _portion(seeds: range) -> list[Outcome]:
    """Their outcomes. Worlds are heaps of garbage when they end, and not before: they are collected then, at once."""
    outcomes = []
    was_on = gc.isenabled()
    gc.disable()
    try:
        for seed in seeds:
            outcomes.append(run_seed(seed))
    finally:
        gc.collect()
        if was_on:
            gc.enable()
    return outcomes


class Simulator:
    """See cli/simulate.Proof."""

    def __init__(self) -> None:
        self._tally = Tally()

    def many(self, first: int, count: int, workers: int) -> Iterator[Outcome]:
        """See cli/simulate.Proof."""
        for outcome in simulate(first, count, workers):
            self._tally.add(outcome)
            yield outcome

    def one(self, seed: int, without: str) -> Outcome:
        """See cli/simulate.Proof."""
        quiet()
        return run_seed(seed, traced=True, trims=trims_of(without, [fault.name for fault in fields(Faults)]))

    def shrunk(self, seed: int, told: Callable[[int, str], None]) -> tuple[Outcome, str] | None:
        """See cli/simulate.Proof."""
        quiet()
        found = shrink(seed, lambda attempts, trims: told(attempts, trims.words()))
        return None if found is None else (found.outcome, found.trims.words())

    def unreached(self) -> tuple[str, ...]:
        """See cli/simulate.Proof."""
        return unreached(self._tally.met, self._tally.schedules)

    def totals(self) -> dict[str, object]:
        """See cli/simulate.Proof."""
        tally = self._tally
        return {
            "schedules": tally.schedules,
            "lives": tally.lives,
            "orders": tally.orders,
            "fills": tally.fills,
            "faults": dict(tally.met),
        }
