"""The record of a kill: what must be proven, step by step, and by which word of the broker. Part of AccountRecord.

Made by core/kill alone. It stands from the moment it is asked for until a person lifts it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.domain.instant import Instant


class KillState(StrEnum):
    """`running` until every step is proven; one that is done runs again when something new comes to light."""

    RUNNING = "running"
    DONE = "done"


class KillStepName(StrEnum):
    """What a kill does. The last only where it was asked for."""

    ENTRIES_BLOCKED = "entries_blocked"
    ORDERS_CANCELLED = "orders_cancelled"
    POSITIONS_FLATTENED = "positions_flattened"


class Proof(StrEnum):
    """How far a step, or one order or position of it, is.

    waiting    the broker has not said yet that it is out, or flat
    running    of a step: something of it waits
    done       the broker has said so
    failed     the broker refused it again and again: a person is needed. It is done all the same once it is out
    """

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class KillItem:
    """An order (`subject` its id) or a position (`bot_symbol`). `tries` counts how often the broker refused it."""

    subject: str
    state: Proof
    tries: int
    detail: str


@dataclass(frozen=True, slots=True)
class KillStep:
    """A step with what it counts; `at` is the market time at which it was proven first. `entries_blocked` counts bots
    and has no items: it is the engine's own doing.
    """

    step: KillStepName
    state: Proof
    total: int
    done: int
    failed: int
    detail: str
    items: tuple[KillItem, ...] = ()
    at: Instant | None = None


@dataclass(frozen=True, slots=True)
class KillRecord:
    """A kill. `at` is market time, `asked_at` wall time; `by` is a user, `file` or `signal`; `switch` says that the
    file KILL_SWITCH is there, while which nobody lifts it.
    """

    state: KillState
    at: Instant
    asked_at: Instant
    by: str
    reason: str
    flatten: bool
    steps: tuple[KillStep, ...]
    switch: bool = False

    @property
    def words(self) -> str:
        """Why entries are blocked."""
        return f"Killed: {self.reason}"
