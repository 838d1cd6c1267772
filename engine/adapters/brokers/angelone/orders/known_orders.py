"""What this process knows of its own orders at Angel One: their numbers there, and in which drawer they lie.

Fed by broker.py with replies and by order_books.py with rows, from several threads; asked by both. The tag is ours, but
the broker enforces nothing about it: one order may come to stand there twice under one tag. Then the one that was
answered for is ours, else the first; the other is reported as somebody else's, for a person to see.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from engine.adapters.brokers.angelone.orders.order_rows import OrderRow
from engine.adapters.brokers.angelone.orders.order_words import Variety
from engine.domain.broker import VenueState

WATCHED_S = 900.0  # so long after it was sent, or was last listed as working, an order is looked for
KEPT_MAX = 5_000  # more than the broker takes in a day at its hourly limit


@dataclass(frozen=True, slots=True)
class Known:
    """An order of ours. `order_id` and `unique_id` are the broker's, empty until it told them.

    `expires`: its cancellation was asked for as the end of its day. `watched_until`, by monotonic time: until then it
    may trade, as far as is known. `lived_here`: this process sent it, or has seen it at work.
    """

    tag: str
    order_id: str = ""
    unique_id: str = ""
    variety: str = ""
    expires: bool = False
    watched_until: float = 0.0
    lived_here: bool = False


class KnownOrders:
    """By tag. Safe from several threads."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._by_tag: dict[str, Known] = {}
        self._numbers: dict[str, str] = {}

    def of(self, tag: str) -> Known | None:
        """What is known of an order."""
        with self._lock:
            return self._by_tag.get(tag)

    def tag_of(self, order_id: str) -> str | None:
        """Our id of the order with this number of the broker's; None where it is none of ours."""
        with self._lock:
            return self._numbers.get(order_id)

    def leaving(self, tag: str, variety: Variety) -> None:
        """It is being sent: from now on it may stand there."""
        self._put(tag, variety=variety.value, watched_until=self._monotonic() + WATCHED_S, lived_here=True)

    def answered(self, tag: str, order_id: str, unique_id: str) -> None:
        """The broker took it, under these names."""
        self._put(tag, order_id=order_id, unique_id=unique_id)

    def over(self, tag: str) -> None:
        """It never left, was refused, or its end was told of: there is nothing to watch."""
        self._put(tag, watched_until=0.0)

    def to_expire(self, tag: str) -> None:
        """What cancels it is the end of its day."""
        self._put(tag, expires=True)

    def forget_drawer(self, order_id: str) -> None:
        """The broker has the order of this number in another: it is to be looked up again, if it is ours."""
        tag = self.tag_of(order_id)
        if tag is not None:
            self._put(tag, variety="")

    def see(self, rows: Iterable[OrderRow], *, whole_book: bool) -> None:
        """Take in rows. Only the whole book names an order as ours that was not known: another of its tag may be before
        it. An order that has ended stays watched until its end was told of: a report may be the first to see it.
        """
        for row in sorted(rows, key=lambda row: (len(row.order_id), row.order_id)):
            known = None if row.tag is None else self.of(row.tag)
            number = "" if known is None else known.order_id
            if row.tag is None or number not in ("", row.order_id) or not (number or whole_book):
                continue
            names = {"order_id": row.order_id, "unique_id": row.unique_id, "variety": row.variety}
            self._put(row.tag, **{name: word for name, word in names.items() if word})
            if row.state is VenueState.WORKING:
                self._put(row.tag, watched_until=self._monotonic() + WATCHED_S, lived_here=True)

    def any_watched(self) -> bool:
        """Whether an order of ours may trade."""
        now = self._monotonic()
        with self._lock:
            return any(known.watched_until > now for known in self._by_tag.values())

    def _put(self, tag: str, **changes: object) -> None:
        with self._lock:
            known = replace(self._by_tag.get(tag, Known(tag)), **changes)  # type: ignore[arg-type]
            self._by_tag[tag] = known
            if known.order_id:
                self._numbers[known.order_id] = tag
            while len(self._by_tag) > KEPT_MAX:
                oldest = self._by_tag.pop(next(iter(self._by_tag)))
                self._numbers.pop(oldest.order_id, None)
