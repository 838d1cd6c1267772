"""Orders on their way from the session to dispatch, and which of them are open. The session puts, dispatch takes.

Cancellations go before exits, exits before entries; entries have a lane of their own, so that one without an answer
holds no exit back. With each goes the promise that its intent was written down: dispatch waits for that before it
sends. What ends, or makes somebody doubt, wishes for a report (reconciliation.py).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from engine.core.orders import TERMINAL
from engine.domain.effects import CancelOrder, PublishRecord, SubmitOrder
from engine.domain.errors import OutcomeUnknown
from engine.domain.order import Purpose
from engine.domain.records import OrderRecord
from engine.outbox.awaited import Waiters
from engine.ports import Clock, Outbox

Written: TypeAlias = Callable[[float], None]  # waits so many seconds at most; raises OperatingError when it is not
Expect: TypeAlias = Callable[[Sequence[PublishRecord]], Written]
CAPACITY = 1_000  # entries that wait; a venue that is this far behind gets no more of them
AFTER_END_S = 2.0


class Lane(Enum):
    """Who takes what: the queues of each, by rank."""

    EXITS = (0, 1)  # with cancellations and protective stops: all that makes less of what is held or works
    ENTRIES = (2,)
    BOTH = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to ask of the venue, and since when it waits, by monotonic time."""

    effect: SubmitOrder | CancelOrder
    written: Written
    since: float


class ReportWish:
    """When the next report is due; anybody may wish for it sooner."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._due = clock.monotonic()

    def within(self, seconds: float) -> None:
        """Have one in so many seconds at the latest."""
        with self._changed:
            self._due = min(self._due, self._clock.monotonic() + seconds)
            self._changed.notify_all()

    def due(self) -> bool:
        """Whether it is time."""
        return self._clock.monotonic() >= self._due

    def taken(self, next_s: float) -> None:
        """One is being taken now; the next in so many seconds."""
        with self._changed:
            self._due = self._clock.monotonic() + next_s

    def wait(self, most_s: float) -> None:
        """Wait until it is due or somebody wishes, or so long."""
        with self._changed:
            left = self._due - self._clock.monotonic()
            if left > 0:
                self._changed.wait(min(left, most_s))


class Outgoing:
    """Safe from any thread. `expect` is called before a batch is put in the outbox, `put` after."""

    def __init__(self, clock: Clock, expect: Expect, wish: ReportWish) -> None:
        self.expect = expect
        self.wish = wish
        self.barred: str | None = None  # why no entry may leave, though it was decided before
        self._clock = clock
        self._changed = threading.Condition()
        self._queues: tuple[deque[Errand], ...] = (deque(), deque(), deque())
        self._open: dict[str, None] = {}
        self._look_again = False

    def put(self, effects: Sequence[SubmitOrder | CancelOrder], written: Written) -> list[SubmitOrder]:
        """Hand over what a batch asks for; returns entries that found no room, which will not be sent."""
        left_out: list[SubmitOrder] = []
        now = self._clock.monotonic()
        with self._changed:
            for effect in effects:
                queue = self._queues[_rank(effect)]
                if isinstance(effect, SubmitOrder) and queue is self._queues[-1] and len(queue) >= CAPACITY:
                    left_out.append(effect)
                else:
                    queue.append(Errand(effect, written, now))
            self._changed.notify_all()
        return left_out

    def take(self, lane: Lane) -> Errand | None:
        """What is the most urgent of a lane, oldest first; None when nothing waits."""
        with self._changed:
            return next((queue.popleft() for queue in self._of(lane) if queue), None)

    def wait(self, lane: Lane, seconds: float) -> None:
        """Wait for something to do, or so long."""
        with self._changed:
            asks = lane is not Lane.EXITS and self._look_again
            if not any(self._of(lane)) and not asks:
                self._changed.wait(seconds)

    def _of(self, lane: Lane) -> list[deque[Errand]]:
        return [self._queues[rank] for rank in lane.value]

    def note(self, batch: Sequence[PublishRecord]) -> None:
        """Which orders are open, as they are written down; one that ended wishes for a report."""
        for effect in batch:
            record = effect.record
            if isinstance(record, OrderRecord):
                with self._changed:
                    if record.state not in TERMINAL:
                        self._open[record.order_id] = None
                    elif self._open.pop(record.order_id, self) is None:
                        self.wish.within(AFTER_END_S)

    def begin(self, open_orders: Sequence[str]) -> None:
        """Orders of before a restart."""
        with self._changed:
            self._open.update(dict.fromkeys(open_orders))

    def look_again(self) -> None:
        """The venue may have told of open orders while nobody listened."""
        with self._changed:
            self._look_again = True
            self._changed.notify_all()

    def to_look_at(self) -> list[str]:
        """The open orders, once after each `look_again`."""
        with self._changed:
            again, self._look_again = self._look_again, False
            return list(self._open) if again else []


def in_the_journal(outbox: Outbox) -> Expect:
    """Written down is: on this machine's disk. For paper money."""

    def wait(timeout_s: float) -> None:
        if not outbox.flush(timeout_s):
            raise OutcomeUnknown(f"not on disk within {timeout_s:g} s")

    return lambda batch: wait


def in_the_store(waiters: Waiters) -> Expect:
    """Written down is: in Firestore, under the fence. Survives the loss of this machine."""

    def expect(batch: Sequence[PublishRecord]) -> Written:
        return waiters.expect([effect for effect in batch if isinstance(effect.record, OrderRecord)]).wait

    return expect


def _rank(effect: SubmitOrder | CancelOrder) -> int:
    if isinstance(effect, CancelOrder):
        return 0
    return 2 if effect.purpose is Purpose.ENTRY else 1
