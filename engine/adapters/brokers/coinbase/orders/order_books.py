"""Coinbase's books, pulled and put together: one order with its fills, or a whole report. Asked by broker.py.

The list of orders has no end and no filter for our ids. So three things make one book: the orders made in the last day,
those that are open whenever they were made, and, one by one, those that this process knows to have been at work and
that are in neither. Balances are pulled last: a fill that an order's row does not know yet counts, and fills that trail
their order are pulled again. What does not come together is no report: OutcomeUnknown. Other products' orders are not
the account's: they are named in `beside` and left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from engine.adapters.brokers.bookkeeping.filled_orders import venue_order, with_fills
from engine.adapters.brokers.bookkeeping.known_orders import KnownOrders
from engine.adapters.brokers.bookkeeping.row_values import Row, rows_of, text
from engine.adapters.brokers.coinbase.access.calls import Query, Refused
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.orders.balances import balances, others, positions
from engine.adapters.brokers.coinbase.orders.order_rows import OrderRow, TradeRow, order_row, our_tag, trade_row
from engine.adapters.brokers.coinbase.orders.scope import Scope, named
from engine.domain.broker import BrokerReport, VenueFill, VenueOrder, VenuePosition
from engine.domain.errors import OutcomeUnknown
from engine.domain.instant import DAY, MINUTE, Instant, iso
from engine.ports import Sighting

WINDOW_US = DAY  # of orders and fills in a report: the books remember which fills they have for at least so long
CLOCKS_US = 10 * MINUTE  # ours and the broker's may be apart by so much; with more, no token of ours is taken
LONG_AGO_US = 90 * DAY  # an order that an earlier run sent is looked for back to here, and among the open ones
PAGE = "250"  # rows; the most that is documented for accounts, and taken for the others
ASKED_MAX = 50  # orders named in one query
ZERO = Decimal(0)


class Reads(Protocol):
    """What asks the broker: Calls."""

    def read(self, route: Route, query: Query | None = None, *, path: str = "", body: object = None) -> Any: ...

    def read_all(self, route: Route, rows: str, query: Query | None = None) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Paid:
    """What the broker took for the last day's fills of ours: `commission`, on fills worth so much, in currency."""

    worth: Decimal = ZERO
    commission: Decimal = ZERO


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
            row = named(order_row(self._listed(order_id)), self._scope.names())
        except Refused as refused:
            raise OutcomeUnknown(f"Coinbase took order {order_id} and does not find it ({refused})") from None
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
        return [row for row in _each_once(named(trade_row(row), names) for row in rows) if row.order_id in numbers]

    def trades(self) -> list[TradeRow]:
        """The last day's fills of the account's products and of orders of ours."""
        query = {"start_sequence_timestamp": iso(self._now() - WINDOW_US), "limit": PAGE}
        rows = rows_of(self._calls.read_all(Route.FILLS, "fills", query), "list of fills")
        names = self._scope.names()
        return _each_once(
            named(trade_row(row), names) for row in rows if self._is_ours(row) or text(row, "product_id") in names
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
        # Somebody else's need not come to the digit: one for so many dollars has its fills in dollars.
        whole = {row.order_id: row for row in rows if row.at > oldest and row.tag is not None}
        rest = [row for row in rows if row.order_id not in whole]
        together, pulled = with_fills(whole.values(), self.trades)
        rest += self._filled_since(pulled.keys() - {row.order_id for row in rows}, beside)
        fills = [fill for _, each in together for fill in each]
        fills += [fill for row in rest for fill in pulled.get(row.order_id, ())]
        self.paid = self._paid(fills)
        return BrokerReport(
            tuple(self.venue_order(row) for row in [*(row for row, _ in together), *rest]),
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
                    read = named(order_row(row), names)
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

    def _listed(self, order_id: str) -> Row:
        """An order as Coinbase has it. Raises Refused where it says that it has none, OutcomeUnknown."""
        told = self._calls.read(Route.ORDER, path=order_id).get("order")
        if not isinstance(told, dict) or text(told, "order_id") != order_id:
            raise OutcomeUnknown(f"Coinbase's answer about order {order_id} is about something else")
        return told

    def _filled_since(self, numbers: Collection[str], beside: Counter[str]) -> list[OrderRow]:
        """Orders with fills of the last day that are in no list: made before it, they ended while nobody looked."""
        found, names = list[OrderRow](), self._scope.names()
        for number in sorted(numbers):
            try:
                told = self._listed(number)
            except Refused:
                continue  # whose it was can't be told; the balance has what it did
            try:
                found.append(named(order_row(told), names))
            except OutcomeUnknown:
                if our_tag(told) is not None:
                    raise
                beside.setdefault(f"{text(told, 'product_id')} order", 1)
        self._known.see(found, whole_book=True)
        return found

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


def _each_once(rows: Iterable[TradeRow]) -> list[TradeRow]:
    """Raises OutcomeUnknown for one that is listed in two ways."""
    found: dict[str, TradeRow] = {}
    for row in rows:
        if found.setdefault(row.fill_id, row) != row:
            raise OutcomeUnknown(f"Coinbase lists fill {row.fill_id} of order {row.order_id} in two ways")
    return list(found.values())
