"""Angel One's books, pulled and put together: one order with its fills, or a whole report. Asked by broker.py.

Three books that are pulled one after the other tell of three moments. So a report is taken in this order: orders,
fills, what is held; a fill that the order's row does not know yet counts, and fills that trail their order are pulled
again. What does not come together is no report: OutcomeUnknown. Rows of other segments and products (derivatives, BSE,
shares for delivery beside an intraday account) are not the account's: they are named in `beside` and left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.orders.held_rows import HeldRow, holding_row, position_row, together
from engine.adapters.brokers.angelone.orders.order_rows import (
    OrderRow,
    Place,
    TradeRow,
    day_of,
    order_row,
    our_tag,
    trade_row,
)
from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.adapters.brokers.angelone.orders.row_values import beginning_of
from engine.adapters.brokers.bookkeeping.filled_orders import venue_order, with_fills
from engine.adapters.brokers.bookkeeping.known_orders import KnownOrders
from engine.adapters.brokers.bookkeeping.row_values import rows_of, text
from engine.domain.broker import BrokerReport, VenueFill, VenueOrder, VenuePosition
from engine.domain.errors import OutcomeUnknown
from engine.domain.instant import Instant
from engine.ports import Sighting

_SERIES = ("-EQ", "-BE")


class Reads(Protocol):
    """What asks the broker: Calls."""

    def read(self, route: Route, body: None = None, *, path: str = "") -> Any:
        """`data` of a good reply; raises an OperatingError for any other."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the client's books is the account's.

    named       our symbol for the broker's exchange and trading symbol, None for what is not traded here
    concerns    whether the account has to do with a symbol; asked for shares held from earlier days alone
    """

    product: Product
    named: Callable[[str, str], str | None]
    concerns: Callable[[str], bool] = lambda symbol: True

    def symbol(self, place: Place) -> str | None:
        """Ours; None for what is beside the account. Raises OutcomeUnknown for a share that is in no list."""
        return self.any_symbol(place) if place.product.upper() == self.product.value else None

    def any_symbol(self, place: Place) -> str | None:
        """The same, whatever the product."""
        found = self.named(place.exchange, place.trading_symbol)
        if found is None and _is_share(place):
            raise OutcomeUnknown(f"the broker speaks of {place.trading_symbol}, which is in no list of instruments")
        return found

    def held_symbol(self, place: Place) -> str | None:
        """Ours of a share held from earlier days; None where the account has nothing to do with it. Shares that were
        suspended or left the exchange stay among holdings for years, in no list: they make no report impossible.

        Raises OutcomeUnknown for one in no list that is called as a symbol of the account is.
        """
        found = self.named(place.exchange, place.trading_symbol)
        if found is None and _is_share(place) and self.concerns(place.trading_symbol.rpartition("-")[0]):
            return self.any_symbol(place)
        return found if found is not None and self.concerns(found) else None


class Books:
    """`market_at` is the market time that reports bear, `today` the day in India. Safe from several threads."""

    def __init__(
        self,
        calls: Reads,
        scope: Scope,
        known: KnownOrders,
        market_at: Callable[[], Instant],
        today: Callable[[], date],
    ) -> None:
        self._calls, self._scope, self._known, self._market_at = calls, scope, known, market_at
        self._today = today
        self._listed: frozenset[str] = frozenset()  # numbers of today's orders that were in the book once

    def orders(self) -> tuple[list[OrderRow], Counter[str]]:
        """The day's orders of the account, each once, and what else was listed, by its name.

        Raises OutcomeUnknown for a book that lacks an order of today which it had: none ever leaves it.
        """
        today = f"{self._today():%y%m%d}"  # their numbers begin with it
        before = {number for number in self._listed if number.startswith(today)}  # not what others learn meanwhile
        rows, beside = list[OrderRow](), Counter[str]()
        for row in rows_of(self._calls.read(Route.ORDER_BOOK), "order book"):
            place = Place.of(row)
            if our_tag(row) is None and self._scope.symbol(place) is None:
                beside[_named(place)] += 1
            else:
                rows.append(order_row(row))
        newest = {row.order_id: row for row in sorted(rows, key=lambda row: row.progress)}
        lacking = before - newest.keys()
        if lacking:
            raise OutcomeUnknown(f"the broker's order book lacks order {min(lacking)}, which it listed before")
        self._listed = frozenset(number for number in (*self._listed, *newest) if number.startswith(today))
        self._known.see(newest.values(), whole_book=True)
        return list(newest.values()), beside

    def since(self) -> Instant:
        """When the books of the day began: what was ordered before is in none of them. Asked after they were pulled, as
        they may be the old day's still, and then say more than is believed of them.
        """
        return beginning_of(self._today())

    def one(self, unique_id: str) -> OrderRow:
        """An order by the broker's unique id: ten times as often as the whole book."""
        data = self._calls.read(Route.ORDER_DETAILS, path=unique_id)
        row = data[0] if isinstance(data, list) and len(data) == 1 else data
        if not isinstance(row, dict):
            raise OutcomeUnknown("the broker's details of an order are no row")
        read = order_row(row)
        self._known.see([read], whole_book=False)
        return read

    def knows(self, row: OrderRow) -> bool:
        """Whether a row of the stream is of an order of ours whose number is known."""
        return self._known.tag_of(row.order_id) is not None and self._known.ours(row.order_id, row.tag) is not None

    def any_watched(self) -> bool:
        """Whether an order of ours may trade."""
        return self._known.any_watched()

    def trades_of(self, numbers: Collection[str]) -> list[TradeRow]:
        """The day's fills, of these orders and of all others: there is no way to ask for some."""
        return self.trades()

    def trades(self) -> list[TradeRow]:
        """The day's fills, of any order. Raises OutcomeUnknown for one that is listed in two ways."""
        found: dict[tuple[str, str], TradeRow] = {}
        for row in rows_of(self._calls.read(Route.TRADE_BOOK), "trade book"):
            if self._scope.symbol(Place.of(row)) is None and self._known.tag_of(text(row, "orderid")) is None:
                continue
            read = trade_row(row)
            if found.setdefault(read.key, read) != read:
                raise OutcomeUnknown(f"the broker lists fill {read.fill_id} of order {read.order_id} in two ways")
        return list(found.values())

    def sighting(self, row: OrderRow) -> Sighting:
        """An order with all of its fills."""
        fills: Sequence[TradeRow] = ()
        if row.filled:
            row, fills = self._filled([row])[0]
        return self.venue_order(row), tuple(self.venue_fill(row, fill) for fill in fills)

    def report(self) -> BrokerReport:
        """See ports.Venue."""
        orders, beside = self.orders()
        together_ = self._filled(orders, whole=True)
        positions = self._positions(beside)
        return BrokerReport(
            tuple(self.venue_order(row) for row, _ in together_),
            tuple(self.venue_fill(row, fill) for row, fills in together_ for fill in fills),
            positions,
            self._market_at(),
            tuple(f"{name} ({count} rows)" if count > 1 else name for name, count in sorted(beside.items())),
            self.since(),
            self._scope.product is Product.DELIVERY,
        )

    def venue_order(self, row: OrderRow) -> VenueOrder:
        """In our words."""
        return venue_order(row, self._symbol(row), self._market_at() if row.at is None else row.at, self._known)

    def venue_fill(self, row: OrderRow, fill: TradeRow) -> VenueFill:
        """In our words; its date is its order's."""
        tag = self._known.ours(row.order_id, row.tag)
        return VenueFill(
            fill.venue_fill_id, row.order_id, tag, self._symbol(row), fill.side, fill.quantity, fill.price,
            self.filled_at(row, fill),
        )  # fmt: skip

    def filled_at(self, row: OrderRow, fill: TradeRow) -> Instant:
        """When a fill of this order was."""
        return fill.at(day_of(row.order_id, self._market_at() if row.at is None else row.at))

    def _symbol(self, row: OrderRow) -> str:
        symbol = self._scope.any_symbol(row.place)
        if symbol is None:
            raise OutcomeUnknown(f"an order of ours is of {_named(row.place)}, which is not traded here")
        return symbol

    def _filled(self, orders: Collection[OrderRow], *, whole: bool = False) -> list[tuple[OrderRow, list[TradeRow]]]:
        """Orders with their fills, complete. `whole`: they are the day's, so each fill has its order among them."""
        together_, fills = with_fills(orders, self.trades)
        if whole and (lost := fills.keys() - {row.order_id for row in orders}):
            raise OutcomeUnknown(f"the broker's order book lacks order {min(lost)}, which has fills")
        return together_

    def _positions(self, beside: Counter[str]) -> tuple[VenuePosition, ...]:
        parts: dict[str, list[HeldRow]] = defaultdict(list)
        for row in rows_of(self._calls.read(Route.POSITION), "list of positions"):
            symbol = self._scope.symbol(Place.of(row))
            held = position_row(row)
            if symbol is not None:
                parts[symbol].append(held)
            elif held.quantity:
                beside[f"{_named(held.place)}, {held.quantity:f} held"] += 1
        if self._scope.product is Product.DELIVERY:
            for row in rows_of(self._calls.read(Route.HOLDINGS), "list of holdings"):
                symbol = self._scope.held_symbol(Place.of(row))
                if symbol is not None:
                    parts[symbol].append(holding_row(row))
        found = (together(symbol, parts[symbol]) for symbol in sorted(parts))
        return tuple(position for position in found if position is not None)


def _is_share(place: Place) -> bool:
    return place.exchange == "NSE" and place.trading_symbol.endswith(_SERIES)


def _named(place: Place) -> str:
    return f"{place.exchange} {place.trading_symbol} {place.product}".strip()
