"""A desk of a live account whose lease and mode a test sets, for what is asked at the edge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import inf

from engine.domain.account import Mode
from engine.domain.broker import BrokerReport, VenueOrder, VenuePosition, VenueState
from engine.domain.effective import EffectiveMode
from engine.domain.effects import SubmitOrder
from engine.domain.errors import Fenced, OutcomeUnknown
from engine.domain.events import OrderExpired
from engine.domain.order import Side
from engine.ports import Grant
from engine.runtime.dispatch import EXIT_RESTS_S, Dispatch, Telling
from engine.runtime.last_word import LastWord
from engine.runtime.outgoing import Outgoing
from engine.runtime.ownership import Hold
from engine.simulation.clock import ManualClock
from tests.builders.paper import account
from tests.runtime.broker_desk import AT, BrokerDesk, D

LIVE = replace(account(), account_id="live-test", mode=Mode.LIVE)


@dataclass
class LeaseFor:
    """A lease with so much left."""

    left_s: float = 9.0
    taken: bool = False
    lapsed_s: float = inf

    def remaining_s(self, grant: Grant) -> float:
        if self.left_s < 0:
            raise Fenced("over")
        return self.left_s

    def look(self, grant: Grant) -> None:
        if self.taken:
            raise Fenced("another has it")
        raise OutcomeUnknown("the store is away")

    def renewal_late_s(self, grant: Grant) -> float:
        return -1.0

    def lapsed_s_ago(self, grant: Grant) -> float:
        return self.lapsed_s


@dataclass
class WatchedDesk(BrokerDesk):
    """A desk of a live account whose lease and mode a test sets; `on_disk` says whether its journal writes."""

    lease: LeaseFor = field(default_factory=LeaseFor)
    effective: tuple[EffectiveMode, tuple[str, ...]] = (EffectiveMode.LIVE, ())
    on_disk: bool = True
    live: bool = True
    waited_out: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        self.clock = ManualClock()
        self.outgoing = Outgoing(self.clock, lambda batch: self.written, self.wish)
        spec = LIVE if self.live else account()
        self.hold = Hold(self.lease, Grant(spec.account_id, "one", 1, 0, self.waited_out))  # type: ignore[arg-type]
        self.dispatch = Dispatch(
            spec, self.venue, self.outgoing, Telling(self.told.append, lambda: AT), self.clock,
            last_word=LastWord(spec, self.hold, lambda: self.effective, self.clock), on_disk=self._wait,
        )  # fmt: skip

    def settled(self) -> WatchedDesk:
        """A minute after it began: what an engine of before sent has arrived."""
        self.clock.advance(60.0)
        return self

    def _wait(self, timeout_s: float) -> None:
        if not self.on_disk:
            raise OutcomeUnknown("the disk is full")

    def refused(self, asked: SubmitOrder) -> str | None:
        """Have it sent; the reason for which it was not, None where it left."""
        told = self.ask(asked).step() + self.step(EXIT_RESTS_S)
        expired = [event.reason for event in told if isinstance(event, OrderExpired)]
        assert bool(expired) != (self.calls("submit") == [asked.order_id])
        return expired[0] if expired else None


def held(quantity: int, *working: int) -> BrokerReport:
    """What the venue says: a position, and what is left of SELL orders that work."""
    orders = tuple(
        VenueOrder(f"V{n}", None, "ACME", Side.SELL, D(left + 1), D(1), VenueState.WORKING, AT)
        for n, left in enumerate(working)
    )
    return BrokerReport(orders, (), (VenuePosition("ACME", D(quantity), D(500)),) if quantity else (), AT)
