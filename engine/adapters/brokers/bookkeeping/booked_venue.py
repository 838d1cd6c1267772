"""What a broker's adapter is asked and does by its books and its stream alone. Each broker's venue is made on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from engine.adapters.brokers.bookkeeping.looking_stream import LookingStream
from engine.adapters.brokers.bookkeeping.stopped_entries import StoppedEntries
from engine.domain.broker import BrokerReport
from engine.domain.events import BrokerEvent
from engine.domain.instant import Instant


class Reports(Protocol):
    """The broker's books."""

    def report(self) -> BrokerReport:
        """See ports.Venue."""


class BookedVenue:
    """The half of ports.Broker that sends nothing."""

    def __init__(self, books: Reports, stream: LookingStream, entries: StoppedEntries) -> None:
        self.stream, self._reports, self._entries = stream, books, entries

    @property
    def connected_since(self) -> float | None:
        """Since when the order socket is open, by monotonic time; None where it is not."""
        return self.stream.connected_since

    @property
    def stopped(self) -> str | None:
        """Why no entry is sent today, in words."""
        return self._entries.why

    def book_since(self) -> Instant:
        """See ports.Venue: this broker's book forgets none, unless its adapter says otherwise."""
        return 0

    def report(self) -> BrokerReport:
        """See ports.Venue."""
        report = self._reports.report()
        self.stream.look_soon()  # before the next report makes a difference of what this one was first to see
        return report

    def listen(self, tell: Callable[[BrokerEvent], None], opened: Callable[[], None], stop: Callable[[], bool]) -> None:
        """See ports.Broker."""
        self.stream.listen(tell, opened, stop)
