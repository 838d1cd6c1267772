"""What is told of an order by a venue's listing of it, by its absence there, or by a send that brought no answer.
Asked by dispatch.py, which tells it to the session's inbox.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.broker import VenueState
from engine.domain.errors import OperatingError, UnreadRefusal
from engine.domain.events import (
    BrokerEvent,
    FillReceived,
    OrderAccepted,
    OrderCancelled,
    OrderExpired,
    OrderRejected,
    OrderUnknown,
)
from engine.domain.instant import Instant
from engine.ports import Sighting
from engine.runtime.lookups import LookUp


def told_without_answer(order_id: str, error: OperatingError, at: Instant) -> OrderUnknown:
    """What is told of an order whose send ended with this error: it may have arrived."""
    unread = error if isinstance(error, UnreadRefusal) else None
    return OrderUnknown(order_id, str(error), at, unread is not None, unread is not None and unread.needs_person)


def told_by_absence(asked: LookUp, book_since: Instant, at: Instant) -> Iterator[BrokerEvent]:
    """What it says of an order that the venue does not list it, once that is believed: it never got there. Of one that
    was decided before the venue's book began it says nothing: the core judges that one by reports (core/lapsed.py).
    """
    if asked.lost_at is not None and asked.lost_at >= book_since:
        yield OrderExpired(asked.order_id, "never reached the broker", at)


def told_by(sighting: Sighting, at: Instant) -> Iterator[BrokerEvent]:
    """What the venue's listing of an order says, as if told when it happened. Saying it twice is harmless."""
    order, fills = sighting
    identity = str(order.client_order_id)
    if order.state is not VenueState.REJECTED:
        yield OrderAccepted(identity, order.venue_order_id, at, order.quantity)
    for fill in fills:
        yield FillReceived(identity, fill.venue_fill_id, fill.quantity, fill.price, fill.at)
    match order.state:
        case VenueState.REJECTED:
            yield OrderRejected(identity, order.reason or "rejected", at)
        case VenueState.CANCELLED:
            yield OrderCancelled(identity, order.reason or "cancelled at the broker", at)
        case VenueState.EXPIRED:
            yield OrderExpired(identity, order.reason or "expired at the broker", at)
        case _:
            pass
