"""However a venue answers, twice, late, out of turn or not at all: one live order a signal, and books that tie."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.core.orders import TERMINAL
from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder, PublishRecord, SubmitOrder
from engine.domain.events import (
    BrokerReported,
    CancelRefused,
    CommandReceived,
    Event,
    OrderAccepted,
    OrderCancelled,
    OrderDispatched,
    OrderUnknown,
    ReportBegun,
)
from engine.domain.order import OrderState, Purpose
from engine.domain.records import DifferenceKind, FillRecord
from tests.builders.desk import CASH, Desk, desk, enter
from tests.builders.venue_book import VenueBook, told

D = Decimal
DRIVEN = settings(max_examples=60, stateful_step_count=40, deadline=None)


class OrderMachine(RuleBasedStateMachine):
    """A desk and a venue with a wire between them that loses, repeats and reorders what the venue says."""

    made: Desk
    book: VenueBook

    @initialize()
    def open(self) -> None:
        self.made, self.book = desk(minutes=300), VenueBook()
        self.made.accept = lambda order: None  # type: ignore[method-assign]  # the wire below answers, or does not
        self.minute = 0
        self.outgoing: list[SubmitOrder] = []
        self.cancels: list[CancelOrder] = []
        self.incoming: list[Event] = []

    def take(self, event: Event) -> None:
        before = len(self.made.sent)
        for effect in self.made.engine.process(event):
            if isinstance(effect, PublishRecord):
                self.made.records.append(effect.record)
            elif isinstance(effect, SubmitOrder):
                self.made.sent.append(effect)
            elif isinstance(effect, CancelOrder):
                self.cancels.append(effect)
        self.outgoing += self.made.sent[before:]

    @rule()
    def a_bar_closes(self) -> None:
        self.minute += 1
        before = len(self.made.sent)
        enter(self.made, self.minute, "500")
        self.outgoing += self.made.sent[before:]

    @rule(kind=st.sampled_from(["close_position", "flatten"]))
    def a_person_closes(self, kind: str) -> None:
        self.take(CommandReceived(f"c{self.minute}", kind, {"bot_id": "alpha", "symbol": "ACME"}))

    @precondition(lambda self: self.outgoing)
    @rule(arrives=st.booleans(), answered=st.booleans())
    def an_order_is_sent(self, arrives: bool, answered: bool) -> None:
        order = self.outgoing.pop(0)
        self.take(OrderDispatched(order.order_id, order.at))
        if arrives:
            identity = self.book.take(order)
            if answered:
                self.incoming.append(OrderAccepted(order.order_id, identity, order.at))
        if not (arrives and answered):
            self.take(OrderUnknown(order.order_id, "no answer", order.at))

    @precondition(lambda self: self.working())
    @rule(data=st.data(), heard=st.booleans())
    def the_venue_fills(self, data: st.DataObject, heard: bool) -> None:
        identity = data.draw(st.sampled_from(self.working()))
        order = self.book.orders[identity]
        left = int(order.quantity - order.filled_quantity)
        fill = self.book.fill(identity, D(data.draw(st.integers(1, left))), D(500))
        if heard:
            self.incoming.append(told(fill))

    @precondition(lambda self: self.cancels)
    @rule(outcome=st.sampled_from(["done", "unheard", "refused", "lost"]))
    def a_cancel_is_sent(self, outcome: str) -> None:
        cancel = self.cancels.pop(0)
        identity = f"V-{cancel.order_id}"
        order = self.book.orders.get(identity)
        if order is None or outcome == "lost":
            return
        if outcome == "refused" or order.state is not VenueState.WORKING:
            self.incoming.append(CancelRefused(cancel.order_id, "too late", cancel.at))
            return
        self.book.end(identity, VenueState.CANCELLED)
        if outcome == "done":
            self.incoming.append(OrderCancelled(cancel.order_id, "as asked", cancel.at))

    @precondition(lambda self: self.incoming)
    @rule(data=st.data(), again=st.booleans())
    def something_is_heard(self, data: st.DataObject, again: bool) -> None:
        event = data.draw(st.sampled_from(self.incoming))
        if not again:
            self.incoming.remove(event)
        self.take(event)

    @rule()
    def a_report_is_taken(self) -> None:
        self.take(ReportBegun())
        self.take(BrokerReported(self.book.report(self.made.engine.state.now)))

    def working(self) -> list[str]:
        return [identity for identity, order in self.book.orders.items() if order.state is VenueState.WORKING]

    @invariant()
    def no_two_orders_of_one_leg_are_live(self) -> None:
        sent = [order.order_id for order in self.made.sent]
        assert len(set(sent)) == len(sent)
        exits = [order for order in self.made.engine.state.open_orders() if order.purpose is Purpose.EXIT]
        assert len(exits) <= 1

    @invariant()
    def nothing_is_guessed_and_nothing_breaks(self) -> None:
        state = self.made.engine.state
        assert not state.breaker.broken, state.breaker.reason
        assert not [order for order in state.orders.values() if order.state is OrderState.REJECTED]

    @invariant()
    def cash_is_conserved(self) -> None:
        state = self.made.engine.state
        value = sum((p.cost * p.sign for p in state.portfolio.all()), D(0))
        realized = state.ledger.realized_gross_day
        assert state.ledger.cash + value == CASH + realized - state.ledger.charges_day

    def teardown(self) -> None:
        """The wire is mended: everything is told, asked and decided, and then all of it ties."""
        if not hasattr(self, "made"):
            return
        self.outgoing.clear()
        for event in self.incoming:
            self.take(event)
        for _ in range(12):
            self.a_report_is_taken()
            for standing in self.made.engine.state.truth.open():
                if standing.kind is not DifferenceKind.UNKNOWN_ORDER:
                    arguments = {"difference_id": standing.difference_id, "resolution": "adopt"}
                    self.take(CommandReceived("end", "resolve_difference", arguments))
        state = self.made.engine.state
        net = sum((position.quantity for position in state.portfolio.all()), D(0))
        assert net == sum((fill.quantity * fill.side.sign for fill in self.book.fills), D(0))
        booked = sum((fill.quantity for fill in self.made.records if isinstance(fill, FillRecord)), D(0))
        assert booked == sum((fill.quantity for fill in self.book.fills), D(0)), "each once, and nothing else"
        for order in self.book.orders.values():
            ours = state.orders[str(order.client_order_id)]
            assert ours.state in TERMINAL or order.state is VenueState.WORKING
        left = {found.kind for found in state.truth.open()}
        assert left <= {DifferenceKind.UNKNOWN_ORDER}, left


OrderMachine.TestCase.settings = DRIVEN
TestOrderMachine = OrderMachine.TestCase
