"""What may be switched at the practice venue while it runs: what goes wrong at real ones. Used by server.py alone.

Each is called under the server's lock, with what was asked beside its name.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.venue.server import PracticeVenue

Fields = dict[str, Any]


def _drop_stream(venue: PracticeVenue, asked: Fields) -> None:
    venue.dropped += 1


def _restart_stream(venue: PracticeVenue, asked: Fields) -> None:
    venue.run += 1
    venue.dropped += 1
    venue.book.events.clear()


def _duplicate(venue: PracticeVenue, asked: Fields) -> None:
    venue.book.events += list(venue.book.events[-int(asked.get("count", 4)) :])


def _reorder(venue: PracticeVenue, asked: Fields) -> None:
    last = venue.book.events[-int(asked.get("count", 4)) :]
    venue.book.events += last[::-1]


def _kill(venue: PracticeVenue, asked: Fields) -> None:
    for order in venue.book.orders.values():
        if order.state == "working":
            venue.book.end(order, "cancelled", "risk management of the broker")


def _carry(venue: PracticeVenue, asked: Fields) -> None:
    venue.book.carried[asked["symbol"]] = (Decimal(asked["quantity"]), Decimal(asked["price"]))


def _market(venue: PracticeVenue, asked: Fields) -> None:
    """Of a book that fills by a model: modelled.py."""
    venue.book.market(asked["symbol"], int(asked["at"]), int(asked["units"]))  # type: ignore[attr-defined]


def _set(name: str, value: Any) -> Callable[[PracticeVenue, Fields], None]:
    return lambda venue, asked: setattr(venue, name, value)


SWITCHES: dict[str, Callable[[PracticeVenue, Fields], None]] = {
    "look": lambda venue, asked: None,
    **{name: lambda venue, asked: venue.faults.append(asked) for name in ("lose_reply", "answer_late", "refuse_503")},
    "drop_stream": _drop_stream,
    "restart_stream": _restart_stream,
    "mute": lambda venue, asked: setattr(venue.book, "muted", True),
    "unmute": lambda venue, asked: setattr(venue.book, "muted", False),
    "duplicate": _duplicate,
    "reorder": _reorder,
    "kill": _kill,
    "by_hand": lambda venue, asked: venue.book.place({**asked, "client_order_id": None}, time.monotonic()) and None,
    "carry": _carry,
    "price": lambda venue, asked: venue.book.price(asked["symbol"], Decimal(asked["price"]), time.monotonic()),
    "market": _market,
    "last_prices": lambda venue, asked: setattr(venue.book, "last_prices", True),
    "reject_stops": lambda venue, asked: setattr(venue, "stops_rejected", int(asked["count"])),
    "fail_reports": _set("reports_fail", True),
    "give_reports": _set("reports_fail", False),
    "slow": lambda venue, asked: setattr(venue, "slow_s", float(asked["seconds"])),
    "refuse_cancels": lambda venue, asked: setattr(venue, "cancels_refused", int(asked["count"])),
    "rest": lambda venue, asked: setattr(venue.book, "delay_s", (1e6, 1e6)),
    "fill": lambda venue, asked: setattr(venue.book, "delay_s", (0.0, 0.05)),
}
