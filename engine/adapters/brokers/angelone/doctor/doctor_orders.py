"""Checks of what orders need: the broker's books, the order socket, an order as it would be written, what it would
cost. Listed in doctor.py. Nothing is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.doctor.examined import Examined
from engine.adapters.brokers.angelone.orders.order_stream import GREETING
from engine.adapters.brokers.angelone.orders.order_words import DayOrder, day_order
from engine.adapters.brokers.bookkeeping.row_values import number, rows_of, text
from engine.adapters.brokers.examination_lines import LOOK_S, books_line, looks
from engine.domain.effects import SubmitOrder
from engine.domain.errors import OperatingError
from engine.domain.findings import Finding, amber, green, red
from engine.domain.identity import ORDER_ID_LENGTH
from engine.domain.instant import instant_of
from engine.domain.order import OrderType, Purpose, Side

NEARLY = Decimal("0.02")  # rupees that rounding may explain
TRIAL_TAG = "A" * ORDER_ID_LENGTH


def order_books(examined: Examined) -> Iterator[Finding]:
    """The day's orders, fills and what is held, pulled and put together: they must agree with each other. On most
    mornings they are empty; that each of them is reached and says so is what counts then.
    """
    # Fills first: an order that comes and fills between the two is in the second.
    filled = {text(row, "orderid") for row in rows_of(examined.reads.read(Route.TRADE_BOOK), "trade book")}
    ordered = {text(row, "orderid") for row in rows_of(examined.reads.read(Route.ORDER_BOOK), "order book")}
    if filled - ordered:
        count = len(filled - ordered)
        do = "Check again in a minute; if it stays, compare with the broker's own screen before anything is sent."
        yield red("order_books", f"the trade book has fills of {count} orders that the order book does not list", do)
        return
    yield books_line(examined.report(), "today", "positions")


def order_socket(examined: Examined) -> Iterator[Finding]:
    """One more connection, for a moment: does it open and greet."""
    line = examined.sockets.orders(examined.session.tokens())
    try:
        greeted = any(_greets(line.receive(LOOK_S)) for _ in range(looks(examined.patience_s)))
    finally:
        line.close()
    if greeted:
        yield green("order_socket", "the order socket opens and greets")
    else:
        do = "Fills are looked up all the same, some seconds later. Check again."
        yield amber("order_socket", "the order socket opens and says nothing", do)


def order_preview(examined: Examined) -> Iterator[Finding]:
    """An entry of one lot at the last price, written as it would be sent."""
    order = _trial_order(examined)
    pricing, name = order.pricing, order.listed.trading_symbol
    yield green(
        "order_preview",
        f"an entry would be: {order.side.value} {order.quantity} {name} {pricing.kind} {pricing.price:.2f} "
        f"{order.product.value} DAY; nothing was sent",
    )


def charges(examined: Examined) -> Iterator[Finding]:
    """Our charges on that order beside the broker's own estimate."""
    if examined.reckon is None:
        return
    order = _trial_order(examined)
    value = order.pricing.price * order.quantity
    ours = examined.reckon(order.side, value)
    asked = {
        "orders": [{
            "product_type": order.product.value, "transaction_type": order.side.value, "quantity": str(order.quantity),
            "price": f"{order.pricing.price:.2f}", "exchange": order.listed.exchange,
            "symbol_name": order.listed.name, "token": order.listed.token,
        }]
    }  # fmt: skip
    try:
        theirs = _total(examined.reads.read(Route.CHARGES, asked))
    except OperatingError as error:
        yield amber("charges", f"the broker gives no estimate of charges ({error})", "Compare with a contract note.")
        return
    if theirs is None:
        yield amber("charges", "the broker's estimate of charges can't be read", "Compare with a contract note.")
    elif abs(theirs - ours) <= max(NEARLY, theirs / 100):
        yield green(
            "charges", f"charges on {value:,.2f} rupees: {ours:.2f} by our schedule, {theirs:.2f} by the broker"
        )
    else:
        says = f"charges on {value:,.2f} rupees: {ours:.2f} by our schedule, {theirs:.2f} by the broker"
        yield amber("charges", says, "Profits shown will be off by that much. Choose another charge schedule.")


def _trial_order(examined: Examined) -> DayOrder:
    listed = next(
        (one for symbol in examined.symbols if (one := examined.instruments.find(symbol)).tradable),
        examined.instruments.find(examined.symbols[0]),
    )
    body = {"exchange": listed.exchange, "tradingsymbol": listed.trading_symbol, "symboltoken": listed.token}
    last = number(examined.reads.read(Route.LTP, body) or {}, "ltp")
    asked = SubmitOrder(
        TRIAL_TAG, listed.symbol, Side.BUY, Decimal(listed.lot), OrderType.LIMIT, last, Purpose.ENTRY, None,
        instant_of(examined.clock.now()),
    )  # fmt: skip
    return day_order(asked, listed, examined.product)


def _greets(message: str | bytes | None) -> bool:
    """The first message, with the state that no order has."""
    if not isinstance(message, str):
        return False
    try:
        told = json.loads(message)
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("order-status") == GREETING


def _total(data: Any) -> Decimal | None:
    """`summary.total_charges`, as the broker's documentation shows it."""
    summary = data.get("summary") if isinstance(data, dict) else None
    if not isinstance(summary, dict) or "total_charges" not in summary:
        return None
    return number(summary, "total_charges")
