"""Doors to time, prices and venues. Implemented by adapters and the simulation; called by runtime."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from engine.domain.broker import BrokerReport, VenueFill, VenueOrder
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.events import BrokerEvent, MarketEvent
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument


class Clock(Protocol):
    """Wall and monotonic time. Only runtime and adapters own one."""

    def now(self) -> datetime:
        """Wall time, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    def wait(self, seconds: float) -> None:
        """Let that many seconds pass."""


class MarketFeed(Protocol):
    """Prices of one market, as events in the order of market time."""

    @property
    def market(self) -> str:
        """`demo`, `replay`, `coinbase` or `angelone`."""

    @property
    def speed(self) -> float:
        """Market seconds a wall second."""

    @property
    def simulated(self) -> bool:
        """Whether its market clock is not the wall's."""

    def instruments(self) -> Sequence[Instrument]:
        """What it carries."""

    def history(self, until: int | None) -> Iterator[MarketEvent]:
        """Sessions and closed bars up to the place it goes on from (`until`, None: its own start), to warm up on.

        A live market goes on from now, whatever `until` says: its history has every final bar from the open of the
        session that `until` lies in, so that signals of a time nobody watched are found again (docs/decisions/0008).
        """

    def events(self, since: int | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        """Market events from that place on, paced, to the data's end (MarketEnded) or until `stop()` is true."""


Sighting = tuple[VenueOrder, tuple[VenueFill, ...]]


class Venue(Protocol):
    """What trades, and tells of itself when asked. Each call has a bound of its own, and none repeats a request.

    Raises OutcomeUnknown where the venue may or may not have what was sent, BackPressure where it certainly has not
    (nothing left this machine). An event is returned for what the venue said at once.
    """

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        """Send once."""

    def cancel(self, order: CancelOrder) -> Sequence[BrokerEvent]:
        """Ask for a cancellation; asking again is harmless. An order that has ended already answers with nothing."""

    def find(self, client_order_id: str) -> Sighting | None:
        """The order of that id and its fills, None where the venue says that it has none. Authoritative: raises
        OutcomeUnknown where it can't tell.
        """

    def book_since(self) -> Instant:
        """Since when `find` and `report` know every order: a day-bound book begins with its day, 0 where none is ever
        forgotten. That an order decided before is not there proves nothing. Asks nobody, and raises nothing.
        """

    def report(self) -> BrokerReport:
        """All orders and fills since `book_since`, and every position. Complete, or it raises."""


class Broker(Venue, Protocol):
    """A venue in another process or another company: what happens there comes by a stream."""

    def listen(self, tell: Callable[[BrokerEvent], None], opened: Callable[[], None], stop: Callable[[], bool]) -> None:
        """Tell what happens until `stop()` is true; `opened` when the stream is open, before its first event.

        Raises an OperatingError when the stream breaks: what was told meanwhile may be missed, and is looked up.
        """
