"""What a venue says of itself when asked: its orders, fills and positions, as it names them.

Made by brokers and the simulated venue; compared with the books by core/differences.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.domain.instant import Instant
from engine.domain.order import Side


class VenueState(StrEnum):
    """Where an order is in the venue's own book."""

    WORKING = "working"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class VenueOrder:
    """An order in the venue's book; `client_order_id` is None for one that carries no tag of ours."""

    venue_order_id: str
    client_order_id: str | None
    symbol: str
    side: Side
    quantity: Decimal
    filled_quantity: Decimal
    state: VenueState
    at: Instant
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VenueFill:
    """A fill in the venue's book of trades; `price` in currency."""

    venue_fill_id: str
    venue_order_id: str
    client_order_id: str | None
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    at: Instant


@dataclass(frozen=True, slots=True)
class VenuePosition:
    """The account's net position at the venue, signed. `overnight` says that it was carried from an earlier day."""

    symbol: str
    quantity: Decimal
    average_price: Decimal
    overnight: bool = False


@dataclass(frozen=True, slots=True)
class BrokerReport:
    """All orders and fills since the book began, and every position that is not zero. Complete, or not a report.

    `beside` names what else the client has there and the account has nothing to do with: other segments, products.
    `since` is when the book began: of an order decided before it says nothing, 0 of a venue that forgets none.
    `carries`: what was held at the end of an earlier day is held still; else the venue, or the broker, closes it.
    """

    orders: tuple[VenueOrder, ...]
    fills: tuple[VenueFill, ...]
    positions: tuple[VenuePosition, ...]
    at: Instant
    beside: tuple[str, ...] = ()
    since: Instant = 0
    carries: bool = True
