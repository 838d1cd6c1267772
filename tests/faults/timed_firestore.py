"""A fake Firestore that notes when each document first got in, and a steady flow into it. Used by the proofs."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any

from engine.adapters.firestore.messages import Message
from tests.adapters.firestore.way_out import WayOut
from tests.faults.fake_firestore import FakeFirestore
from tests.faults.traffic import send


class TimedFirestore(FakeFirestore):
    """`in_at` gives monotonic seconds by `collection/id`."""

    def __init__(self) -> None:
        self.in_at: dict[str, float] = {}
        super().__init__()

    def commit(self, request: Message, context: Any) -> Message:
        response = super().commit(request, context)
        now = monotonic()
        for write in request.writes:
            self.in_at.setdefault(write.update.name.partition("/documents/")[2], now)
        return response


class Flow:
    """Steady traffic into a way out, each fill's moment kept. `number` is the last that was put."""

    def __init__(self, out: WayOut, rate: int) -> None:
        self._out, self._rate = out, rate
        self._put_at: dict[int, float] = {}
        self.number = 0

    def run(self, seconds: float, each: Callable[[int], None] = lambda number: None) -> None:
        """So much more of it, at its pace; `each` hears of every number before it is put."""
        began, first = monotonic(), self.number
        while monotonic() < began + seconds:
            self.number += 1
            each(self.number)
            self._put_at[self.number] = monotonic()
            send(self._out, self.number, self.number)
            self._out.clock.wait(max(0.0, began + (self.number - first) / self._rate - monotonic()))

    def latencies_ms(self, store: TimedFirestore, without: tuple[int, ...] = ()) -> dict[int, float]:
        """From put until in the store, by number."""
        return {
            number: 1000 * (store.in_at[f"fills/fill-key-{number}"] - put_at)
            for number, put_at in self._put_at.items()
            if number not in without
        }
