"""The engine's process with a point at which it kills itself: `python -m tests.venue.killed_engine`.

KILL_AT names a boundary and how often it is crossed before the process is gone (`durable:3`); without, it lives on.
The boundaries lie around what the engine is given (the promise of durability, the broker), so that nothing of it knows:

decided      an order was decided, nothing is written down yet        sending     the request is under way
writing      handed to the journal, not known to be durable           answered    the venue's answer is here, not told
durable      the intent is durable, nothing was sent                  heard       the stream told, the engine not yet
told         the session was told of what the stream said             looked_up   the venue was asked about an order

DURABLE says what counts as written down: `journal` or `store`. VENUE is the practice venue's address.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.adapters.brokers.practice import MarketView, PracticeBroker
from engine.bootstrap.engine import run_engine
from engine.bootstrap.venue import Edge
from engine.domain.effects import CancelOrder, PublishRecord, SubmitOrder
from engine.domain.events import BrokerEvent
from engine.domain.instant import Instant
from engine.outbox.relay import Relay
from engine.ports import Outbox
from engine.runtime.logs import configure_logs
from engine.runtime.outgoing import Expect, Written, in_the_journal, in_the_store
from engine.settings import read_settings

BOUNDARIES = ("decided", "writing", "durable", "sending", "answered", "heard", "told", "looked_up")
BELIEVED_AFTER_S = 2.0  # no network lies between here and the venue: what was sent arrives at once or never


@dataclass
class Crossings:
    """Counts one boundary down to the end."""

    boundary: str
    left: int

    def cross(self, boundary: str, in_s: float = 0.0) -> None:
        """Be here; the last time is the end, at once or amid what comes next."""
        if boundary != self.boundary:
            return
        self.left -= 1
        if self.left == 0:
            if in_s:
                threading.Timer(in_s, self._end).start()
            else:
                self._end()

    def _end(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class DyingBroker:
    """The practice broker, with boundaries around it."""

    def __init__(self, broker: PracticeBroker, crossings: Crossings) -> None:
        self._broker = broker
        self._crossings = crossings

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        self._crossings.cross("sending", in_s=0.002)
        told = self._broker.submit(order)
        self._crossings.cross("answered")
        return told

    def cancel(self, order: CancelOrder) -> Sequence[BrokerEvent]:
        return self._broker.cancel(order)

    def find(self, client_order_id: str) -> Any:
        found = self._broker.find(client_order_id)
        self._crossings.cross("looked_up")
        return found

    def book_since(self) -> Instant:
        return self._broker.book_since()

    def report(self) -> Any:
        return self._broker.report()

    def listen(self, tell: Callable[[BrokerEvent], None], opened: Callable[[], None], stop: Callable[[], bool]) -> None:
        def heard(event: BrokerEvent) -> None:
            self._crossings.cross("heard")
            tell(event)
            self._crossings.cross("told", in_s=0.003)

        self._broker.listen(heard, opened, stop)


def dying(durable: str, crossings: Crossings) -> Callable[[Outbox, Relay], Expect]:
    """What counts as written down, with boundaries around it."""

    def given(outbox: Outbox, relay: Relay) -> Expect:
        expect = in_the_store(relay.waiters) if durable == "store" else in_the_journal(outbox)

        def expecting(batch: Sequence[PublishRecord]) -> Written:
            crossings.cross("decided")
            written = expect(batch)

            def wait(timeout_s: float) -> None:
                crossings.cross("writing")
                written(timeout_s)
                crossings.cross("durable")

            return wait

        return expecting

    return given


def main() -> int:
    """Trade until the boundary."""
    boundary, _, number = os.environ.get("KILL_AT", "").partition(":")
    crossings = Crossings(boundary, int(number or 0))
    settings = read_settings(os.environ)
    configure_logs(settings.role)
    url = settings.venue or ""

    def opened(market: MarketView) -> DyingBroker:
        return DyingBroker(PracticeBroker(url, market), crossings)

    return run_engine(settings, Edge(opened, dying(os.environ["DURABLE"], crossings), BELIEVED_AFTER_S))


if __name__ == "__main__":
    sys.exit(main())
