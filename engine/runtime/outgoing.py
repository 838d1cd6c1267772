"""Orders on their way from the session to dispatch, and which of them are open. The session puts, dispatch takes.

Cancellations, exits and entries have a lane each, so that one without an answer holds none of the others back. Several
hands may take from a lane at once: of one symbol's orders, and of one order's cancellations, the next is given out when
the one before is done. With each order goes the promise that its intent was written down: dispatch waits for that
before it sends. What ends, or makes somebody doubt, wishes for a report (reconciliation.py).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
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

    CANCELS = (0,)
    EXITS = (1,)  # and protective stops
    ENTRIES = (2,)
    ALL = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to ask of the venue, and since when it waits, by monotonic time. `again`: a cancellation that had no
    answer, and is asked for once more.
    """

    effect: SubmitOrder | CancelOrder
    written: Written
    since: float
    again: bool = False

    @property
    def of(self) -> str:
        """What is sent about it one after the other: the symbol, since whether an exit may leave depends on those
        before it; of a cancellation its order alone.
        """
        if isinstance(self.effect, SubmitOrder):
            return self.effect.symbol
        return self.effect.order_id or self.effect.venue_order_id or ""


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
        self.doubted: Mapping[str, Decimal] = {}  # symbols in which broker and books differ, and what the books hold
        self._clock = clock
        self._changed = threading.Condition()
        self._queues: tuple[deque[Errand], ...] = (deque(), deque(), deque())
        self._under_way: tuple[set[str], ...] = (set(), set(), set())  # what is being sent about, never walked through
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

    def cancel_again(self, cancel: CancelOrder) -> None:
        """Hand a cancellation over once more, unless it waits already."""
        with self._changed:
            errand = Errand(cancel, _at_once, self._clock.monotonic(), again=True)
            if all(waiting.of != errand.of for waiting in self._queues[0]):
                self._queues[0].append(errand)
                self._changed.notify_all()

    def take(self, lane: Lane) -> Errand | None:
        """What is the most urgent of a lane, oldest first; None when nothing can be sent now. To be told `done`."""
        with self._changed:
            errand = self._next(lane)
            if errand is not None:
                rank = _rank(errand.effect)
                self._queues[rank].remove(errand)
                self._under_way[rank].add(errand.of)
            return errand

    def done(self, errand: Errand) -> None:
        """It was sent, or given up: the next about the same may be."""
        with self._changed:
            self._under_way[_rank(errand.effect)].discard(errand.of)
            self._changed.notify_all()

    def wait(self, lane: Lane, seconds: float) -> None:
        """Wait for something to do, or so long."""
        with self._changed:
            asks = lane in (Lane.ENTRIES, Lane.ALL) and self._look_again
            if not asks and self._next(lane) is None:
                self._changed.wait(seconds)

    def _next(self, lane: Lane) -> Errand | None:
        return next(
            (errand for rank in lane.value for errand in self._queues[rank] if errand.of not in self._under_way[rank]),
            None,
        )

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


def _at_once(timeout_s: float) -> None:
    """A cancellation is as good unwritten."""


def _rank(effect: SubmitOrder | CancelOrder) -> int:
    if isinstance(effect, CancelOrder):
        return 0
    return 2 if effect.purpose is Purpose.ENTRY else 1
