"""Angel One as a venue: orders sent, taken out, looked up; reports; the order stream. Asked by runtime's dispatch,
reconciliation and venue stream, each in a thread of its own.

An order leaves at most once (calls.py sees to it), under our id as its tag; the broker enforces nothing about tags, so
what has no clear answer is looked up and never repeated. Outside the session nothing is sent: the broker would keep it
for the next morning without a word. A refusal for a reason that is in no list stops entries until the next day or until
a person has looked and starts anew: it may mean that the address is not registered, or that the client is blocked.
docs/BROKERS.md, "Orders".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import structlog

from engine.adapters.brokers.angelone.access.calls import Refused, UnlistedRefusal
from engine.adapters.brokers.angelone.access.replies import Meaning, Reply
from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.access.sdk import not_barred
from engine.adapters.brokers.angelone.access.tokens import Tokens
from engine.adapters.brokers.angelone.orders.order_books import Books, Scope
from engine.adapters.brokers.angelone.orders.order_rows import OrderRow, day_of
from engine.adapters.brokers.angelone.orders.order_stream import HasTokens, OrderStream
from engine.adapters.brokers.angelone.orders.order_words import DayOrder, Product, Variety, cancel_body, day_order
from engine.adapters.brokers.angelone.orders.row_values import day_in_india
from engine.adapters.brokers.angelone.prices.instruments import Listed
from engine.adapters.brokers.bookkeeping.booked_venue import BookedVenue
from engine.adapters.brokers.bookkeeping.known_orders import KnownOrders
from engine.adapters.brokers.bookkeeping.looking_stream import Line
from engine.adapters.brokers.bookkeeping.order_news import OrderNews
from engine.adapters.brokers.bookkeeping.stopped_entries import StoppedEntries
from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.errors import BackPressure, CannotBeAsked, InvalidValue, OperatingError, OutcomeUnknown
from engine.domain.events import BrokerEvent, OrderAccepted, OrderRejected
from engine.domain.instant import SECOND, Instant, instant_of
from engine.domain.order import Purpose
from engine.market_data.calendar import Calendar
from engine.ports import Clock, Sighting

# Before the close: an order under way when it comes would be kept for the next morning. A name that is looked up twice
# (5 s by the machine's resolver), TCP and TLS (3 s each) all come after the last look at the clock.
LAST_SENT_US = 12 * SECOND
WRONG_DRAWER = "AB1008"
_DRAWERS = frozenset(variety.value for variety in Variety)
_log = structlog.get_logger()


class Asks(Protocol):
    """Calls of calls.py."""

    def read(self, route: Route, body: Mapping[str, object] | None = None, *, path: str = "") -> Any: ...

    def send(
        self,
        route: Route,
        body: Mapping[str, object],
        *,
        exit: bool,  # noqa: A002
        barred: Callable[[], str | None] = ...,
    ) -> Reply: ...


class Lists(Protocol):
    """Instruments of instruments.py."""

    def find(self, symbol: str) -> Listed: ...

    def named(self, exchange: str, trading_symbol: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """How the broker is reached: calls, session, the order socket (opened with tokens), instruments, time."""

    calls: Asks
    session: HasTokens
    open_line: Callable[[Tokens], Line]
    instruments: Lists
    clock: Clock
    calendar: Calendar


class AngelOneBroker(BookedVenue):
    """Implements ports.Broker for one account and one product.

    market_at   the market time of the account, which events bear
    concerns    whether the account has to do with a symbol: of shares held from earlier days, others are left out
    """

    def __init__(
        self,
        reach: Reach,
        market_at: Callable[[], Instant],
        *,
        product: Product = Product.INTRADAY,
        concerns: Callable[[str], bool] = lambda symbol: True,
    ) -> None:
        self._reach, self._market_at, self._product = reach, market_at, product
        self._known = KnownOrders(reach.clock.monotonic)
        scope = Scope(product, reach.instruments.named, concerns)
        self._books = Books(reach.calls, scope, self._known, market_at, self._today)
        news = OrderNews(self._known, market_at, self._books.filled_at)
        stream = OrderStream(reach.session, reach.open_line, self._books, news, reach.clock)
        super().__init__(self._books, stream, StoppedEntries(self._today))

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        """See ports.Venue. What can't be asked for here, or not now, was not sent: BackPressure with the reason."""
        asked, exit_ = self._asked(order), order.purpose is not Purpose.ENTRY
        self._known.leaving(order.order_id, variety=asked.pricing.variety.value)
        try:
            reply = self._send(Route.PLACE, asked.body(), exit_=exit_, barred=self._closed)
        except BackPressure:
            self._known.over(order.order_id)
            raise
        if reply.meaning is Meaning.REFUSED:
            self._known.over(order.order_id)
            return (OrderRejected(order.order_id, f"{reply.message} ({reply.code})", self._market_at()),)
        number, unique = _names(reply)
        self._known.answered(order.order_id, number, unique_id=unique)
        return (OrderAccepted(order.order_id, number, self._market_at()),)

    def cancel(self, order: CancelOrder) -> Sequence[BrokerEvent]:
        """See ports.Venue. The broker only says that it has heard: how the order ends is told later, or looked up."""
        if order.order_id and order.expire:
            self._known.to_expire(order.order_id)
        drawer = self._drawer(order)
        if drawer is None:
            return ()
        number, variety = drawer
        reply = self._send(Route.CANCEL, cancel_body(number, variety), exit_=True)
        if reply.meaning is Meaning.REFUSED and reply.code == WRONG_DRAWER:
            self._known.forget(number, "variety")
            raise OutcomeUnknown(f"the broker has order {number} in another drawer than {variety}")
        return ()  # also where it was refused: it ended before, and how, is looked up

    def find(self, client_order_id: str) -> Sighting | None:
        """See ports.Venue."""
        row = self._row_of(client_order_id)
        return None if row is None else self._books.sighting(row)

    def book_since(self) -> Instant:
        """See ports.Venue: the broker's books are a day's."""
        return self._books.since()

    def _asked(self, order: SubmitOrder) -> DayOrder:
        why = self._closed() or (self.stopped if order.purpose is Purpose.ENTRY else None)
        if why is not None:
            raise BackPressure(why)
        try:
            return day_order(order, self._reach.instruments.find(order.symbol), self._product)
        except InvalidValue as wrong:
            raise CannotBeAsked(wrong.message) from wrong
        except OperatingError as unread:  # the list of instruments: no order was sent
            raise BackPressure(str(unread)) from unread

    def _closed(self) -> str | None:
        """Why nothing is sent at this time, by our own clock. Asked first, and again when a login, the limits and all
        other waiting are over.
        """
        at = instant_of(self._reach.clock.now())
        session = self._reach.calendar.session_at(at)
        if session is None or at >= session.close_at - LAST_SENT_US:
            return "the exchange is closed, and the broker would keep the order for the next morning"
        return None

    def _send(
        self, route: Route, body: Mapping[str, object], *, exit_: bool, barred: Callable[[], str | None] = not_barred
    ) -> Reply:
        try:
            return self._reach.calls.send(route, body, exit=exit_, barred=barred)
        except UnlistedRefusal as refusal:
            self._entries.stop(refusal)
            raise

    def _drawer(self, order: CancelOrder) -> tuple[str, Variety] | None:
        """The number and the drawer of an order that is to be cancelled; None where nothing works there any more."""
        known = self._known.of(order.order_id or self._known.tag_of(order.venue_order_id or "") or "")
        number = order.venue_order_id or (known.order_id if known else "")
        variety = "" if known is None else known.names.get("variety", "")
        if known is not None and known.order_id == number and self._of_today(number) and variety in _DRAWERS:
            return number, Variety(variety)
        rows, _ = self._books.orders()
        row = next((row for row in rows if _is(row, number, order.order_id)), None)
        if row is None or row.state is not VenueState.WORKING:
            return None
        if row.variety not in _DRAWERS:
            raise OutcomeUnknown(f"order {row.order_id} lies in a drawer {row.variety!r} that is not known")
        return row.order_id, Variety(row.variety)

    def _row_of(self, tag: str) -> OrderRow | None:
        """The order of our id, by the broker's unique id where that is known, else out of the whole order book."""
        known = self._known.of(tag)
        unique_id = "" if known is None else known.names.get("unique_id", "")
        if known is not None and unique_id:
            try:
                row = self._books.one(unique_id)
            except Refused as refused:  # "order not found", which the book may know better
                _log.warning("the broker does not find an order by its unique id", order=tag, error=str(refused))
            else:
                if row.tag == tag and row.order_id == known.order_id:
                    return row
        rows, _ = self._books.orders()
        known = self._known.of(tag)
        row_ = next((row for row in rows if row.tag == tag and known and known.order_id == row.order_id), None)
        if row_ is None and known is not None and self._of_today(known.order_id):
            raise OutcomeUnknown(f"the broker took order {known.order_id} and does not list it")
        return row_  # none of an order of an earlier day: this book never says again what became of it

    def _of_today(self, number: str) -> bool:
        """Whether an order that the broker numbered so belongs into today's book."""
        return bool(number) and day_of(number, instant_of(self._reach.clock.now())) >= self._today()

    def _today(self) -> date:
        return day_in_india(instant_of(self._reach.clock.now()))


def _is(row: OrderRow, number: str, tag: str) -> bool:
    return row.order_id == number if number else row.tag == tag


def _names(reply: Reply) -> tuple[str, str]:
    """The number of an order that was taken, and its unique id where there is one. Raises OutcomeUnknown."""
    data = reply.data if isinstance(reply.data, Mapping) else {}
    number = str(data.get("orderid") or "")
    if not number:
        raise OutcomeUnknown("the broker took an order and gave it no number")
    return number, str(data.get("uniqueorderid") or "")
