"""A dispatch on a scripted venue and a clock that a test moves. Feeds test_dispatch and test_reconciliation."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.domain.broker import BrokerReport, VenueFill, VenueOrder, VenueState
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.errors import OperatingError
from engine.domain.events import BrokerEvent, Event, OrderAccepted, OrderCancelled
from engine.domain.instant import Instant
from engine.domain.order import ExitReason, OrderType, Purpose, Side
from engine.ports import Sighting
from engine.runtime.dispatch import Dispatch, Telling
from engine.runtime.outgoing import Outgoing, ReportWish, Written
from engine.simulation.clock import ManualClock
from tests.builders.paper import account

D = Decimal
AT = 1_000_000


@dataclass
class ScriptedVenue:
    """Answers as it is told to; by default it takes and cancels, finds nothing and has nothing."""

    calls: list[tuple[str, str]] = field(default_factory=list)
    on_submit: deque[OperatingError | None] = field(default_factory=deque)
    on_cancel: deque[OperatingError | None] = field(default_factory=deque)
    on_find: deque[Sighting | OperatingError | None] = field(default_factory=deque)
    on_report: deque[BrokerReport | OperatingError] = field(default_factory=deque)
    since: Instant = 0

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        self.calls.append(("submit", order.order_id))
        self._fail(self.on_submit)
        return (OrderAccepted(order.order_id, f"V-{order.order_id}", AT),)

    def cancel(self, order: CancelOrder) -> Sequence[BrokerEvent]:
        self.calls.append(("cancel", order.order_id))
        self._fail(self.on_cancel)
        return (OrderCancelled(order.order_id, order.reason, AT),)

    def find(self, client_order_id: str) -> Sighting | None:
        self.calls.append(("find", client_order_id))
        found = self.on_find.popleft() if self.on_find else None
        if isinstance(found, OperatingError):
            raise found
        return found

    def book_since(self) -> Instant:
        return self.since

    def report(self) -> BrokerReport:
        self.calls.append(("report", ""))
        found = self.on_report.popleft() if self.on_report else BrokerReport((), (), (), AT)
        if isinstance(found, OperatingError):
            raise found
        return found

    def _fail(self, script: deque[OperatingError | None]) -> None:
        error = script.popleft() if script else None
        if error is not None:
            raise error


@dataclass
class BrokerDesk:
    """`told` is what went to the session's inbox."""

    venue: ScriptedVenue = field(default_factory=ScriptedVenue)
    clock: ManualClock = field(default_factory=ManualClock)
    told: list[Event] = field(default_factory=list)
    written: Written = lambda timeout_s: None

    def __post_init__(self) -> None:
        self.wish = ReportWish(self.clock)
        self.outgoing = Outgoing(self.clock, lambda batch: self.written, self.wish)
        telling = Telling(self.told.append, lambda: AT)
        self.dispatch = Dispatch(account(), self.venue, self.outgoing, telling, self.clock)

    def ask(self, *effects: SubmitOrder | CancelOrder) -> BrokerDesk:
        """Hand effects over as a session does, without a step of dispatch."""
        self.outgoing.put(effects, self.written)
        return self

    def step(self, after_s: float = 0.0) -> list[Event]:
        """Let time pass and dispatch work; what it told of."""
        self.clock.advance(after_s)
        before = len(self.told)
        self.dispatch.step()
        return self.told[before:]

    def calls(self, kind: str) -> list[str]:
        """The ids the venue was asked about, in order."""
        return [identity for called, identity in self.venue.calls if called == kind]

    def until(self, condition: Callable[[], bool], seconds: int) -> int:
        """Step second by second until something is so; how many seconds that took."""
        for passed in range(seconds + 1):
            self.step(1.0 if passed else 0.0)
            if condition():
                return passed
        raise AssertionError(f"not within {seconds} s: {self.told}")


def order(order_id: str = "ONE", purpose: Purpose = Purpose.ENTRY, **changes: Any) -> SubmitOrder:
    """An order of a hundred ACME."""
    reason = ExitReason.STOP if purpose is Purpose.EXIT else None
    side = Side.SELL if purpose is Purpose.EXIT else Side.BUY
    made = SubmitOrder(order_id, "ACME", side, D(100), OrderType.MARKET, None, purpose, reason, AT)
    return replace(made, **changes)


def listed(order_id: str, state: VenueState, filled: int = 0) -> Sighting:
    """What the venue lists of an order, with one fill where it has any."""
    identity = f"V-{order_id}"
    seen = VenueOrder(identity, order_id, "ACME", Side.BUY, D(100), D(filled), state, AT)
    fill = VenueFill(f"F-{order_id}", identity, order_id, "ACME", Side.BUY, D(filled), D(500), AT)
    return seen, (fill,) if filled else ()
