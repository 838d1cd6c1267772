"""A venue whose stream can't be had is tried every few seconds: each try looks at its books, and tells of fills."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any

from engine.domain.errors import BackPressure
from engine.outbox.backoff import Backoff
from engine.runtime.health import BrokerSeen
from engine.runtime.reconciliation import AWAY_MAX_S, VenueStream
from engine.simulation.clock import ManualClock
from tests.runtime.broker_desk import BrokerDesk


class PassingStop(threading.Event):
    """Waiting for it lets scripted time pass; it comes after ten minutes of that."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.advance(timeout or 0.0)
        if self._clock.monotonic() > 600.0:
            self.set()
        return self.is_set()


def test_a_stream_that_stays_away_is_tried_every_few_seconds_for_as_long_as_that_lasts() -> None:
    desk, tries = BrokerDesk(), list[float]()

    class Refusing:
        def listen(self, tell: Any, opened: Any, stopped: Any) -> None:
            tries.append(desk.clock.monotonic())
            raise BackPressure("refused with HTTP 503")

    stream = VenueStream(Refusing(), desk.outgoing, desk.told.append, BrokerSeen("away"))  # type: ignore[arg-type]
    stream._backoff = Backoff(lambda: 1.0)
    stream.run(PassingStop(desk.clock))
    assert max(later - earlier for earlier, later in pairwise(tries)) <= AWAY_MAX_S
    assert len(tries) <= 600 / AWAY_MAX_S + 3, "and not in a hurry"
