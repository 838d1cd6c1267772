"""A venue's own book, for tests: what it would report, kept apart from ours so that a test can make them differ."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from engine.domain.broker import BrokerReport, VenueFill, VenueOrder, VenuePosition, VenueState
from engine.domain.effects import SubmitOrder
from engine.domain.events import (
    BrokerReported,
    Event,
    FillReceived,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    ReportBegun,
)
from engine.domain.order import Side
from tests.builders.desk import Desk

D = Decimal


@dataclass
class VenueBook:
    """Orders by the venue's id, fills, and positions by symbol. `since` is when its book began, 0: it forgets none;
    `carries`: what is held at the end of a day is held on the next.
    """

    orders: dict[str, VenueOrder] = field(default_factory=dict)
    fills: list[VenueFill] = field(default_factory=list)
    carried: dict[str, VenuePosition] = field(default_factory=dict)
    since: int = 0
    carries: bool = True

    def take(self, order: SubmitOrder) -> str:
        """The venue has an order of ours."""
        return self.place(order.order_id, order.symbol, order.side, order.quantity, order.at)

    def place(self, tag: str | None, symbol: str, side: Side, quantity: D, at: int) -> str:
        """The venue has an order, ours by its tag or somebody's."""
        identity = f"V-{tag or f'{symbol}-{len(self.orders)}'}"
        self.orders[identity] = VenueOrder(identity, tag, symbol, side, quantity, D(0), VenueState.WORKING, at)
        return identity

    def fill(self, identity: str, quantity: D, price: D) -> VenueFill:
        """Trade part or all of an order."""
        order = self.orders[identity]
        filled = order.filled_quantity + quantity
        done = VenueState.FILLED if filled == order.quantity else order.state
        self.orders[identity] = replace(order, filled_quantity=filled, state=done)
        number = sum(fill.venue_order_id == identity for fill in self.fills)
        made = VenueFill(
            f"{identity}-{number}", identity, order.client_order_id, order.symbol, order.side, quantity, price, order.at
        )
        self.fills.append(made)
        return made

    def end(self, identity: str, state: VenueState, reason: str = "") -> None:
        """An order ends at the venue."""
        self.orders[identity] = replace(self.orders[identity], state=state, reason=reason)

    def carry(self, symbol: str, quantity: D, price: D, *, overnight: bool) -> None:
        """A position that none of these fills made."""
        self.carried[symbol] = VenuePosition(symbol, quantity, price, overnight)

    def begin_day(self, at: int) -> None:
        """The book of another day: what was ordered and filled before is in it no more, what is held may be."""
        held = {position.symbol: position for position in self.report(at).positions} if self.carries else {}
        self.orders.clear()
        self.fills.clear()
        self.carried, self.since = held, at

    def report(self, at: int) -> BrokerReport:
        """All of it."""
        net: dict[str, VenuePosition] = dict(self.carried)
        for fill in self.fills:
            before = net.get(fill.symbol, VenuePosition(fill.symbol, D(0), fill.price))
            net[fill.symbol] = replace(before, quantity=before.quantity + fill.quantity * fill.side.sign)
        held = tuple(net[symbol] for symbol in sorted(net) if net[symbol].quantity)
        orders, fills = tuple(self.orders.values()), tuple(self.fills)
        return BrokerReport(orders, fills, held, at, since=self.since, carries=self.carries)


def told(fill: VenueFill) -> FillReceived:
    """The fill as the venue's stream tells it."""
    return FillReceived(str(fill.client_order_id), fill.venue_fill_id, fill.quantity, fill.price, fill.at)


def sighted(book: VenueBook, order_id: str, at: int) -> list[Event]:
    """What a look-up of one of our orders brings: that it is there, its fills, its end; or that it never came."""
    order = book.orders.get(f"V-{order_id}")
    if order is None:
        return [OrderExpired(order_id, "never reached the broker", at)]
    events: list[Event] = [OrderAccepted(order_id, order.venue_order_id, at, order.quantity)]
    events += [told(fill) for fill in book.fills if fill.venue_order_id == order.venue_order_id]
    if order.state is VenueState.CANCELLED:
        events.append(OrderCancelled(order_id, order.reason, at, order.filled_quantity))
    elif order.state is VenueState.EXPIRED:
        events.append(OrderExpired(order_id, order.reason, at, order.filled_quantity))
    return events


def cycle(made: Desk, book: VenueBook, times: int = 1) -> None:
    """So many reports, each begun and judged."""
    for _ in range(times):
        made.take(ReportBegun())
        made.take(BrokerReported(book.report(made.engine.state.now)))
