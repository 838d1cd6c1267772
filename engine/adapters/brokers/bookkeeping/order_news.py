"""What rows say of our orders that was not told yet. Fed by a broker's order stream with rows of the socket and of the
books; feeds its `tell`.

The socket tells of an order's state in the broker's own row, so that is taken at its word; but a row that says less
than one before it is late and says nothing. Fills come of the book of fills alone, since only there each has its
number: a row with more filled than was told leaves the order `lacking`, until that book has it. Orders that had
ended before this process saw them are left alone: what became of those is the start's look-up and the reports.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from decimal import Decimal
from typing import Generic, TypeVar

from engine.adapters.brokers.bookkeeping.known_orders import KEPT_MAX, KnownOrders
from engine.adapters.brokers.bookkeeping.rows import FillSeen, OrderSeen
from engine.domain.broker import VenueState
from engine.domain.events import (
    BrokerEvent,
    FillReceived,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderRejected,
)
from engine.domain.instant import Instant

ZERO = Decimal(0)

Seen = TypeVar("Seen", bound=OrderSeen)
Traded = TypeVar("Traded", bound=FillSeen)


class OrderNews(Generic[Seen, Traded]):
    """Used by one thread. `market_at` is the market time that events bear; a fill bears its own: `filled_at` reads it
    from its order's row and its own.
    """

    def __init__(
        self, known: KnownOrders, market_at: Callable[[], Instant], filled_at: Callable[[Seen, Traded], Instant]
    ) -> None:
        self._known, self._market_at, self._filled_at = known, market_at, filled_at
        self._told: dict[str, Seen] = {}  # by our id: the furthest row
        self._fills: dict[str, dict[str, Decimal]] = {}  # by the broker's number: fill ids and quantities
        self._lacking: dict[str, Seen] = {}

    @property
    def lacking(self) -> Collection[str]:
        """The broker's numbers of orders whose fills have to be pulled."""
        return self._lacking.keys()

    def of_row(self, row: Seen) -> list[BrokerEvent]:
        """The news of an order's state; nothing for one that is not known as ours."""
        tag = self._known.tag_of(row.order_id)
        known = None if tag is None else self._known.of(tag)
        if tag is None or known is None or known.order_id != row.order_id:
            return []
        if row.state is not VenueState.WORKING:
            self._known.over(tag)
        before = self._told.get(tag)
        if before is not None and before.order_id != row.order_id:
            before = None  # of one that was taken for ours before the answer came
        if before is not None and row.progress <= before.progress:
            return []
        self._note(tag, row)
        if before is None and row.state is not VenueState.WORKING and not known.lived_here:
            return []
        if row.filled > self._filled(row.order_id):
            self._lacking[row.order_id] = row
        return self._events(tag, row, first=before is None, expires=known.expires)

    def of_trades(self, trades: Iterable[Traded]) -> list[BrokerEvent]:
        """Fills that were not told, of orders that lack some."""
        events: list[BrokerEvent] = []
        for trade in trades:
            row, tag = self._lacking.get(trade.order_id), self._known.tag_of(trade.order_id)
            if row is None or tag is None:
                continue  # somebody else's, of which nothing is kept, or told before
            fills = self._fills.setdefault(trade.order_id, {})
            if trade.fill_id in fills:
                continue
            fills[trade.fill_id] = trade.quantity
            at = self._filled_at(row, trade)
            events.append(FillReceived(tag, trade.venue_fill_id, trade.quantity, trade.price, at))
        self._lacking = {number: row for number, row in self._lacking.items() if self._lacks(row)}
        return events

    def _events(self, tag: str, row: Seen, *, first: bool, expires: bool) -> list[BrokerEvent]:
        at = self._market_at()
        if row.state is VenueState.REJECTED:
            return [OrderRejected(tag, row.reason or "rejected", at)]
        events: list[BrokerEvent] = [OrderAccepted(tag, row.order_id, at)] if first else []
        if row.state is VenueState.EXPIRED or (row.state is VenueState.CANCELLED and expires):
            events.append(OrderExpired(tag, row.reason or "expired at the broker", at, row.filled))
        elif row.state is VenueState.CANCELLED:
            events.append(OrderCancelled(tag, row.reason or "cancelled at the broker", at, row.filled))
        return events

    def _lacks(self, row: Seen) -> bool:
        return self._known.tag_of(row.order_id) is not None and self._filled(row.order_id) < row.filled

    def _filled(self, order_id: str) -> Decimal:
        return sum(self._fills.get(order_id, {}).values(), ZERO)

    def _note(self, tag: str, row: Seen) -> None:
        self._told[tag] = row
        while len(self._told) > KEPT_MAX:
            oldest = self._told.pop(next(iter(self._told)))
            self._fills.pop(oldest.order_id, None)
