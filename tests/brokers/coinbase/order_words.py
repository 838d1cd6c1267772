"""What an order's body may say, and why it is refused. Fed by the desk, feeds it.

Refused is HTTP 200 with `success` false: an error, a message, and the reason of the preview. The names are those that
Coinbase publishes; which of them it gives for what was taken from messages that users show, where there were any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.brokers.coinbase.market import BUY, SELL, Market, Quote
from tests.brokers.coinbase.orders import LIMIT, STOP_LIMIT, UP

DOWN = "STOP_DIRECTION_STOP_DOWN"
UNKNOWN = "UNKNOWN_FAILURE_REASON"


@dataclass
class Terms:
    """How this broker takes orders; the control route changes them. Numbers of money are decimal strings.

    `step_s`: from one status to the next, by the broker's clock. `fill_lot`: size a price fills at most, empty for all.
    `fills_before_cancel`: what the next cancellation is too late for: `all` or a size, once. `fails_next`: why the next
    order that is taken FAILED a step later, once. `duplicate`: what a client_order_id used before is told: `original`
    (documented) or `refused`. `first_status`: PENDING or QUEUED. `cancelling`: OPEN or CANCEL_QUEUED while a
    cancellation is on its way. `fills_late_s`: so much later than the order's row the fills route knows. `end_told`:
    how often the user channel tells an end (three times was seen). `page_max`: rows of a page at most. `may_transfer`:
    whether the key is said to be allowed that.
    """

    step_s: float = 0.02
    taker_rate: str = "0.012"
    maker_rate: str = "0.006"
    fill_lot: str = ""
    fills_before_cancel: str = ""
    fails_next: str = ""
    duplicate: str = "original"
    first_status: str = "PENDING"
    cancelling: str = "OPEN"
    fills_late_s: float = 0.0
    end_told: int = 3
    page_max: int = 250
    may_transfer: bool = False


@dataclass(frozen=True)
class Wish:
    """A body that says all it must. Sizes and prices are positive."""

    quote: Quote
    side: str
    kind: str
    size: Decimal
    price: Decimal
    stop: Decimal | None = None
    direction: str = ""
    post_only: bool = False

    @property
    def buys(self) -> bool:
        """Whether it is a buy."""
        return self.side == BUY

    @property
    def crosses(self) -> bool:
        """Whether it would trade at once."""
        if self.stop is not None:
            return False
        return self.price >= self.quote.ask if self.buys else self.price <= self.quote.bid


@dataclass(frozen=True)
class Refusal:
    """`error`, in words, and `preview`: the same by its older name."""

    error: str
    message: str
    preview: str
    details: str = ""

    def row(self) -> dict[str, str]:
        """As `error_response` has it."""
        return {
            "error": self.error,
            "message": self.message,
            "error_details": self.details,
            "preview_failure_reason": self.preview,
            "new_order_failure_reason": self.error,
        }


def read_wish(asked: Mapping[str, Any], market: Market) -> Wish | Refusal:
    """What a body wants, or what is wrong with how it says it."""
    quote, side = market.quotes.get(str(asked.get("product_id"))), asked.get("side")
    if side not in (BUY, SELL):
        return Refusal("INVALID_SIDE", "Invalid side", "PREVIEW_INVALID_SIDE")
    if quote is None:
        return Refusal("INVALID_PRODUCT_ID", "Invalid product_id", "PREVIEW_INVALID_PRODUCT_ID")
    configuration = asked.get("order_configuration")
    unsupported = Refusal(
        "UNSUPPORTED_ORDER_CONFIGURATION", "Order configuration is not supported", "PREVIEW_INVALID_ORDER_CONFIG"
    )
    if not isinstance(configuration, dict) or len(configuration) != 1:
        return unsupported
    kind, said = next(iter(configuration.items()))
    if kind not in (LIMIT, STOP_LIMIT) or not isinstance(said, dict):
        return unsupported
    try:
        size, price = _number(said["base_size"]), _number(said["limit_price"])
        stop = _number(said["stop_price"]) if kind == STOP_LIMIT else None
    except (KeyError, ValueError):
        return Refusal("INVALID_REQUEST", "Invalid order configuration", "PREVIEW_INVALID_ORDER_CONFIG")
    direction = str(said.get("stop_direction", ""))
    if kind == STOP_LIMIT and direction not in (UP, DOWN):
        return Refusal("INVALID_REQUEST", "Invalid stop direction", "PREVIEW_INVALID_STOP_DIRECTION")
    return Wish(quote, side, kind, size, price, stop, direction, bool(said.get("post_only")))


def refusal(wish: Wish) -> Refusal | None:
    """Why the market does not take it; None where it does. Money is looked at later."""
    product, flags, quote = wish.quote.product, wish.quote.flags, wish.quote
    if flags["view_only"]:
        return Refusal("UNTRADABLE_PRODUCT", "Product is view only", "PREVIEW_UNTRADABLE_PRODUCT")
    if flags["trading_disabled"] or flags["is_disabled"] or flags["cancel_only"] or product.status != "online":
        return Refusal("ORDER_ENTRY_DISABLED", "Orderbook is in cancel only mode", "PREVIEW_ORDER_ENTRY_DISABLED")
    if wish.size % product.base_increment:
        return Refusal("INVALID_SIZE_PRECISION", "Too many decimals in order amount", "PREVIEW_INVALID_SIZE_PRECISION")
    if wish.price % product.price_increment or (wish.stop or Decimal(0)) % product.price_increment:
        return Refusal("INVALID_PRICE_PRECISION", "Too many decimals in order price", "PREVIEW_INVALID_PRICE_PRECISION")
    bounds = {
        "BASE_SIZE_TOO_SMALL": wish.size < product.base_min_size,
        "BASE_SIZE_TOO_LARGE": wish.size > product.base_max_size,
        "QUOTE_SIZE_TOO_SMALL": wish.size * wish.price < product.quote_min_size,
        "QUOTE_SIZE_TOO_LARGE": wish.size * wish.price > product.quote_max_size,
    }
    for name, outside in bounds.items():
        if outside:
            return Refusal(UNKNOWN, "", f"PREVIEW_INVALID_{name}")
    if wish.crosses if wish.post_only else flags["post_only"]:
        return Refusal("INVALID_LIMIT_PRICE_POST_ONLY", "Order would match", "PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY")
    if wish.stop is not None and (wish.stop <= quote.last if wish.direction == UP else wish.stop >= quote.last):
        where = "BELOW" if wish.direction == UP else "ABOVE"
        return Refusal(UNKNOWN, "", f"PREVIEW_STOP_PRICE_{where}_LAST_TRADE_PRICE")
    return None


SHORT_OF_FUNDS = Refusal("INSUFFICIENT_FUND", "Insufficient balance in source account", "PREVIEW_INSUFFICIENT_FUND")
USED_BEFORE = Refusal("DUPLICATE_CLIENT_ORDER_ID", "Duplicate client order id", "UNKNOWN_PREVIEW_FAILURE_REASON")


def _number(said: Any) -> Decimal:
    """A positive decimal string; raises ValueError for anything else, numbers among them."""
    try:
        number = Decimal(said) if isinstance(said, str) else Decimal(0)
    except InvalidOperation as error:
        raise ValueError(said) from error
    if not number.is_finite() or number <= 0:
        raise ValueError(said)
    return number
