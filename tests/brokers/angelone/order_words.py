"""What an order's body may say: refused at once, or rejected a moment later with a text. Fed by the desk, feeds it.

Refused at once is what the application checks (a code); rejected is what risk or the exchange say (the row's `text`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from tests.brokers.angelone.account import DELIVERY, LEVERAGE, Account
from tests.brokers.angelone.envelopes import refused
from tests.brokers.angelone.hours import matches
from tests.brokers.angelone.listings import INDEX
from tests.brokers.angelone.market import Market, Quote
from tests.brokers.angelone.orders import Order
from tests.brokers.loopback.answers import Answer, nothing

TAG_MAX = 19
ENUMS = {
    "transactiontype": {"BUY", "SELL"},
    "exchange": {"NSE", "BSE", "NFO", "MCX", "BFO"},
    "ordertype": {"MARKET", "LIMIT", "STOPLOSS_LIMIT", "STOPLOSS_MARKET"},
    "duration": {"DAY", "IOC"},
}
VARIETIES = {"NORMAL", "STOPLOSS", "AMO"}
STOPS = {"STOPLOSS_LIMIT", "STOPLOSS_MARKET"}
AT_MARKET = {"MARKET", "STOPLOSS_MARKET"}
PROTECTION_PCT = Decimal("0.5")  # a converted market order's limit, from the last price


@dataclass
class Terms:
    """How this broker takes orders; the control route changes them.

    `step_s`: from one status to the next, by the broker's clock. `fill_lot`: shares a price fills at most, 0 for all.
    `market_orders`: reject or convert, since it is not known which the real one does. `fills_before_cancel`: the next
    cancellation comes too late. `registered_ip`: what X-ClientPublicIP must be on order routes, empty for any.
    `square_off`: whether the broker closes INTRADAY by itself at 15:20. `seen_ip`: what /address, which stands for the
    web service that tells callers their own, answers.
    """

    step_s: float = 0.02
    fill_lot: int = 0
    market_orders: str = "reject"
    fills_before_cancel: bool = False
    registered_ip: str = ""
    square_off: bool = True
    seen_ip: str = "203.0.113.7"  # RFC 5737: nobody's


def refusal(asked: Mapping[str, str], market: Market) -> Answer | None:
    """Why the application does not take this body; None where it does."""
    if any(asked.get(word) not in known for word, known in ENUMS.items()):
        return nothing(400)
    is_stop = asked["ordertype"] in STOPS
    if asked.get("variety") not in VARIETIES or (asked["variety"] == "STOPLOSS") != is_stop:
        return refused("AB1008")
    if asked.get("producttype") not in LEVERAGE:
        return refused("AB1012")
    if len(asked.get("ordertag", "")) > TAG_MAX:
        return refused("AB4008")
    if not asked.get("symboltoken"):
        return refused("AB4018")
    quote = market.find(asked["exchange"], asked["symboltoken"])
    if quote is None or quote.listing.symbol != asked.get("tradingsymbol") or quote.listing.kind == INDEX:
        return refused("AB1009")
    if paise_of(asked.get("price", "0")) is None or paise_of(asked.get("triggerprice", "0")) is None:
        return nothing(400)
    if not str(asked.get("quantity", "")).isdigit() or int(asked["quantity"]) == 0:
        return nothing(400)
    return None


def rejection(order: Order, quote: Quote, account: Account, blocked: int, terms: Terms, at: datetime) -> str:
    """Why risk or the exchange do not take it; empty where they do."""
    listing, kind, product = order.listing, order.asked["ordertype"], order.asked["producttype"]
    if order.asked["duration"] == "IOC" or (kind in AT_MARKET and terms.market_orders == "reject"):
        return "Market and IOC orders are not allowed through API"
    prices = [order.price, *([order.trigger] if kind in STOPS else [])]
    if any(price % listing.tick for price in prices):
        return "16282 : Price should be in multiple of tick size"
    low, high = listing.band
    if not all(low <= price <= high for price in prices):
        return "The price is out of the circuit limits"
    if order.quantity % listing.lot:
        return "Quantity should be in multiple of lot size"
    if kind in STOPS and not matches(listing, at):
        return "Stop loss orders are not allowed in this session"
    return _short_of(order, quote, account, blocked, product)


def _short_of(order: Order, quote: Quote, account: Account, blocked: int, product: str) -> str:
    """Funds or shares that are missing."""
    net = account.net(order.listing, product)
    if product == DELIVERY and not order.buys:
        enough = order.quantity <= account.deliverable(order.listing)
        return "" if enough else "Insufficient holdings"
    reduces = max(0, min(order.quantity, -net if order.buys else net))
    order.margin = (order.quantity - reduces) * (order.price or quote.last) // LEVERAGE[product]
    if order.margin > account.available(blocked):
        return "Insufficient Funds"
    return ""


def paise_of(words: object) -> int | None:
    """A price as a body has it, in paise; None where it is none. Parts of a paisa are kept off the tick."""
    try:
        paise = Decimal(str(words or "0")) * 100
    except InvalidOperation:
        return None
    if not paise.is_finite() or paise < 0:
        return None
    return int(paise) if paise == int(paise) else int(paise) * 1_000 + 1  # off every tick and band: rejected
