"""What the simulated venue has of an account, kept apart from our books: its orders of the day, fills, net positions.

Fed by paper.py with what the venue takes and says; asked for reports, so that "in step" is a comparison on paper too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from engine.domain.broker import BrokerReport, VenueFill, VenueOrder, VenuePosition, VenueState
from engine.domain.effects import SubmitOrder
from engine.domain.events import (
    BrokerEvent,
    FillReceived,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderRejected,
)
from engine.domain.instant import Instant

_ENDS = {OrderCancelled: VenueState.CANCELLED, OrderExpired: VenueState.EXPIRED, OrderRejected: VenueState.REJECTED}
_ZERO = Decimal(0)


class VenueBook:
    """Prices in currency, quantities signed in positions."""

    def __init__(self) -> None:
        self._orders: dict[str, VenueOrder] = {}
        self._fills: list[VenueFill] = []
        self._net: dict[str, VenuePosition] = {}

    def restore(self, positions: Iterable[tuple[str, Decimal, Decimal]]) -> None:
        """Positions (symbol, quantity, average price) of before: this venue died with the process that had it."""
        self._net.clear()
        for symbol, quantity, price in positions:
            self._add(symbol, quantity, price)

    def begin_day(self) -> None:
        """Orders that ended and fills are yesterday's: a report has the day's."""
        self._orders = {key: order for key, order in self._orders.items() if order.state is VenueState.WORKING}
        self._fills = []

    def take(self, order: SubmitOrder, events: Iterable[BrokerEvent]) -> None:
        """An order came, and this is what the venue said to it."""
        for event in events:
            if isinstance(event, OrderAccepted):
                self._orders[order.order_id] = VenueOrder(
                    event.venue_order_id, order.order_id, order.symbol, order.side, order.quantity, _ZERO,
                    VenueState.WORKING, event.at,
                )  # fmt: skip
        self.note(events)

    def note(self, events: Iterable[BrokerEvent]) -> None:
        """The venue filled or ended orders of its own."""
        for event in events:
            if isinstance(event, FillReceived):
                self._fill(event)
            elif isinstance(event, (OrderCancelled, OrderExpired, OrderRejected)) and event.order_id in self._orders:
                order = self._orders[event.order_id]
                self._orders[event.order_id] = replace(order, state=_ENDS[type(event)], reason=event.reason)

    def report(self, at: Instant) -> BrokerReport:
        """All of it, as of a market time."""
        held = tuple(self._net[symbol] for symbol in sorted(self._net))
        return BrokerReport(tuple(self._orders.values()), tuple(self._fills), held, at)

    def _fill(self, event: FillReceived) -> None:
        order = self._orders[event.order_id]
        filled = order.filled_quantity + event.quantity
        state = VenueState.FILLED if filled >= order.quantity else order.state
        self._orders[event.order_id] = replace(order, filled_quantity=filled, state=state)
        self._fills.append(
            VenueFill(
                event.venue_fill_id, order.venue_order_id, order.client_order_id, order.symbol, order.side,
                event.quantity, event.price, event.at,
            )
        )  # fmt: skip
        self._add(order.symbol, event.quantity * order.side.sign, event.price)

    def _add(self, symbol: str, quantity: Decimal, price: Decimal) -> None:
        """Net a quantity in; what adds to a position moves its average price, what reduces it does not."""
        before = self._net.get(symbol, VenuePosition(symbol, _ZERO, price))
        after = before.quantity + quantity
        if not after:
            self._net.pop(symbol, None)
            return
        average = before.average_price
        if before.quantity * quantity > 0:
            average = (before.average_price * before.quantity + price * quantity) / after
        elif before.quantity * after <= 0:
            average = price
        self._net[symbol] = VenuePosition(symbol, after, average, before.overnight)
