"""Rows of Coinbase's orders and fills, in its own terms but checked. Feeds order_books and order_stream.

An order is told by its id, a fill by its `entry_id`: a trade may have two of our orders on its sides. A word that is in
no list is OutcomeUnknown, never guessed at. A part filled has no word of its own: it is OPEN with some filled, and a
cancelled, expired or failed order may have some too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from engine.adapters.brokers.bookkeeping.row_values import Row, number, text
from engine.domain.broker import VenueState
from engine.domain.errors import OutcomeUnknown
from engine.domain.instant import Instant, instant_of
from engine.domain.order import Side

# Published words; QUEUED, CANCEL_QUEUED and EDIT_QUEUED are on their way, and work until another word comes.
STATES = {
    "FILLED": VenueState.FILLED,
    "CANCELLED": VenueState.CANCELLED,
    "EXPIRED": VenueState.EXPIRED,
    "FAILED": VenueState.REJECTED,
    **dict.fromkeys(("PENDING", "OPEN", "QUEUED", "CANCEL_QUEUED", "EDIT_QUEUED"), VenueState.WORKING),
}
_OUR_TAG = re.compile(r"[A-Z2-7]{15}")  # domain/identity.order_id; another program's ids look different
_UNSAID = ("", "REJECT_REASON_UNSPECIFIED", "UNKNOWN_CANCEL_REASON", "CANCEL_REASON_UNSPECIFIED")
TRADED = ("", "FILL")  # a reversal or a correction is no fill; which of them follow is not published


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """How far an order has come, by a row of the socket. `tag` is our id, None where it has none of that shape."""

    order_id: str
    tag: str | None
    filled: Decimal
    state: VenueState
    reason: str

    @property
    def progress(self) -> tuple[Decimal, bool]:
        """Of two rows of one order, the further one is the newer."""
        return self.filled, self.state is not VenueState.WORKING


@dataclass(frozen=True, slots=True)
class OrderRow(OrderSeen):
    """An order as the books have it. `quantity` is of the coin; `at` is when it was made."""

    symbol: str
    side: Side
    quantity: Decimal
    at: Instant

    @property
    def age(self) -> tuple[int, str]:
        """Of two orders the one that the broker took first has the smaller."""
        return self.at, self.order_id

    @property
    def names(self) -> Mapping[str, str]:
        """What else the broker calls it by: nothing."""
        return {}


@dataclass(frozen=True, slots=True)
class TradeRow:
    """A fill; `commission` in the money of the product."""

    order_id: str
    fill_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    commission: Decimal
    at: Instant

    @property
    def venue_fill_id(self) -> str:
        """It names the fill whatever its order."""
        return self.fill_id


def our_tag(row: Row) -> str | None:
    """Its `client_order_id`, where that has the shape of our ids."""
    tag = text(row, "client_order_id")
    return tag if _OUR_TAG.fullmatch(tag) else None


def order_row(row: Row) -> OrderRow:
    """A row of the list, or one order. Raises OutcomeUnknown for one that can't be read, or contradicts itself."""
    number_, filled = _id(row), number(row, "filled_size")
    quantity = _size(row)
    state = _state(row, number_, filled)
    if not quantity and state is not VenueState.WORKING:
        quantity = filled  # asked for by its worth: what it came to
    if filled == quantity and state is VenueState.WORKING:
        state = VenueState.FILLED  # the word may come a moment later
    if quantity <= 0 or not 0 <= filled <= quantity or (state is VenueState.FILLED and filled < quantity):
        raise OutcomeUnknown(f"Coinbase says {text(row, 'status')!r} of order {number_} with {filled} of {quantity}")
    reason = _said(row, "reject_message", "cancel_message", "reject_reason")
    at = moment(row, "created_time")
    return OrderRow(
        number_, our_tag(row), filled, state, reason, text(row, "product_id"), _side(row, "side", number_), quantity, at
    )


def seen_row(row: Row) -> OrderSeen:
    """A row of the user socket. Raises OutcomeUnknown for one that can't be read."""
    number_, filled = _id(row), number(row, "cumulative_quantity")
    reason = _said(row, "cancel_reason", "reject_reason", "reject_Reason")
    return OrderSeen(number_, our_tag(row), filled, _state(row, number_, filled), reason)


def trade_row(row: Row) -> TradeRow:
    """A row of the fills. Raises OutcomeUnknown for one that can't be read: without its id it might be booked twice."""
    order_id, fill_id = text(row, "order_id"), text(row, "entry_id")
    size, price, kind = number(row, "size"), number(row, "price"), text(row, "trade_type")
    if not order_id or not fill_id or size <= 0 or price <= 0:
        raise OutcomeUnknown(f"Coinbase lists a fill that can't be told: {fill_id!r} of order {order_id!r}")
    if kind not in TRADED:
        raise OutcomeUnknown(f"Coinbase lists a {kind!r} of order {order_id}: a person has to see to it there")
    quantity = size / price if row.get("size_in_quote") is True else size
    return TradeRow(
        order_id, fill_id, text(row, "product_id"), _side(row, "side", order_id), quantity, price,
        number(row, "commission"), moment(row, "trade_time"),
    )  # fmt: skip


def moment(row: Row, name: str) -> Instant:
    """ISO 8601 with its zone. Raises OutcomeUnknown."""
    words = text(row, name)
    try:
        return instant_of(datetime.fromisoformat(words))
    except ValueError as error:
        raise OutcomeUnknown(f"Coinbase's {name} {words!r} is no time") from error


def _id(row: Row) -> str:
    found = text(row, "order_id")
    if not found:
        raise OutcomeUnknown("Coinbase lists an order without an id")
    return found


def _state(row: Row, order_id: str, filled: Decimal) -> VenueState:
    word = text(row, "status")
    state = STATES.get(word)
    if state is None:
        raise OutcomeUnknown(f"Coinbase says {word!r} of order {order_id}")
    return VenueState.CANCELLED if state is VenueState.REJECTED and filled else state


def _size(row: Row) -> Decimal:
    """What was asked for, of the coin; 0 where it was asked for by its worth."""
    configuration = row.get("order_configuration")
    terms = list(configuration.values()) if isinstance(configuration, Mapping) else []
    return number(terms[0], "base_size") if len(terms) == 1 and isinstance(terms[0], Mapping) else Decimal(0)


def _said(row: Row, *names: str) -> str:
    return next((words for name in names if (words := text(row, name)) not in _UNSAID), "")


def _side(row: Row, name: str, order_id: str) -> Side:
    word = text(row, name)
    if word not in {"BUY", "SELL"}:
        raise OutcomeUnknown(f"Coinbase says neither BUY nor SELL of order {order_id}, but {word!r}")
    return Side(word)
