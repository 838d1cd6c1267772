"""The exchange desk: orders placed, changed, cancelled, moved on by time, filled by prices. Fed by routes and clock.

Nothing here reads a clock: `advance` carries it to an instant, each step in its own time, so a jump over the close or
over midnight does what those would have done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from tests.brokers.angelone import orders as words
from tests.brokers.angelone.account import LEVERAGE, Account
from tests.brokers.angelone.day import happenings
from tests.brokers.angelone.envelopes import good, refused
from tests.brokers.angelone.hours import matches, next_open, takes_orders
from tests.brokers.angelone.market import Market, Quote
from tests.brokers.angelone.order_words import AT_MARKET, PROTECTION_PCT, STOPS, Terms, paise_of, refusal, rejection
from tests.brokers.angelone.orders import ENDED, Fill, Order
from tests.brokers.loopback.answers import Answer

Told = Callable[[Order], None]


class Desk:
    """`told` hears of every change that the order stream knows. `orders` are the day's, by number."""

    def __init__(self, market: Market, account: Account, terms: Terms, at: datetime, told: Told) -> None:
        self.market, self.account, self.terms, self._told = market, account, terms, told
        self.orders: dict[str, Order] = {}
        self._at, self._numbered, self._fills = at, 0, 0
        self._changes: dict[str, Mapping[str, str]] = {}  # modifications that wait for their step
        self._cancels: dict[str, datetime] = {}

    def place(self, asked: Mapping[str, str], at: datetime, hidden_s: float = 0) -> Answer:
        """Take an order in; its tag may have been used before. `hidden_s`: for so long the book does not show it."""
        refusing = refusal(asked, self.market)
        if refusing is not None:
            return refusing
        quote = self.market.quotes[asked["exchange"], asked["symboltoken"]]
        self._numbered += 1
        now_open = takes_orders(at)
        order = Order(
            number=f"{at:%y%m%d}{self._numbered:09d}",
            listing=quote.listing,
            asked={name: str(value) for name, value in asked.items()},
            price=paise_of(asked.get("price")) or 0,
            trigger=paise_of(asked.get("triggerprice")) or 0,
            quantity=int(asked["quantity"]),
            status=words.RECEIVED if now_open else words.AMO,
            placed_at=at,
            updated_at=at,
            due_at=at + self._step if now_open else next_open(at),
            visible_at=at + timedelta(seconds=hidden_s),
        )
        if not now_open:
            order.asked["variety"] = "AMO"
            self._told(order)
        self.orders[order.number] = order
        placed = {"script": order.listing.symbol, "orderid": order.number, "uniqueorderid": order.unique}
        return good(placed)

    def modify(self, asked: Mapping[str, str], at: datetime) -> Answer:
        """New price, trigger and quantity; taken in now, in force a step later."""
        order = self.orders.get(str(asked.get("orderid", "")))
        if order is None or order.status in ENDED:
            return refused("AB1013")
        if order.asked["variety"] != asked.get("variety"):
            return refused("AB1008")
        self._changes[order.number] = asked
        waiting = order.status in {words.AMO, words.AMO_MODIFIED}
        self._set(order, words.AMO_MODIFIED if waiting else words.MODIFY_PENDING, at)
        if waiting:
            self._change(order)
        else:
            order.due_at = at + self._step
        return good({"orderid": order.number, "uniqueorderid": order.unique})

    def cancel(self, asked: Mapping[str, str], at: datetime) -> Answer:
        """Taken in now, in force a step later: what fills before that, filled."""
        order = self.orders.get(str(asked.get("orderid", "")))
        if order is None or order.status in ENDED:
            return refused("AB1013")
        if order.asked["variety"] != asked.get("variety"):
            return refused("AB1008")
        if self.terms.fills_before_cancel and order.status == words.OPEN:
            self.terms.fills_before_cancel = False
            self._fill(order, order.price, order.left, at)
        elif order.status in {words.AMO, words.AMO_MODIFIED}:
            self._set(order, words.AMO_CANCELLED, at)
        else:
            self._cancels[order.number] = at + self._step
        return good({"orderid": order.number, "uniqueorderid": order.unique})

    def by_unique(self, unique: str, at: datetime) -> Order | None:
        """The order `details` asks for."""
        return next((order for order in self.visible(at) if order.unique == unique), None)

    def visible(self, at: datetime) -> list[Order]:
        """The day's orders, as far as the book shows them yet."""
        return [order for order in self.orders.values() if order.visible_at <= at]

    def blocked(self, but: Order | None = None) -> int:
        """Funds that working orders hold."""
        working = (order for order in self.orders.values() if order.status not in ENDED and order is not but)
        return sum(order.margin * order.left // order.quantity for order in working)

    def priced(self, quote: Quote, at: datetime) -> None:
        """Somebody traded there: what the price reaches, fills or is triggered."""
        for order in list(self.orders.values()):
            if order.listing == quote.listing:
                self._meet(order, quote, at)

    def advance(self, at: datetime) -> None:
        """Carry the desk to `at`, each order's steps and the day's happenings in the order of their times."""
        while True:
            due = [(order.due_at, 1, order.number) for order in self.orders.values() if order.due_at]
            due += [(moment, 0, number) for number, moment in self._cancels.items()]
            happening = next(happenings(self._at, at), None)
            if due and min(due)[0] <= min(at, happening[0] if happening else at):
                moment, step, number = min(due)
                (self._step_on if step else self._end_cancel)(self.orders[number], moment)
            elif happening:
                self._at = happening[0]
                happening[1](self, happening[0])
            else:
                self._at = at
                return

    def fill_at_close(self, at: datetime) -> None:
        """The closing auction: what rests at the closing price or better fills there."""
        for order in list(self.orders.values()):
            quote = self.market.quotes[order.listing.exchange, order.listing.token]
            if order.listing.auction and order.status == words.OPEN and _reaches(order, quote.last):
                self._fill(order, quote.last, order.left, at)

    def end_orders(self, at: datetime) -> None:
        """Orders are good for the day only."""
        for order in list(self.orders.values()):
            if order.status not in ENDED and order.status not in {words.AMO, words.AMO_MODIFIED}:
                order.text = "Order cancelled at the end of the day"
                self._set(order, words.CANCELLED, at)

    def square_off(self, at: datetime) -> None:
        """The broker closes INTRADAY at the last price, by orders of its own without a tag."""
        if not self.terms.square_off:
            return
        for held in [held for held in self.account.held.values() if held.product == "INTRADAY" and held.net]:
            quote = self.market.quotes[held.listing.exchange, held.listing.token]
            self._numbered += 1
            asked = {
                "variety": "NORMAL", "ordertype": "LIMIT", "producttype": "INTRADAY", "duration": "DAY",
                "transactiontype": "SELL" if held.net > 0 else "BUY",
            }  # fmt: skip
            number = f"{at:%y%m%d}{self._numbered:09d}"
            placed = (quote.last, 0, abs(held.net), words.OPEN, at, at, None, at, (), "Auto square off")
            self.orders[number] = order = Order(number, held.listing, asked, *placed)
            self._fill(order, quote.last, order.left, at)

    def begin_day(self, at: datetime) -> None:
        """Midnight: books are empty but for what waits for the open, money is settled, volumes start again."""
        waiting = {words.AMO, words.AMO_MODIFIED}
        self.orders = {number: order for number, order in self.orders.items() if order.status in waiting}
        self._changes.clear()
        self._cancels.clear()
        self.account.end_day()
        self.market.begin_day()

    @property
    def _step(self) -> timedelta:
        return timedelta(seconds=self.terms.step_s)

    def _step_on(self, order: Order, at: datetime) -> None:
        order.due_at = None
        after = {words.RECEIVED: words.VALIDATING, words.AMO: words.VALIDATING, words.AMO_MODIFIED: words.VALIDATING}
        quote = self.market.quotes[order.listing.exchange, order.listing.token]
        if order.status in after:
            order.due_at = at + self._step
            self._set(order, after[order.status], at)
        elif order.status == words.VALIDATING:
            self._validate(order, quote, at)
        elif order.status == words.MODIFY_PENDING:
            self._change(order)
            order.due_at = at + self._step
            self._set(order, words.MODIFIED, at)
        elif order.asked["ordertype"] in STOPS and not order.triggered:
            self._set(order, words.TRIGGER_PENDING, at)
        else:
            self._set(order, words.OPEN, at)
        self._meet(order, quote, at)

    def _validate(self, order: Order, quote: Quote, at: datetime) -> None:
        if order.asked["ordertype"] in AT_MARKET and self.terms.market_orders == "convert":
            reach = int(quote.last * PROTECTION_PCT / 100) // order.listing.tick * order.listing.tick
            order.price = quote.last + (reach if order.buys else -reach)
            order.asked["ordertype"] = "STOPLOSS_LIMIT" if order.asked["ordertype"] in STOPS else "LIMIT"
        order.text = rejection(order, quote, self.account, self.blocked(order), self.terms, at)
        if order.text:
            self._set(order, words.REJECTED, at)
        else:
            order.due_at = at + self._step
            self._set(order, words.OPEN_PENDING, at)

    def _change(self, order: Order) -> None:
        asked = self._changes.pop(order.number)
        order.price = paise_of(asked.get("price")) or order.price
        order.trigger = paise_of(asked.get("triggerprice")) or order.trigger
        order.quantity = max(int(asked.get("quantity", order.quantity)), order.filled + 1)
        order.margin = order.quantity * order.price // LEVERAGE[order.asked["producttype"]] if order.margin else 0

    def _end_cancel(self, order: Order, at: datetime) -> None:
        del self._cancels[order.number]
        if order.status not in ENDED:
            self._set(order, words.CANCELLED, at)

    def _meet(self, order: Order, quote: Quote, at: datetime) -> None:
        """An order and a price: a stop is triggered, a limit that the price reaches fills, at the better of both."""
        if not matches(order.listing, at):
            return
        triggers = quote.last >= order.trigger if order.buys else quote.last <= order.trigger
        if order.status == words.TRIGGER_PENDING and triggers:
            order.triggered = True
            self._set(order, words.OPEN, at)
        if order.status == words.OPEN and _reaches(order, quote.last):
            quantity = min(order.left, self.terms.fill_lot or order.left)
            self._fill(
                order, min(order.price, quote.last) if order.buys else max(order.price, quote.last), quantity, at
            )

    def _fill(self, order: Order, price: int, quantity: int, at: datetime) -> None:
        self._fills += 1
        fill = Fill(f"{self._fills:08d}", price, quantity, at)
        order.fills = (*order.fills, fill)
        self.account.book(order, fill)
        self._set(order, order.status if order.left else words.COMPLETE, at)

    def _set(self, order: Order, status: str, at: datetime) -> None:
        order.status, order.updated_at = status, at
        if status in ENDED:
            order.due_at = None
            self._cancels.pop(order.number, None)
        if status in words.STREAMED:
            self._told(order)


def _reaches(order: Order, price: int) -> bool:
    return price <= order.price if order.buys else price >= order.price
