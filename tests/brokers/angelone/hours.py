"""When the exchange is open, by India's clock: days, sessions, the closing auction. Feeds the exchange desk."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tests.brokers.angelone.listings import Listing
from tests.brokers.angelone.scripted_clock import IST

OPENS, AUCTION_FROM, CLOSES, ENDS = time(9, 15), time(15, 15), time(15, 30), time(15, 35)
SQUARE_OFF = time(15, 20)  # the broker's own for INTRADAY; the real minute under the closing auction is not published

# Weekday closures of 2026, as both published calendars list them.
HOLIDAYS = frozenset(
    date(2026, month, day)
    for month, day in (
        (1, 15), (1, 26), (3, 3), (3, 26), (3, 31), (4, 3), (4, 14), (5, 1),
        (5, 28), (6, 26), (9, 14), (10, 2), (10, 20), (11, 10), (11, 24), (12, 25),
    )
)  # fmt: skip


def trades_on(day: date) -> bool:
    """Whether the exchange opens that day."""
    return day.weekday() < 5 and day not in HOLIDAYS


def takes_orders(at: datetime) -> bool:
    """Whether an order goes to the exchange at all, or waits for the next open (AMO)."""
    local = at.astimezone(IST)
    return trades_on(local.date()) and OPENS <= local.time() < CLOSES


def matches(listing: Listing, at: datetime) -> bool:
    """Whether orders fill as prices come: continuous trading."""
    local = at.astimezone(IST)
    ends = AUCTION_FROM if listing.auction else CLOSES
    return trades_on(local.date()) and OPENS <= local.time() < ends


def next_open(at: datetime) -> datetime:
    """The first opening after `at`."""
    local = at.astimezone(IST)
    day = local.date() if local.time() < OPENS else local.date() + timedelta(days=1)
    while not trades_on(day):
        day += timedelta(days=1)
    return datetime.combine(day, OPENS, IST)
