"""The one source of chance of a schedule, and which faults it turns up. Made from a seed; asked by everything here."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A seeded generator. Asking in the same order gives the same answers, on every machine."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.unit = self._random.random  # a number in [0, 1), for a back-off

    def happens(self, probability: float) -> bool:
        """True that often; without asking the generator where it can't happen."""
        return probability > 0.0 and self.unit() < probability

    def between(self, least: float, most: float) -> float:
        """A number drawn evenly."""
        return least + (most - least) * self.unit()

    def whole(self, least: int, most: int) -> int:
        """A whole number drawn evenly, both ends included."""
        return least + int(self.unit() * (most - least + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of them."""
        return items[int(self.unit() * len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """All of them in another order."""
        drawn = sorted([(self.unit(), place) for place in range(len(items))])  # a third of the time of random.shuffle
        return [items[place] for _, place in drawn]


@dataclass(frozen=True, slots=True)
class Faults:
    """How often each thing goes wrong: a probability for each occasion. Zero in schedules that leave it out."""

    store_refuses: float = 0.0  # a call fails, nothing was applied
    store_loses_reply: float = 0.0  # it was applied, and the caller is told that it failed
    store_applies_late: float = 0.0  # the caller is told that it failed, and it is applied some steps later
    store_goes_away: float = 0.0  # for 1 to 120 s, at a step
    crash: float = 0.0  # at a boundary: before or after a write, a send, an answer
    disk_lost: float = 0.0  # with a crash: the journal is gone
    hang: float = 0.0  # at a boundary: the process stops for 3 to 90 s, and wakes up where it was
    slow_start: float = 0.0  # after a crash: nothing runs for up to 3 minutes
    request_lost: float = 0.0  # to the venue: it never arrives, no answer
    reply_lost: float = 0.0  # the venue has done it, no answer
    request_late: float = 0.0  # no answer; it arrives up to 55 s later
    not_connected: float = 0.0  # nothing leaves this machine
    asking_fails: float = 0.0  # reports and look-ups
    stream_breaks: float = 0.0
    told_twice: float = 0.0
    told_late: float = 0.0
    rejected: float = 0.0
    killed_by_broker: float = 0.0  # a working order ends, and nobody asked
    cancel_refused: float = 0.0
    rests: float = 0.0  # an order at the market waits, as on a halted symbol
    partial: float = 0.0
    by_hand: float = 0.0  # somebody trades the same account elsewhere
    person: float = 0.0  # closes, cancels, halts, resumes


_MOST = Faults(
    store_refuses=0.2, store_loses_reply=0.15, store_applies_late=0.1, store_goes_away=0.02,
    crash=0.02, disk_lost=0.4, hang=0.004, slow_start=0.5,
    request_lost=0.2, reply_lost=0.2, request_late=0.2, not_connected=0.1, asking_fails=0.3,
    stream_breaks=0.05, told_twice=0.2, told_late=0.3, rejected=0.1, killed_by_broker=0.1, cancel_refused=0.2,
    rests=0.5, partial=0.6, by_hand=0.02, person=0.05,
)  # fmt: skip


def drawn(chance: Chance) -> Faults:
    """Faults of one schedule: each is left out in half of them, and else as strong as chance has it."""
    strengths: dict[str, float] = {}
    for one in fields(Faults):
        wanted, strength = chance.happens(0.5), chance.unit()
        strengths[one.name] = getattr(_MOST, one.name) * strength if wanted else 0.0
    return Faults(**strengths)


CALM = Faults()
