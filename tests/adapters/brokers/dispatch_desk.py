"""An account's orders at a venue in this process: the adapter, dispatch, one clock, stepped by the test.

Feeds the desks of each broker. The order stream is not connected: what it adds has tests of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.events import BrokerEvent
from engine.domain.instant import Instant, instant_of
from engine.ports.market import Broker
from engine.runtime.dispatch import Dispatch, Telling
from engine.runtime.outgoing import Outgoing, ReportWish
from tests.brokers.loopback.clocks import SteeredClock
from tests.builders.paper import account

SETTLED_S = 0.2  # a loopback broker's own steps take 20 ms each


class DispatchDesk:
    """`told` is what dispatch told of; `pulse` lets the loopback broker take the steps that are due."""

    def __init__(self, venue: Broker, clock: SteeredClock, pulse: Callable[[], None]) -> None:
        self.clock, self._pulse, self.told = clock, pulse, list[BrokerEvent]()
        self.outgoing = Outgoing(clock, lambda batch: lambda within_s: None, ReportWish(clock))
        self.dispatch = Dispatch(account(), venue, self.outgoing, Telling(self.told.append, self.market_at), clock)

    def market_at(self) -> Instant:
        """Market time is the clock's here."""
        return instant_of(self.clock.now())

    def pass_s(self, seconds: float = SETTLED_S) -> None:
        """Time passes on both sides."""
        self.clock.pass_s(seconds)
        self._pulse()

    def ask(self, *effects: SubmitOrder | CancelOrder) -> Sequence[BrokerEvent]:
        """Hand over as a session does, let dispatch work and the broker take its steps; what was told."""
        before = len(self.told)
        self.outgoing.put(effects, lambda within_s: None)
        self.dispatch.step()
        self.pass_s()
        return self.told[before:]

    def until(self, condition: Callable[[], bool], seconds: int = 200) -> int:
        """Let dispatch work second by second until something is so; how many seconds that took."""
        for passed in range(seconds + 1):
            if condition():
                return passed
            self.pass_s(1.0)
            self.dispatch.step()
        raise AssertionError(f"not within {seconds} s: {self.told}")

    def kinds(self) -> list[str]:
        """What was told, by name."""
        return [type(event).__name__ for event in self.told]
