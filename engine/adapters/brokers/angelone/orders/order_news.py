"""What rows say of our orders that was not told yet. Fed by order_stream.py with rows of the socket and of the books;
feeds its `tell`.

The socket tells of an order's state in the broker's own row, so that is taken at its word; but a row that says less
than one before it is late and says nothing. Fills come of the trade book alone, since only there each has its number:
a row with more shares filled than were told leaves the order `lacking`, until the trade book has them. Orders that had
ended before this process saw them are left alone: what became of those is the start's look-up and the reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from engine.adapters.brokers.angelone.orders.known_orders import KEPT_MAX, KnownOrders
from engine.adapters.brokers.angelone.orders.order_rows import OrderRow, TradeRow, day_of
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


class OrderNews:
    """Used by one thread. `market_at` is the market time that events bear; a fill bears its own."""

    def __init__(self, known: KnownOrders, market_at: Callable[[], Instant]) -> None:
        self._known, self._market_at = known, market_at
        self._told: dict[str, OrderRow] = {}  # by our id: the furthest row
        self._fills: dict[str, dict[str, Decimal]] = {}  # by the broker's number: fill ids and shares
        self._lacking: dict[str, OrderRow] = {}

    @property
    def lacks_fills(self) -> bool:
        """Whether the trade book has to be pulled."""
        return bool(self._lacking)

    def of_row(self, row: OrderRow) -> list[BrokerEvent]:
        """The news of an order's state; nothing for one that is not known as ours."""
        tag = self._known.tag_of(row.order_id)
        known = None if tag is None else self._known.of(tag)
        if tag is None or known is None or known.order_id != row.order_id:
            return []
        if row.state is not VenueState.WORKING:
            self._known.over(tag)
        before = self._told.get(tag)
        if before is not None and row.progress <= before.progress:
            return []
        self._note(tag, row)
        if before is None and row.state is not VenueState.WORKING and not known.lived_here:
            return []
        if row.filled > self._filled(row.order_id):
            self._lacking[row.order_id] = row
        return self._events(tag, row, first=before is None, expires=known.expires)

    def of_trades(self, trades: Iterable[TradeRow]) -> list[BrokerEvent]:
        """Fills that were not told, of orders that lack some."""
        events: list[BrokerEvent] = []
        for trade in trades:
            row, fills = self._lacking.get(trade.order_id), self._fills.setdefault(trade.order_id, {})
            tag = self._known.tag_of(trade.order_id)
            if row is None or tag is None or trade.fill_id in fills:
                continue
            fills[trade.fill_id] = trade.quantity
            at = trade.at(day_of(row.order_id, self._market_at() if row.at is None else row.at))
            events.append(FillReceived(tag, trade.venue_fill_id, trade.quantity, trade.price, at))
        self._lacking = {number: row for number, row in self._lacking.items() if self._filled(number) < row.filled}
        return events

    def _events(self, tag: str, row: OrderRow, *, first: bool, expires: bool) -> list[BrokerEvent]:
        at = self._market_at()
        if row.state is VenueState.REJECTED:
            return [OrderRejected(tag, row.reason or "rejected", at)]
        events: list[BrokerEvent] = [OrderAccepted(tag, row.order_id, at)] if first else []
        if row.state is VenueState.CANCELLED:
            kind = OrderExpired if expires else OrderCancelled
            events.append(kind(tag, row.reason or "cancelled at the broker", at, row.filled))
        return events

    def _filled(self, order_id: str) -> Decimal:
        return sum(self._fills.get(order_id, {}).values(), ZERO)

    def _note(self, tag: str, row: OrderRow) -> None:
        self._told[tag] = row
        while len(self._told) > KEPT_MAX:
            oldest = self._told.pop(next(iter(self._told)))
            self._fills.pop(oldest.order_id, None)
