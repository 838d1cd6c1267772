"""Coinbase as a venue: orders sent, taken out, looked up; reports; the user socket. Asked by runtime's dispatch,
reconciliation and venue stream, each in a thread of its own.

An order leaves at most once (calls.py sees to it), under our id. Coinbase makes no second order under an id that it
knows, but how long it knows one is not published: so what has no clear answer is looked up and never repeated
(docs/decisions/0032). A refusal for a reason that is in no list stops entries until the next day (UTC), another key, or
a start anew: it may mean that the key may not trade.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.adapters.brokers.bookkeeping.booked_venue import BookedVenue
from engine.adapters.brokers.bookkeeping.known_orders import KnownOrders
from engine.adapters.brokers.bookkeeping.looking_stream import Line
from engine.adapters.brokers.bookkeeping.order_news import OrderNews
from engine.adapters.brokers.bookkeeping.rows import OrderSeen
from engine.adapters.brokers.bookkeeping.stopped_entries import StoppedEntries
from engine.adapters.brokers.coinbase.access.calls import Refused, TurnedAway, UnlistedRefusal
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.orders.order_answers import Outcome, Placed, check_cancelled, read_placed
from engine.adapters.brokers.coinbase.orders.order_books import Books, Paid, Reads
from engine.adapters.brokers.coinbase.orders.order_rows import TradeRow
from engine.adapters.brokers.coinbase.orders.order_stream import OrderStream
from engine.adapters.brokers.coinbase.orders.order_words import SpotOrder, cancel_body, spot_order
from engine.adapters.brokers.coinbase.orders.scope import Scope
from engine.adapters.brokers.coinbase.prices.listed import Listed
from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.errors import (
    BackPressure,
    CannotBeAsked,
    InvalidValue,
    OperatingError,
    OutcomeUnknown,
    PermanentFailure,
)
from engine.domain.events import BrokerEvent, OrderAccepted, OrderRejected
from engine.domain.instant import DAY, Instant, instant_of
from engine.domain.order import Purpose
from engine.ports import Clock, Sighting


class Asks(Reads, Protocol):
    """Calls of calls.py."""

    def send(self, route: Route, body: Mapping[str, object], *, exit: bool) -> Any: ...  # noqa: A002

    def socket_token(self) -> str: ...


class Lists(Protocol):
    """Products of products.py."""

    def find(self, symbol: str) -> Listed: ...


@dataclass(frozen=True, slots=True)
class Reach:
    """How the broker is reached: calls, the user socket, products, time."""

    calls: Asks
    open_line: Callable[[], Line]
    products: Lists
    clock: Clock


class CoinbaseBroker(BookedVenue):
    """Implements ports.Broker for one account.

    market_at   the market time of the account, which events bear
    symbols     what the account has to do with; orders and coins of others are named and left out
    """

    def __init__(
        self, reach: Reach, market_at: Callable[[], Instant], *, symbols: Callable[[], Collection[str]]
    ) -> None:
        self._reach, self._market_at = reach, market_at
        self._known = KnownOrders(reach.clock.monotonic)
        scope = Scope(symbols, reach.products.find)
        self._books = Books(reach.calls, scope, self._known, market_at, self._now)
        news = OrderNews[OrderSeen, TradeRow](self._known, market_at, lambda row, trade: trade.at)
        stream = OrderStream(reach.calls.socket_token, reach.open_line, self._books, news, reach.clock)
        super().__init__(self._books, stream, StoppedEntries(self._today))

    @property
    def paid(self) -> Paid:
        """What the broker took for the last day's fills, by the last report: the books charge by a schedule."""
        return self._books.paid

    def resume(self) -> None:
        """A person acted, gave another key: entries may be tried again."""
        self._entries.resume()

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        """See ports.Venue. What can't be asked for here, or not now, was not sent: BackPressure with the reason."""
        asked = self._asked(order)
        self._known.leaving(order.order_id, self._now())
        try:
            outcome = self._place(asked, exit_=order.purpose is not Purpose.ENTRY)
        except BackPressure as away:
            number = self._stands(order.order_id) if isinstance(away, TurnedAway) else None
            if number is None:
                self._known.over(order.order_id)
                raise
            outcome = Placed(number)
        except Refused as refused:
            self._known.over(order.order_id)
            return (OrderRejected(order.order_id, str(refused), self._market_at()),)
        if isinstance(outcome, Placed):
            self._known.answered(order.order_id, outcome.order_id)
            return (OrderAccepted(order.order_id, outcome.order_id, self._market_at()),)
        self._known.over(order.order_id)
        crossed = outcome.would_cross and asked.post_only
        return (OrderRejected(order.order_id, outcome.reason, self._market_at(), crossed),)

    def cancel(self, order: CancelOrder) -> Sequence[BrokerEvent]:
        """See ports.Venue. The broker only says that it has heard: how the order ends is told later, or looked up."""
        if order.order_id and order.expire:
            self._known.to_expire(order.order_id)
        number = order.venue_order_id or self._working(order.order_id)
        if number is not None:
            check_cancelled(self._reach.calls.send(Route.CANCEL, cancel_body(number), exit=True), number)
        return ()

    def find(self, client_order_id: str) -> Sighting | None:
        """See ports.Venue."""
        row = self._books.find(client_order_id)
        return None if row is None else self._books.sighting(row)

    def _asked(self, order: SubmitOrder) -> SpotOrder:
        """The order as it can be asked for. What leaves a position is asked for whatever was listed last: whether its
        product trades is the broker's to say.
        """
        entry = order.purpose is Purpose.ENTRY
        try:
            listed = self._reach.products.find(order.symbol)
            why = (self.stopped or (listed.closed and f"{order.symbol}: {listed.closed}")) if entry else None
            if why:
                raise BackPressure(why)
            return spot_order(order, listed)
        except InvalidValue as wrong:
            raise CannotBeAsked(wrong.message) from wrong
        except (OutcomeUnknown, PermanentFailure) as unread:  # of the product: no order was sent
            raise BackPressure(f"{order.symbol} is not known yet: {unread}") from unread

    def _place(self, asked: SpotOrder, *, exit_: bool) -> Outcome:
        try:
            return read_placed(self._reach.calls.send(Route.PLACE, asked.body(), exit=exit_), asked)
        except UnlistedRefusal as refusal:
            self._entries.stop(refusal)
            raise

    def _stands(self, tag: str) -> str | None:
        """The broker's id of an order that was turned away and is there all the same: what carries requests may have
        repeated one that got in. Where nobody can be asked either, the broker's word counts.
        """
        try:
            row = self._books.find(tag)
        except OperatingError:
            return None
        return None if row is None else row.order_id

    def _working(self, tag: str) -> str | None:
        """The broker's id of an order that is to be cancelled; None where nothing works there under our id."""
        known = self._known.of(tag)
        if known is not None and known.order_id:
            return known.order_id
        row = self._books.find(tag)
        return None if row is None or row.state is not VenueState.WORKING else row.order_id

    def _now(self) -> Instant:
        return instant_of(self._reach.clock.now())

    def _today(self) -> int:
        return self._now() // DAY
