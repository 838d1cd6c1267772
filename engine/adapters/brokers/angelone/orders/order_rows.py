"""Rows of Angel One's order book, trade book, positions and holdings, in its own terms but checked. Feeds order_books.

An order is told by `orderid`, which begins with its day; a fill by its order and `fillid`: exchanges number trades, and
one trade may have two of our orders on its sides. A word that is in no list is OutcomeUnknown, never guessed at. A part
filled has no word of its own: it is `open` with some shares filled; a cancelled or rejected order may have some too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from engine.adapters.brokers.angelone.access.tokens import IST
from engine.adapters.brokers.angelone.orders.row_values import clock_on, day_in_india, stamped_at
from engine.adapters.brokers.bookkeeping.row_values import Row, number, text
from engine.domain.broker import VenueState
from engine.domain.errors import OutcomeUnknown
from engine.domain.instant import Instant
from engine.domain.order import Side

_WORKING, _CANCELLED = VenueState.WORKING, VenueState.CANCELLED

# Published words, and `cancel pending`, which is plausible and harmless: an order at work either way.
STATES = {
    "complete": VenueState.FILLED,
    "rejected": VenueState.REJECTED,
    **dict.fromkeys(("cancelled", "cancelled after market order"), _CANCELLED),
    **dict.fromkeys(("open", "modified", "trigger pending"), _WORKING),
    **dict.fromkeys(
        (
            "put order req received", "validation pending", "open pending", "modify pending",
            "modify validation pending", "modify order request received", "cancel pending",
            "after market order req received", "modify after market order req received",
        ),
        _WORKING,
    ),
}  # fmt: skip
_OUR_TAG = re.compile(r"[A-Z2-7]{15}")  # domain/identity.order_id; another program's tags look different
_DATED = re.compile(r"\d{15}")


@dataclass(frozen=True, slots=True)
class Place:
    """Which instrument, by the broker's words, and in which product."""

    exchange: str
    trading_symbol: str
    product: str

    @classmethod
    def of(cls, row: Row) -> Place:
        """Of a row of any book; holdings say `product`."""
        return cls(text(row, "exchange"), text(row, "tradingsymbol"), text(row, "producttype") or text(row, "product"))


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order. `tag` is our id, None where it has none of that shape; `unique_id` is empty on the stream."""

    order_id: str
    unique_id: str
    tag: str | None
    place: Place
    variety: str
    side: Side
    quantity: Decimal
    filled: Decimal
    state: VenueState
    at: Instant | None
    reason: str

    @property
    def names(self) -> dict[str, str]:
        """What else the broker calls it by."""
        return {"unique_id": self.unique_id, "variety": self.variety}

    @property
    def age(self) -> tuple[int, str]:
        """Of two orders the one that the broker took first has the smaller: its numbers count up."""
        return len(self.order_id), self.order_id

    @property
    def progress(self) -> tuple[Decimal, bool]:
        """How far it has come: of two rows of one order, the further one is the newer."""
        return self.filled, self.state is not VenueState.WORKING


@dataclass(frozen=True, slots=True)
class TradeRow:
    """A fill. `clock` is a time of day in India: the row has no date."""

    order_id: str
    fill_id: str
    place: Place
    side: Side
    quantity: Decimal
    price: Decimal
    clock: str

    @property
    def key(self) -> tuple[str, str]:
        """What makes it this fill and no other."""
        return self.order_id, self.fill_id

    @property
    def venue_fill_id(self) -> str:
        """The same in one word."""
        return f"{self.order_id}-{self.fill_id}"

    def at(self, day: date) -> Instant:
        """When, given the day of its order."""
        return clock_on(self.clock, day)


def our_tag(row: Row) -> str | None:
    """Its tag, where that has the shape of our ids."""
    tag = text(row, "ordertag")
    return tag if _OUR_TAG.fullmatch(tag) else None


def order_row(row: Row) -> OrderRow:
    """Raises OutcomeUnknown for one that can't be read, or contradicts itself."""
    number_ = text(row, "orderid")
    if not number_:
        raise OutcomeUnknown("the broker lists an order without a number")
    state, quantity, filled = _state(row, number_), number(row, "quantity"), number(row, "filledshares")
    if state is VenueState.REJECTED and filled:
        state = VenueState.CANCELLED  # the rest of it was turned down: what was filled before is ours
    if filled == quantity and state is not VenueState.REJECTED:
        state = VenueState.FILLED  # the word may come a moment later
    if quantity <= 0 or not 0 <= filled <= quantity or (state is VenueState.FILLED and filled < quantity):
        raise OutcomeUnknown(f"the broker says {text(row, 'status')!r} of order {number_} with {filled} of {quantity}")
    return OrderRow(
        number_, text(row, "uniqueorderid"), our_tag(row), Place.of(row), text(row, "variety"),
        _side(row, number_), quantity, filled, state, stamped_at(row), text(row, "text"),
    )  # fmt: skip


def trade_row(row: Row) -> TradeRow:
    """Raises OutcomeUnknown for one that can't be read: without its number a fill might be booked twice."""
    order_id, fill_id = text(row, "orderid"), text(row, "fillid")
    quantity, price = number(row, "fillsize"), number(row, "fillprice")
    if not order_id or not fill_id or quantity <= 0 or price <= 0:
        raise OutcomeUnknown(f"the broker lists a fill that can't be told: {fill_id!r} of order {order_id!r}")
    side = _side(row, order_id)
    return TradeRow(order_id, fill_id, Place.of(row), side, quantity, price, text(row, "filltime"))


def day_of(order_id: str, at: Instant) -> date:
    """The trading day of an order: as its number begins, else the one that its row was stamped on."""
    if _DATED.fullmatch(order_id):
        try:
            return datetime.strptime(order_id[:6], "%y%m%d").replace(tzinfo=IST).date()
        except ValueError:
            pass
    return day_in_india(at)


def _state(row: Row, order_id: str) -> VenueState:
    """By `status` and `orderstatus`, which say the same; empty ones say nothing."""
    words = {text(row, name).lower() for name in ("status", "orderstatus")} - {""}
    states = {STATES.get(word) for word in words}
    known = states.pop() if len(states) == 1 else None
    if known is None:
        raise OutcomeUnknown(f"the broker says {' and '.join(sorted(words)) or 'nothing'!r} of order {order_id}")
    return known


def _side(row: Row, order_id: str) -> Side:
    word = text(row, "transactiontype").upper()
    if word not in {"BUY", "SELL"}:
        raise OutcomeUnknown(f"the broker says neither BUY nor SELL of order {order_id}, but {word!r}")
    return Side(word)
