"""What Angel One says is held: the day's positions by product, and shares delivered. Feeds order_books.

INTRADAY and DELIVERY of one share are two things: selling the one does not reduce the other, so they are never netted.
A share bought for delivery is a position of its day; from the next day on it is a holding, first `t1` (bought, not yet
delivered), then realised. Sold, it is a position below zero beside the holding, until the day is over. So what a
DELIVERY account has is the day's net and the holding together; whether `quantity` counts the t1 shares is not
published, so it is not read: the two parts are.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from engine.adapters.brokers.angelone.orders.order_rows import Place
from engine.adapters.brokers.bookkeeping.row_values import Row, number
from engine.domain.broker import VenuePosition

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class HeldRow:
    """So many shares, signed, at an average price in currency. `carried`: some of them from an earlier day."""

    place: Place
    quantity: Decimal
    average_price: Decimal
    carried: bool


def position_row(row: Row) -> HeldRow:
    """A row of the day's positions. Raises OutcomeUnknown."""
    net = number(row, "netqty")
    carried = number(row, "cfbuyqty") - number(row, "cfsellqty")
    average = number(row, "buyavgprice" if net > 0 else "sellavgprice") or number(row, "avgnetprice")
    return HeldRow(Place.of(row), net, average, carried != 0)


def holding_row(row: Row) -> HeldRow:
    """A row of holdings. Raises OutcomeUnknown."""
    quantity = number(row, "realisedquantity") + number(row, "t1quantity")
    return HeldRow(Place.of(row), quantity, number(row, "averageprice"), carried=True)


def together(symbol: str, parts: list[HeldRow]) -> VenuePosition | None:
    """One position of the parts of a symbol, all of one product; None where they come to nothing.

    Where a holding and the day's trades meet, the average is the part's that points the way of the whole.
    """
    quantity = sum((part.quantity for part in parts), ZERO)
    if not quantity:
        return None
    same = [part for part in parts if part.quantity * quantity > 0 and part.average_price]
    shares = sum((part.quantity for part in same), ZERO)
    worth = sum((part.quantity * part.average_price for part in same), ZERO)
    average = worth / shares if shares else ZERO
    return VenuePosition(symbol, quantity, average, any(part.carried for part in parts))
