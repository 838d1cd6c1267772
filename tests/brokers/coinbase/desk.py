"""The exchange desk: orders taken, cancelled, moved on by time, filled by prices. Fed by routes and clock.

Nothing here reads a clock: `advance` carries it to an instant, each step in its own time. What crosses when it opens is
a taker at the other side's best price; what rests is a maker at its own. A market that lacks size fills a part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.brokers.coinbase import orders as words
from tests.brokers.coinbase.account import Account
from tests.brokers.coinbase.market import Market, Quote
from tests.brokers.coinbase.order_words import SHORT_OF_FUNDS, USED_BEFORE, Refusal, Terms, Wish, read_wish, refusal
from tests.brokers.coinbase.orders import ENDED, UP, Fill, Order
from tests.brokers.coinbase.words import text

Told = Callable[[Order], None]


class Desk:
    """`told` hears of every change. `orders` are all there ever were, oldest first, by the broker's id."""

    def __init__(self, market: Market, account: Account, terms: Terms, told: Told) -> None:
        self.market, self.account, self.terms, self._told = market, account, terms, told
        self.orders: dict[str, Order] = {}
        self._working: dict[int, Order] = {}
        self._by_client_id: dict[str, Order] = {}
        self._fills = 0

    def create(self, asked: Mapping[str, Any], at: datetime, hidden_s: float = 0) -> dict[str, Any]:
        """Take an order in. `hidden_s`: for so long no route shows it, though it is there."""
        configuration = asked.get("order_configuration")
        known = self.by_client_id(str(asked["client_order_id"]))
        if known is not None:
            if self.terms.duplicate == "original":
                return _accepted(known)
            return _refused(USED_BEFORE, configuration)
        wish = read_wish(asked, self.market)
        wrong = wish if isinstance(wish, Refusal) else refusal(wish) or self._shortage(wish)
        if isinstance(wish, Refusal) or wrong is not None:
            return _refused(wrong or SHORT_OF_FUNDS, configuration)
        order = self._taken(wish, str(asked["client_order_id"]), at, hidden_s)
        return _accepted(order)

    def preview(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What would be told, without an order."""
        wish = read_wish(asked, self.market)
        wrong = wish if isinstance(wish, Refusal) else refusal(wish) or self._shortage(wish)
        if isinstance(wish, Refusal):
            return {"errs": [wish.preview], "warning": [], "order_total": "0", "commission_total": "0"}
        value, rate = wish.size * wish.price, Decimal(self.terms.taker_rate)
        return {
            "order_total": text(value * (1 + rate) if wish.buys else value * (1 - rate)),
            "commission_total": text(value * rate),
            "errs": [] if wrong is None else [wrong.preview],
            "warning": [],
            "quote_size": text(value),
            "base_size": text(wish.size),
            "best_bid": text(wish.quote.bid),
            "best_ask": text(wish.quote.ask),
            "is_max": False,
            "slippage": "0",
            "preview_id": "",
        }

    def cancel(self, order_ids: Iterable[str], at: datetime) -> list[dict[str, Any]]:
        """Taken in now, in force a step later: what fills before that, filled."""
        return [self._cancel_one(order_id, at) for order_id in order_ids]

    def by_client_id(self, client_order_id: str) -> Order | None:
        """The order of this name, if there ever was one."""
        return self._by_client_id.get(client_order_id)

    def visible(self, at: datetime) -> list[Order]:
        """All orders that the routes show yet, newest first."""
        return [order for order in reversed(self.orders.values()) if order.visible_at <= at]

    def priced(self, quote: Quote, at: datetime) -> None:
        """Somebody traded there: what the price reaches, fills or is triggered."""
        for order in list(self._working.values()):
            if order.product == quote.product:
                self._meet(order, quote, at)

    def advance(self, at: datetime) -> None:
        """Carry the desk to `at`, each order's steps in the order of their times."""
        while True:
            working = self._working.values()
            due = [(order.due_at, 1, order.number, order) for order in working if order.due_at is not None]
            due += [(order.cancel_at, 0, order.number, order) for order in working if order.cancel_at is not None]
            if not due or min(due)[0] > at:
                return
            moment, is_step, _, order = min(due)
            if is_step:
                self._opened(order, moment)
            else:
                self.end(order, words.CANCELLED, "User requested cancel")

    def end(self, order: Order, status: str, message: str = "", reason: str = "") -> None:
        """It is over, and what it held is free again."""
        order.message, order.reject_reason = message, reason
        self._hold(order, Decimal(0))
        self._set(order, status)

    def _taken(self, wish: Wish, client_order_id: str, at: datetime, hidden_s: float) -> Order:
        step = timedelta(seconds=self.terms.step_s)
        configuration: dict[str, Any] = {"base_size": text(wish.size), "limit_price": text(wish.price)}
        if wish.stop is None:
            configuration["post_only"] = wish.post_only
        else:
            configuration |= {"stop_price": text(wish.stop), "stop_direction": wish.direction}
        order = Order(
            number=len(self.orders) + 1, client_order_id=client_order_id, product=wish.quote.product, side=wish.side,
            kind=wish.kind, configuration=configuration, size=wish.size, price=wish.price, stop=wish.stop,
            stop_direction=wish.direction, created_at=at, visible_at=at + timedelta(seconds=hidden_s),
            status=self.terms.first_status, due_at=at + step, fails=self.terms.fails_next,
        )  # fmt: skip
        self.terms.fails_next = ""
        self._hold(order, self._needed(order.buys, order.size, order.price))
        self.orders[order.order_id] = self._working[order.number] = self._by_client_id[client_order_id] = order
        self._told(order)
        return order

    def _needed(self, buys: bool, size: Decimal, price: Decimal) -> Decimal:
        """What an order of that size holds: its value with the taker's commission, or what it sells."""
        return size * price * (1 + Decimal(self.terms.taker_rate)) if buys else size

    def _shortage(self, wish: Wish) -> Refusal | None:
        product = wish.quote.product
        free = self.account.of(product.quote if wish.buys else product.base).available
        return SHORT_OF_FUNDS if self._needed(wish.buys, wish.size, wish.price) > free else None

    def _cancel_one(self, order_id: str, at: datetime) -> dict[str, Any]:
        order, quote = self.orders.get(order_id), None
        if order is None:
            return _cancelled(order_id, "UNKNOWN_CANCEL_ORDER")
        if order.status in ENDED:
            full = order.status == words.FILLED
            return _cancelled(order_id, "ORDER_IS_FULLY_FILLED" if full else "INVALID_CANCEL_REQUEST")
        if order.cancel_at is not None:
            return _cancelled(order_id, "DUPLICATE_CANCEL_REQUEST")
        order.cancel_at = at + timedelta(seconds=self.terms.step_s)
        late, self.terms.fills_before_cancel = self.terms.fills_before_cancel, ""
        if late and order.status == words.OPEN:
            quote = self.market.quotes[order.product.product_id]
            size = order.left if late == "all" else min(Decimal(late), order.left)
            self._fill(order, order.price, size, at, is_maker=not _crosses(order, quote))
        if order.status == words.OPEN and self.terms.cancelling != words.OPEN:
            self._set(order, self.terms.cancelling)
        return _cancelled(order_id, "")

    def _opened(self, order: Order, at: datetime) -> None:
        order.due_at = None
        if order.fails:
            self.end(order, words.FAILED, order.fails)
            return
        self._set(order, words.OPEN)
        quote = self.market.quotes[order.product.product_id]
        if order.stop is None and _crosses(order, quote):
            self._take(order, quote, at)

    def _meet(self, order: Order, quote: Quote, at: datetime) -> None:
        """An order and a price: a stop is triggered, a limit that the price reaches fills."""
        if order.status not in (words.OPEN, words.CANCEL_QUEUED):
            return
        if order.stop is not None and not order.triggered:
            order.triggered = quote.last >= order.stop if order.stop_direction == UP else quote.last <= order.stop
            if order.triggered and _crosses(order, quote):
                self._take(order, quote, at)
        elif quote.last <= order.price if order.buys else quote.last >= order.price:
            self._fill(order, order.price, self._lot(order), at, is_maker=True)

    def _take(self, order: Order, quote: Quote, at: datetime) -> None:
        self._fill(order, quote.ask if order.buys else quote.bid, self._lot(order), at, is_maker=False)

    def _lot(self, order: Order) -> Decimal:
        return min(order.left, Decimal(self.terms.fill_lot)) if self.terms.fill_lot else order.left

    def _fill(self, order: Order, price: Decimal, size: Decimal, at: datetime, *, is_maker: bool) -> None:
        self._fills += 1
        value, product = size * price, order.product
        commission = value * Decimal(self.terms.maker_rate if is_maker else self.terms.taker_rate)
        shown_at = at + timedelta(seconds=self.terms.fills_late_s)
        order.fills = (*order.fills, Fill(self._fills, price, size, commission, at, shown_at, is_maker))
        self._hold(order, self._needed(order.buys, order.left, order.price))
        sign = 1 if order.buys else -1
        self.account.pay(product.base, sign * size)
        self.account.pay(product.quote, -sign * value - commission)
        self._set(order, order.status if order.left else words.FILLED)

    def _hold(self, order: Order, amount: Decimal) -> None:
        self.account.rehold(order.pays_with, order.held, amount)
        order.held = amount

    def _set(self, order: Order, status: str) -> None:
        order.status = status
        if status in ENDED:
            order.due_at = order.cancel_at = None
            self._working.pop(order.number, None)
        self._told(order)


def _crosses(order: Order, quote: Quote) -> bool:
    return order.price >= quote.ask if order.buys else order.price <= quote.bid


def _accepted(order: Order) -> dict[str, Any]:
    said = {
        "order_id": order.order_id,
        "product_id": order.product.product_id,
        "side": order.side,
        "client_order_id": order.client_order_id,
        "attached_order_id": "",
    }
    return {"success": True, "success_response": said, "order_configuration": {order.kind: order.configuration}}


def _refused(wrong: Refusal, configuration: Any) -> dict[str, Any]:
    return {"success": False, "error_response": wrong.row(), "order_configuration": configuration}


def _cancelled(order_id: str, wrong: str) -> dict[str, Any]:
    return {"success": not wrong, "failure_reason": wrong or "UNKNOWN_CANCEL_FAILURE_REASON", "order_id": order_id}
