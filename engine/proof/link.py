"""One process's connection to the venue, with all that can happen on the way. Given to dispatch and reconciliation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from engine.domain.broker import BrokerReport
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.errors import BackPressure, OutcomeUnknown
from engine.domain.events import BrokerEvent, CancelRefused
from engine.domain.instant import Instant
from engine.ports import Sighting
from engine.proof.exchange import Exchange
from engine.proof.occasions import Occasions


@dataclass(slots=True)
class InFlight:
    """Requests that nobody waits for any more and that arrive all the same. They outlive the process that sent them."""

    exchange: Exchange
    waiting: list[tuple[Instant, SubmitOrder | CancelOrder]] = field(default_factory=list)

    def arrive(self) -> None:
        """What is due by now arrives."""
        now = self.exchange.occasions.now
        due = [request for at, request in self.waiting if at <= now]
        self.waiting = [(at, request) for at, request in self.waiting if at > now]
        for request in due:
            if isinstance(request, SubmitOrder):
                self.exchange.place(request)
            else:
                self.exchange.cancel(request.order_id, request.venue_order_id)


class Link:
    """See ports.Broker. `sent` is called with each order that leaves, before anybody knows whether it arrives."""

    def __init__(self, who: str, exchange: Exchange, in_flight: InFlight, sent: Callable[[SubmitOrder], None]) -> None:
        self._who = who
        self._exchange = exchange
        self._in_flight = in_flight
        self._sent = sent
        self._occasions: Occasions = exchange.occasions
        self.blind = False  # its last report was none
        self._connected = False
        self._heard = 0  # of what the venue told, by number
        self._late: list[tuple[Instant, BrokerEvent]] = []

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        """See ports.Venue."""
        occasions = self._occasions
        occasions.may_crash(self._who, f"before sending {order.order_id}")
        if occasions.happens("not_connected"):
            raise BackPressure("not connected")
        self._sent(order)
        occasions.note(self._who, f"sends {order.order_id}: {order.side} {order.quantity:f} {order.symbol}")
        self._travel(order)
        answer = self._exchange.place(order)
        occasions.may_crash(self._who, f"after sending {order.order_id}")
        if occasions.happens("reply_lost"):
            raise OutcomeUnknown("the reply was lost")
        return [answer]

    def cancel(self, order: CancelOrder) -> Sequence[BrokerEvent]:
        """See ports.Venue."""
        occasions = self._occasions
        occasions.may_crash(self._who, f"before cancelling {order.order_id}")
        if occasions.happens("not_connected"):
            raise BackPressure("not connected")
        self._travel(order)
        if order.order_id and occasions.happens("cancel_refused"):
            return [CancelRefused(order.order_id, "too late to cancel", occasions.now)]
        before = len(self._exchange.told)
        self._exchange.cancel(order.order_id, order.venue_order_id)
        occasions.may_crash(self._who, f"after cancelling {order.order_id}")
        if occasions.happens("reply_lost"):
            raise OutcomeUnknown("the reply was lost")
        return self._exchange.told[before:]

    def find(self, client_order_id: str) -> Sighting | None:
        """See ports.Venue."""
        self._may_not_answer()
        return self._exchange.find(client_order_id)

    def book_since(self) -> Instant:
        """See ports.Venue."""
        return self._exchange.since

    def report(self) -> BrokerReport:
        """See ports.Venue."""
        self.blind = True
        self._may_not_answer()
        self.blind = False
        return self._exchange.report()

    def listen(self, tell: Callable[[BrokerEvent], None], opened: Callable[[], None], stop: Callable[[], bool]) -> None:
        """See ports.Broker; returns once it has told what is there, as if stopped."""
        occasions = self._occasions
        if not self._connected:
            if occasions.happens("asking_fails"):
                raise OutcomeUnknown("no connection")
            self._connected, self._heard = True, len(self._exchange.told)
            opened()
        if occasions.happens("stream_breaks"):
            self._connected, self._late = False, []
            raise OutcomeUnknown("the stream broke")
        due = [event for at, event in self._late if at <= occasions.now]
        self._late = [(at, event) for at, event in self._late if at > occasions.now]
        for event in self._exchange.told[self._heard :]:
            if occasions.happens("told_late"):
                self._late.append((occasions.now + round(occasions.chance.between(0.1, 20) * 1e6), event))
                continue
            due.extend([event] * (2 if occasions.happens("told_twice") else 1))
        self._heard = len(self._exchange.told)
        for event in due:
            tell(event)

    def _travel(self, request: SubmitOrder | CancelOrder) -> None:
        """Whether a request arrives now. Raises OutcomeUnknown where it is lost, or comes when nobody waits for it."""
        occasions = self._occasions
        if occasions.happens("request_lost"):
            raise OutcomeUnknown("no answer")
        if occasions.happens("request_late"):
            at = occasions.now + round(occasions.chance.between(0.5, 55) * 1e6)
            self._in_flight.waiting.append((at, request))
            raise OutcomeUnknown("no answer")

    def _may_not_answer(self) -> None:
        if self._occasions.happens("asking_fails"):
            raise OutcomeUnknown("no answer")
