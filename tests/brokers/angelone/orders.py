"""One order as Angel One keeps it, and its rows in book, details and stream. Fed by the exchange desk; feeds routes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.brokers.angelone.listings import Listing
from tests.brokers.angelone.scripted_clock import IST, stamp

RECEIVED, VALIDATING, OPEN_PENDING, OPEN = "put order req received", "validation pending", "open pending", "open"
TRIGGER_PENDING, COMPLETE, REJECTED, CANCELLED = "trigger pending", "complete", "rejected", "cancelled"
MODIFIED, MODIFY_PENDING = "modified", "modify pending"
AMO, AMO_CANCELLED, AMO_MODIFIED = (
    "after market order req received", "cancelled after market order", "modify after market order req received",
)  # fmt: skip
ENDED = frozenset({COMPLETE, REJECTED, CANCELLED, AMO_CANCELLED})

# What the stream says of a status; one that is not here passes unsaid.
STREAMED = {
    OPEN: "AB01", CANCELLED: "AB02", REJECTED: "AB03", MODIFIED: "AB04", COMPLETE: "AB05", AMO: "AB06",
    AMO_CANCELLED: "AB07", AMO_MODIFIED: "AB08", OPEN_PENDING: "AB09", TRIGGER_PENDING: "AB10", MODIFY_PENDING: "AB11",
}  # fmt: skip


@dataclass(frozen=True)
class Fill:
    """A part of an order that traded, price in paise."""

    number: str
    price: int
    quantity: int
    at: datetime


@dataclass
class Order:
    """`asked` is the body as it came; prices here are paise. `due_at`: when it goes a step on by itself."""

    number: str
    listing: Listing
    asked: dict[str, str]
    price: int
    trigger: int
    quantity: int
    status: str
    placed_at: datetime
    updated_at: datetime
    due_at: datetime | None
    visible_at: datetime
    fills: tuple[Fill, ...] = ()
    text: str = ""
    triggered: bool = False
    margin: int = 0

    @property
    def buys(self) -> bool:
        """The side."""
        return self.asked["transactiontype"] == "BUY"

    @property
    def filled(self) -> int:
        """Shares that traded."""
        return sum(fill.quantity for fill in self.fills)

    @property
    def left(self) -> int:
        """Shares that have not."""
        return self.quantity - self.filled

    @property
    def unique(self) -> str:
        """The id that `details` goes by."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self.number))

    @property
    def average(self) -> float:
        """Rupees a share of what traded, to the paisa."""
        spent = sum(fill.price * fill.quantity for fill in self.fills)
        return float(round(Decimal(spent) / self.filled / 100, 2)) if self.filled else 0.0

    def stream_row(self) -> dict[str, Any]:
        """As the order socket has it: without the unique id and the exchange's number."""
        asked, listing = self.asked, self.listing
        at_exchange = stamp(self.updated_at) if self.status in {OPEN, COMPLETE, CANCELLED, TRIGGER_PENDING} else ""
        last = self.fills[-1] if self.fills and self.status == COMPLETE else None
        return {
            "variety": asked["variety"],
            "ordertype": asked["ordertype"],
            "ordertag": asked.get("ordertag", ""),
            "producttype": asked["producttype"],
            "price": rupees(self.price),
            "triggerprice": rupees(self.trigger),
            "quantity": str(self.quantity),
            "disclosedquantity": str(asked.get("disclosedquantity", "0")),
            "duration": asked["duration"],
            "squareoff": 0.0,
            "stoploss": 0.0,
            "trailingstoploss": 0.0,
            "tradingsymbol": listing.symbol,
            "transactiontype": asked["transactiontype"],
            "exchange": listing.exchange,
            "symboltoken": listing.token,
            "instrumenttype": "",
            "strikeprice": -1.0,
            "optiontype": "",
            "expirydate": "",
            "lotsize": str(listing.lot),
            "cancelsize": str(self.left) if self.status in {CANCELLED, AMO_CANCELLED} else "0",
            "averageprice": self.average,
            "filledshares": str(self.filled),
            "unfilledshares": str(self.left),
            "orderid": self.number,
            "text": self.text,
            "status": self.status,
            "orderstatus": self.status,
            "updatetime": stamp(self.updated_at),
            "exchtime": at_exchange,
            "exchorderupdatetime": at_exchange,
            "fillid": last.number if last else "",
            "filltime": clock_of(last.at) if last else "",
            "parentorderid": "",
        }

    def book_row(self) -> dict[str, Any]:
        """As order book and details have it."""
        sent_on = self.status not in {RECEIVED, VALIDATING, REJECTED, AMO, AMO_CANCELLED, AMO_MODIFIED}
        exchange_number = f"11{self.number[2:]}00" if sent_on else ""
        return {**self.stream_row(), "uniqueorderid": self.unique, "exchangeorderid": exchange_number}

    def trade_rows(self) -> list[dict[str, Any]]:
        """Its rows of the trade book, one a fill; their time has no date."""
        return [
            {
                "exchange": self.listing.exchange,
                "producttype": self.asked["producttype"],
                "tradingsymbol": self.listing.symbol,
                "instrumenttype": "",
                "symbolgroup": "EQ",
                "strikeprice": "-1.0",
                "optiontype": "",
                "expirydate": "",
                "marketlot": str(self.listing.lot),
                "precision": "2",
                "multiplier": "-1",
                "tradevalue": f"{Decimal(fill.price * fill.quantity) / 100:.2f}",
                "transactiontype": self.asked["transactiontype"],
                "fillprice": f"{Decimal(fill.price) / 100:.2f}",
                "fillsize": str(fill.quantity),
                "orderid": self.number,
                "fillid": fill.number,
                "filltime": clock_of(fill.at),
            }
            for fill in self.fills
        ]


def rupees(paise: int) -> float:
    """As JSON rows have prices."""
    return paise / 100


def clock_of(at: datetime) -> str:
    """The time of day without its date."""
    return at.astimezone(IST).strftime("%H:%M:%S")
