"""Checks of what orders need: the broker's books, fills, the user socket, an order as it would be written, what it
would cost. Listed in doctor.py. Nothing is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import ROUND_UP, Decimal

from engine.adapters.brokers.bookkeeping.row_values import number, rows_of
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.doctor.doctor_prices import last_trade, look_at
from engine.adapters.brokers.coinbase.doctor.examined import Examined
from engine.adapters.brokers.coinbase.orders.order_books import Paid
from engine.adapters.brokers.coinbase.orders.order_rows import trade_row
from engine.adapters.brokers.coinbase.orders.order_stream import CHANNELS
from engine.adapters.brokers.coinbase.orders.order_words import SpotOrder, spot_order
from engine.adapters.brokers.examination_lines import books_line, looks
from engine.domain.effects import SubmitOrder
from engine.domain.errors import OutcomeUnknown
from engine.domain.findings import Finding, amber, green, red
from engine.domain.identity import ORDER_ID_LENGTH
from engine.domain.instant import DAY, instant_of, iso
from engine.domain.order import OrderType, Purpose, Side

TRIAL_TAG = "A" * ORDER_ID_LENGTH
TOO_LITTLE_MONEY = ("PREVIEW_INSUFFICIENT_FUND", "INSUFFICIENT_FUND")
COMMISSION_OFF = Decimal("0.01")  # of what was reckoned: each order's is rounded to the cent
CENT = Decimal("0.01")
RATE_STEP = Decimal("0.00005")  # of a value: half the last digit that rates are published with


def order_books(examined: Examined) -> Iterator[Finding]:
    """Orders, fills and balances, pulled and put together: they must agree with each other. With a new key they are
    empty; that each of them is reached and says so is what counts then.
    """
    yield books_line(examined.report(), "of the last day", "of the bots' coins held")


def fills(examined: Examined) -> Iterator[Finding]:
    """The fills of a day that is still to come: none, said as an empty list and not as an error. Fills of orders that
    the list lacks, or that can't be read, would be found by the books; that the list can be empty is found here.
    """
    since = iso(instant_of(examined.clock.now()) + DAY)
    rows = examined.reads.read_all(Route.FILLS, "fills", {"start_sequence_timestamp": since, "limit": "250"})
    if rows:
        of = ", ".join(sorted({trade_row(row).symbol for row in rows_of(rows, "fills")}))
        do = "Compare orders and balances with Coinbase's own screen before anything is sent."
        yield red("fills", f"Coinbase lists {len(rows)} fills ({of}) for a time that has not come", do)
    else:
        yield green("fills", "fills are asked for by time, and where there are none the list is empty")


def user_socket(examined: Examined) -> Iterator[Finding]:
    """One more connection, for a moment: does it open, take the key and speak."""
    line = examined.user()
    try:
        for channel in CHANNELS:
            line.send(json.dumps({"type": "subscribe", "channel": channel, "jwt": examined.socket_token()}))
        said, told_at = look_at(line, looks(examined.patience_s))
    finally:
        line.close()
    do = "Fills are looked up all the same, some seconds later. Check again."
    if said:
        yield amber("user_socket", f"the order socket complains: {said}", do)
    elif told_at is None:
        yield amber("user_socket", "the order socket opens and says nothing", do)
    else:
        yield green("user_socket", "the order socket opens, takes the key and answers")


def order_preview(examined: Examined) -> Iterator[Finding]:
    """The smallest entry at the last price, as it would be sent, shown to the broker and not sent."""
    order = _trial_order(examined)
    asked = {key: value for key, value in order.body().items() if key != "client_order_id"}
    found = examined.reads.read(Route.PREVIEW, body=asked)
    errors = [str(error) for error in found.get("errs") or ()]
    says = f"an entry would be: {order.side.value} {order.size:f} {order.symbol} at {order.price:f} or better"
    if any(error not in TOO_LITTLE_MONEY for error in errors):
        yield red("order_preview", f"{says}; Coinbase says {', '.join(errors)}", "Entries will be rejected: mend it.")
    elif errors:
        yield amber("order_preview", f"{says}; there is too little money for it", "Add money, or let the bots leave.")
    else:
        yield green("order_preview", f"{says}; nothing was sent")


def fees(examined: Examined) -> Iterator[Finding]:
    """What Coinbase takes of this account beside what our charge schedule reckons."""
    found = examined.reads.read(Route.FEES).get("fee_tier")
    tier = found if isinstance(found, dict) else {}
    if examined.taker_rate is None:
        return
    if not tier.get("taker_fee_rate"):
        do = "Compare the charges of the first fills with Coinbase's own."
        yield amber("fees", "Coinbase gives no rate of fees for this account", do)
        return
    theirs, maker = number(tier, "taker_fee_rate"), number(tier, "maker_fee_rate")
    says = f"Coinbase takes {theirs:.3%} (maker {maker:.3%}), our schedule reckons {examined.taker_rate:.3%}"
    if abs(theirs - examined.taker_rate) <= RATE_STEP:
        yield green("fees", says)
        return
    fitting = next((name for name, rate in examined.known_rates.items() if abs(rate - theirs) <= RATE_STEP), None)
    hint = f" {fitting!r} is the one in the bots' file." if fitting else ""
    yield amber("fees", says, f"Profits shown are off by the difference. Choose another charge schedule.{hint}")


def commission(paid: Paid, rate: Decimal) -> Iterator[Finding]:
    """What Coinbase took for the last day's fills of ours, beside what the books reckoned for them at this rate."""
    if not paid.worth:
        return
    reckoned = paid.worth * rate
    says = f"the last day's fills cost {paid.commission:,.2f} at Coinbase, the books reckoned {reckoned:,.2f}"
    if abs(paid.commission - reckoned) <= max(reckoned * COMMISSION_OFF, CENT):
        yield green("commission", says)
    else:
        do = "Cash and profits in the books are off by the difference: orders that rest cost less than those that take."
        yield amber("commission", says, f"{do} Choose the charge schedule that fits.")


def _trial_order(examined: Examined) -> SpotOrder:
    symbol = examined.symbols[0]
    listed = examined.products.find(symbol)
    traded = last_trade(examined, symbol)
    if traded is None:
        raise OutcomeUnknown(f"{symbol} has no last price, so an order can't be written")
    last, step = number(traded, "price"), listed.base_increment
    size = (max(listed.base_min_size, listed.quote_min_size / last) / step).to_integral_value(ROUND_UP) * step
    asked = SubmitOrder(
        TRIAL_TAG, symbol, Side.BUY, size, OrderType.LIMIT, last, Purpose.ENTRY, None, instant_of(examined.clock.now())
    )
    return spot_order(asked, listed)
