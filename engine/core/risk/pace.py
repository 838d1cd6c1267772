"""How many orders an account sent lately, by market time. Told by sending.py and recover.py; asked by exposure.py."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from engine.domain.instant import MINUTE, Instant


class OrderPace:
    """The instants of the last minute's orders, exits among them."""

    __slots__ = ("_sent",)

    def __init__(self) -> None:
        self._sent: deque[Instant] = deque()

    def note(self, at: Instant) -> None:
        """An order was sent."""
        self._sent.append(at)
        while self._sent[0] <= at - MINUTE:
            self._sent.popleft()

    def restore(self, sent: Iterable[Instant], now: Instant) -> None:
        """Orders of before a restart."""
        self._sent = deque(sorted(at for at in sent if at > now - MINUTE))

    def within(self, width: int, at: Instant) -> int:
        """Orders sent in the `width` microseconds up to `at`; one that is exactly so old is out."""
        return sum(sent > at - width for sent in self._sent)
