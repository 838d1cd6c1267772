"""Coinbase's books, pulled and put together: one order with its fills, or a whole report. Asked by broker.py.

The list of orders has no end and no filter for our ids. So three things make one book: the orders made in the last day,
those that are open whenever they were made, and, one by one, those that this process knows to have been at work and
that are in neither. Balances are pulled last: a fill that an order's row does not know yet counts, and fills that trail
their order are pulled again. What does not come together is no report: OutcomeUnknown. Other products' orders are not
the account's: they are named in `beside` and left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from engine.adapters.brokers.bookkeeping.filled_orders import venue_order, with_fills
from engine.adapters.brokers.bookkeeping.known_orders import KnownOrders
from engine.adapters.brokers.bookkeeping.row_values import Row, rows_of, text
from engine.adapters.brokers.coinbase.access.calls import Query, Refused
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.orders.balances import balances, others, positions
from engine.adapters.brokers.coinbase.orders.order_rows import OrderRow, TradeRow, order_row, our_tag, trade_row
from engine.adapters.brokers.coinbase.prices.listed import Listed
from engine.domain.broker import BrokerReport, VenueFill, VenueOrder, VenuePosition
from engine.domain.errors import InvalidValue, OutcomeUnknown, PermanentFailure
from engine.domain.instant import DAY, MINUTE, Instant, iso
from engine.ports import Sighting

WINDOW_US = DAY  # of orders and fills in a report: the books remember which fills they have for at least so long
CLOCKS_US = 10 * MINUTE  # ours and the broker's may be apart by so much; with more, no token of ours is taken
LONG_AGO_US = 90 * DAY  # an order that an earlier run sent is looked for back to here, and among the open ones
PAGE = "250"  # rows; the most that is documented for accounts, and taken for the others
ASKED_MAX = 50  # orders named in one query
ZERO = Decimal(0)
AnyRow = TypeVar("AnyRow", OrderRow, TradeRow)


class Reads(Protocol):
    """What asks the broker: Calls."""

    def read(self, route: Route, query: Query | None = None, *, path: str = "", body: object = None) -> Any: ...

    def read_all(self, route: Route, rows: str, query: Query | None = None) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Paid:
    """What the broker took for the last day's fills of ours: `commission`, on fills worth so much, in currency."""

    worth: Decimal = ZERO
    commission: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Scope:
    """What of the person's books is the account's: its symbols, and what these are at the broker."""

    symbols: Callable[[], Collection[str]]
    find: Callable[[str], Listed]

    def products(self) -> list[Listed]:
        """Those of the account. Raises PermanentFailure for one that Coinbase does not list any more."""
        try:
            return [self.find(symbol) for symbol in self.symbols()]
        except InvalidValue as gone:
            raise PermanentFailure(f"what the account has of it can't be told: {gone.message}") from None

    def names(self) -> dict[str, str]:
        """Our symbols by the names that rows may have them under: a product's, or that of the book it shares."""
        products = self.products()
        own = {product.symbol: product.symbol for product in products}
        return {**{product.alias: product.symbol for product in products if product.alias}, **own}


class Books:
    """`market_at` is the market time that reports bear, `now` the wall's. Safe from several threads."""

    def __init__(
        self,
        calls: Reads,
        scope: Scope,
        known: KnownOrders,
        market_at: Callable[[], Instant],
        now: Callable[[], Instant],
    ) -> None:
        self._calls, self._scope, self._known = calls, scope, known
        self._market_at, self._now = market_at, now
        self.paid = Paid()  # by the last report

    def orders(self) -> tuple[list[OrderRow], Counter[str]]:
        """The account's orders of the last day and all that works, each once, and what else was listed, by name."""
        found, beside = self._since(self._now() - WINDOW_US)
        for known in self._known.working():
            if known.order_id not in found:
                found[known.order_id] = self.one(known.order_id)
        return list(found.values()), beside

    def one(self, order_id: str) -> OrderRow:
        """An order by the broker's id. Raises OutcomeUnknown where it says that it has none: it was there."""
        try:
            told = self._calls.read(Route.ORDER, path=order_id).get("order")
        except Refused as refused:
            raise OutcomeUnknown(f"Coinbase took order {order_id} and does not find it ({refused})") from None
        if not isinstance(told, dict) or text(told, "order_id") != order_id:
            raise OutcomeUnknown(f"Coinbase's answer about order {order_id} is about something else")
        row = _named(order_row(told), self._scope.names())
        self._known.see([row], whole_book=False)
        return row

    def find(self, tag: str) -> OrderRow | None:
        """The order of our id; None where it is in no list that it could be in. An order that may be listed late is
        the caller's to look for again.
        """
        known = self._known.of(tag)
        if known is None or not known.order_id:
            sent_at = None if known is None else known.sent_at
            self._since(self._now() - LONG_AGO_US if sent_at is None else sent_at - CLOCKS_US)
            known = self._known.of(tag)
        return self.one(known.order_id) if known is not None and known.order_id else None

    def knows(self, order_id: str, tag: str | None) -> bool:
        """Whether it is an order of ours whose id at the broker is known."""
        return tag is not None and self._known.tag_of(order_id) == tag

    def any_watched(self) -> bool:
        """Whether an order of ours may trade."""
        return self._known.any_watched()

    def trades_of(self, numbers: Collection[str]) -> list[TradeRow]:
        """The fills of these orders, whenever they were."""
        wanted, rows = sorted(numbers), list[Any]()
        for at in range(0, len(wanted), ASKED_MAX):
            query = {"order_ids": wanted[at : at + ASKED_MAX], "limit": PAGE}
            rows += self._calls.read_all(Route.FILLS, "fills", query)
        names = self._scope.names()
        return [row for row in _each_once(_named(trade_row(row), names) for row in rows) if row.order_id in numbers]

    def trades(self) -> list[TradeRow]:
        """The last day's fills of the account's products and of orders of ours."""
        query = {"start_sequence_timestamp": iso(self._now() - WINDOW_US), "limit": PAGE}
        rows = rows_of(self._calls.read_all(Route.FILLS, "fills", query), "list of fills")
        names = self._scope.names()
        return _each_once(
            _named(trade_row(row), names) for row in rows if self._is_ours(row) or text(row, "product_id") in names
        )

    def sighting(self, row: OrderRow) -> Sighting:
        """An order with all of its fills."""
        fills: Sequence[TradeRow] = ()
        if row.filled:
            ((row, fills),), _ = with_fills([row], lambda: self.trades_of([row.order_id]))
        return self.venue_order(row), tuple(self.venue_fill(fill) for fill in fills)

    def report(self) -> BrokerReport:
        """See ports.Venue."""
        rows, beside = self.orders()
        oldest = self._now() - WINDOW_US + CLOCKS_US  # of older ones some fills are out of the window
        young, old = [row for row in rows if row.at > oldest], [row for row in rows if row.at <= oldest]
        together, _ = with_fills(young, self.trades)
        fills = [fill for _, each in together for fill in each]
        ids = {row.order_id for row in old}
        fills += [fill for fill in self.trades() if fill.order_id in ids] if ids else []
        self.paid = self._paid(fills)
        return BrokerReport(
            tuple(self.venue_order(row) for row in [*(row for row, _ in together), *old]),
            tuple(self.venue_fill(fill) for fill in fills),
            self._positions(beside),
            self._market_at(),
            tuple(f"{name} ({count} rows)" if count > 1 else name for name, count in sorted(beside.items())),
        )

    def venue_order(self, row: OrderRow) -> VenueOrder:
        """In our words."""
        return venue_order(row, row.symbol, row.at, self._known)

    def venue_fill(self, fill: TradeRow) -> VenueFill:
        """In our words."""
        tag = self._known.tag_of(fill.order_id)
        return VenueFill(
            fill.venue_fill_id, fill.order_id, tag, fill.symbol, fill.side, fill.quantity, fill.price, fill.at
        )

    def _since(self, since: Instant) -> tuple[dict[str, OrderRow], Counter[str]]:
        """Orders made since then and all open ones, by the broker's id, and the names of what is not the account's."""
        lists = ({"start_date": iso(since), "limit": PAGE}, {"order_status": ["OPEN"], "limit": PAGE})
        found, beside, names = dict[str, OrderRow](), dict[str, str](), self._scope.names()
        for query in lists:
            for row in rows_of(self._calls.read_all(Route.ORDERS, "orders", query), "list of orders"):
                ours = our_tag(row) is not None
                try:
                    if not ours and text(row, "product_id") not in names:
                        raise OutcomeUnknown("somebody else's, of another product")
                    read = _named(order_row(row), names)
                except OutcomeUnknown:
                    if ours:
                        raise
                    beside[text(row, "order_id")] = f"{text(row, 'product_id')} order"
                    continue
                before = found.get(read.order_id)
                if before is None or before.progress <= read.progress:
                    found[read.order_id] = read
        self._known.see(found.values(), whole_book=True)
        return found, Counter(beside.values())

    def _paid(self, fills: Iterable[TradeRow]) -> Paid:
        ours = [fill for fill in fills if self._known.tag_of(fill.order_id) is not None]
        worth = sum((fill.price * fill.quantity for fill in ours), ZERO)
        return Paid(worth, sum((fill.commission for fill in ours), ZERO))

    def _is_ours(self, row: Row) -> bool:
        return self._known.tag_of(text(row, "order_id")) is not None

    def _positions(self, beside: Counter[str]) -> tuple[VenuePosition, ...]:
        held = balances(self._calls.read_all(Route.ACCOUNTS, "accounts", {"limit": PAGE}))
        products = self._scope.products()
        beside.update(others(held, products))
        return positions(held, products)


def _named(row: AnyRow, names: Mapping[str, str]) -> AnyRow:
    """Under our symbol."""
    symbol = names.get(row.symbol, row.symbol)
    return row if symbol == row.symbol else replace(row, symbol=symbol)


def _each_once(rows: Iterable[TradeRow]) -> list[TradeRow]:
    """Raises OutcomeUnknown for one that is listed in two ways."""
    found: dict[str, TradeRow] = {}
    for row in rows:
        if found.setdefault(row.fill_id, row) != row:
            raise OutcomeUnknown(f"Coinbase lists fill {row.fill_id} of order {row.order_id} in two ways")
    return list(found.values())
