"""What this process knows of its own orders at a broker: the broker's names for them, and what may still trade.

Fed by the broker's adapter with replies and with rows of its books, from several threads; asked by both. The tag is
ours, but a broker may enforce nothing about it, or not for ever: one order may come to stand there twice under one tag.
Then the one that was answered for is ours, else the first; the other is reported as somebody else's, for a person.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.adapters.brokers.bookkeeping.rows import OrderListed
from engine.domain.broker import VenueState
from engine.domain.instant import Instant

WATCHED_S = 900.0  # so long after it was sent, or was last listed as working, an order is looked for
KEPT_MAX = 5_000  # more than a broker takes in a day at its hourly limit


@dataclass(frozen=True, slots=True)
class Known:
    """An order of ours. `order_id` is the broker's, empty until it told it; `names` what else it goes by there.

    `expires`: its cancellation was asked for as the end of its day. `watched_until`, by monotonic time: until then it
    may trade, as far as is known. `lived_here`: this process sent it, or has seen it at work. `sent_at`: when this
    process sent it, None where it did not.
    """

    tag: str
    order_id: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    expires: bool = False
    watched_until: float = 0.0
    lived_here: bool = False
    sent_at: Instant | None = None


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

    def ours(self, order_id: str, tag: str | None) -> str | None:
        """Our id of a row; None for another's, and for a second order under an id of ours."""
        known = None if tag is None else self.of(tag)
        return tag if known is not None and known.order_id in ("", order_id) else None

    def leaving(self, tag: str, at: Instant | None = None, **names: str) -> None:
        """It is being sent: from now on it may stand there."""
        self._put(tag, names, watched_until=self._monotonic() + WATCHED_S, lived_here=True, sent_at=at)

    def answered(self, tag: str, order_id: str, **names: str) -> None:
        """The broker took it, under these names."""
        self._put(tag, names, order_id=order_id)

    def over(self, tag: str) -> None:
        """It never left, was refused, or its end was told of: there is nothing to watch."""
        self._put(tag, watched_until=0.0)

    def to_expire(self, tag: str) -> None:
        """What cancels it is the end of its day."""
        self._put(tag, expires=True)

    def forget(self, order_id: str, name: str) -> None:
        """What the broker called the order by is not so: it is to be looked up again, if the order is ours."""
        tag = self.tag_of(order_id)
        if tag is not None:
            self._put(tag, {name: ""})

    def see(self, rows: Iterable[OrderListed], *, whole_book: bool) -> None:
        """Take in rows. Only the whole book names an order as ours that was not known: another of its tag may be before
        it. An order that has ended stays watched until its end was told of: a report may be the first to see it.
        """
        for row in sorted(rows, key=lambda row: row.age):
            known = None if row.tag is None else self.of(row.tag)
            number = "" if known is None else known.order_id
            if row.tag is None or number not in ("", row.order_id) or not (number or whole_book):
                continue
            self._put(row.tag, {name: word for name, word in row.names.items() if word}, order_id=row.order_id)
            if row.state is VenueState.WORKING:
                self._put(row.tag, watched_until=self._monotonic() + WATCHED_S, lived_here=True)

    def any_watched(self) -> bool:
        """Whether an order of ours may trade."""
        now = self._monotonic()
        with self._lock:
            return any(known.watched_until > now for known in self._by_tag.values())

    def working(self) -> list[Known]:
        """Those that this process has seen at the broker and of which no end was told."""
        with self._lock:
            return [known for known in self._by_tag.values() if known.order_id and known.watched_until]

    def _put(self, tag: str, names: Mapping[str, str] | None = None, **changes: object) -> None:
        with self._lock:
            before = self._by_tag.get(tag, Known(tag))
            known = replace(before, names={**before.names, **(names or {})}, **changes)  # type: ignore[arg-type]
            self._by_tag[tag] = known
            if before.order_id != known.order_id:
                self._numbers.pop(before.order_id, None)  # it was another's, under an id of ours
            if known.order_id:
                self._numbers[known.order_id] = tag
            while len(self._by_tag) > KEPT_MAX:
                self._forget_one()

    def _forget_one(self) -> None:
        """The oldest that is over; where none is, the oldest. A stop may rest for weeks while thousands come and go."""
        oldest = next((known.tag for known in self._by_tag.values() if not known.watched_until), None)
        forgotten = self._by_tag.pop(oldest or next(iter(self._by_tag)))
        self._numbers.pop(forgotten.order_id, None)
