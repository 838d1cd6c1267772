"""What Coinbase answers to an order and to a cancellation. Fed by broker.py with the JSON of HTTP 200; feeds it.

The answer says `success` itself, and only that counts: HTTP 200 comes with both. An order whose id was used before
is not made again: either the order of that id comes back, or a refusal that names the double. Both mean that it is
there. A refusal for a reason that is in no list may be anything, and is a person's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.adapters.brokers.bookkeeping.row_values import Row, number, text
from engine.adapters.brokers.coinbase.access.calls import UnlistedRefusal
from engine.adapters.brokers.coinbase.access.replies import USED_BEFORE
from engine.adapters.brokers.coinbase.orders.order_words import SpotOrder
from engine.domain.errors import OutcomeUnknown, UnreadRefusal

WOULD_CROSS = "INVALID_LIMIT_PRICE_POST_ONLY"
UNSAID = ("", "UNKNOWN_FAILURE_REASON", "UNKNOWN_PREVIEW_FAILURE_REASON")
_PREVIEW = "PREVIEW_"

# Published reasons that are about this order: it was read, and is not there. Each comes with PREVIEW_ before it too.
LISTED = frozenset(
    {
        "UNSUPPORTED_ORDER_CONFIGURATION", "INVALID_SIDE", "INVALID_PRODUCT_ID", "INVALID_SIZE_PRECISION",
        "INVALID_PRICE_PRECISION", "INSUFFICIENT_FUND", "INSUFFICIENT_FUNDS", "INVALID_LEDGER_BALANCE",
        "INSUFFICIENT_LEDGER_BALANCE", "ORDER_ENTRY_DISABLED", "INELIGIBLE_PAIR", WOULD_CROSS, "INVALID_LIMIT_PRICE",
        "INVALID_NO_LIQUIDITY", "INVALID_REQUEST", "COMMANDER_REJECTED_NEW_ORDER", "UNTRADABLE_PRODUCT",
        "INVALID_ORDER_CONFIG", "INVALID_ORDER_SIZE", "INVALID_BASE_SIZE_TOO_LARGE", "INVALID_BASE_SIZE_TOO_SMALL",
        "INVALID_QUOTE_SIZE_TOO_LARGE", "INVALID_QUOTE_SIZE_TOO_SMALL", "INVALID_QUOTE_SIZE_PRECISION",
        "INVALID_BASE_SIZE_PRECISION", "INVALID_LIMIT_PRICE_PRECISION", "INVALID_STOP_PRICE",
        "INVALID_STOP_PRICE_PRECISION", "INVALID_STOP_TRIGGER_PRICE_PRECISION", "STOP_TRIGGER_PRICE_OUT_OF_BOUNDS",
        "STOP_PRICE_ABOVE_LIMIT_PRICE", "STOP_PRICE_BELOW_LIMIT_PRICE", "STOP_PRICE_ABOVE_LAST_TRADE_PRICE",
        "STOP_PRICE_BELOW_LAST_TRADE_PRICE", "LIMIT_PRICE_TOO_FAR_FROM_MARKET", "MISSING_PRODUCT_PRICE_BOOK",
        "BREACHED_PRICE_LIMIT", "OPEN_BRACKET_ORDERS",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """It stands there under this id of the broker's."""

    order_id: str


@dataclass(frozen=True, slots=True)
class TurnedDown:
    """It was read and does not stand there; why, in the broker's words. `would_cross`: it would have taken."""

    reason: str
    would_cross: bool


Outcome: TypeAlias = Placed | TurnedDown


def read_placed(answer: Any, asked: SpotOrder) -> Outcome:
    """What became of an order. Raises OutcomeUnknown for what does not say so, and for another order than was asked
    for under its id; UnlistedRefusal for a reason that is in no list.
    """
    told = answer if isinstance(answer, Mapping) else {}
    if told.get("success") is True:
        return Placed(_number(told.get("success_response"), told.get("order_configuration"), asked))
    refusal = told.get("error_response")
    if told.get("success") is not False or not isinstance(refusal, Mapping):
        raise OutcomeUnknown("Coinbase's answer to an order says neither that it was taken nor that it was not")
    reasons = _reasons(refusal)
    words = _words(refusal, reasons)
    if USED_BEFORE in reasons:
        raise OutcomeUnknown(f"Coinbase has an order under the id {asked.tag} already")
    if not reasons:
        raise UnreadRefusal(f"Coinbase refused an order without a reason ({words})")
    if not any(reason in LISTED for reason in reasons):
        raise UnlistedRefusal(words)
    return TurnedDown(words, WOULD_CROSS in reasons)


def check_cancelled(answer: Any, order_id: str) -> None:
    """That a cancellation was heard: it may still come too late, and then its result is no success; how the order ends
    is told by itself. Raises OutcomeUnknown where the answer has no result of this order.
    """
    results = answer.get("results") if isinstance(answer, Mapping) else None
    mine = [row for row in results or () if isinstance(row, Mapping) and text(row, "order_id") == order_id]
    if not mine or not isinstance(mine[0].get("success"), bool):
        raise OutcomeUnknown(f"Coinbase's answer to the cancellation of order {order_id} has no result of it")


def _number(there: Any, configuration: Any, asked: SpotOrder) -> str:
    """The broker's id of the order that was asked for."""
    row: Row = there if isinstance(there, Mapping) else {}
    number = text(row, "order_id")
    if not number:
        raise OutcomeUnknown("Coinbase took an order and gave it no id")
    wanted = {"client_order_id": asked.tag, "product_id": asked.symbol, "side": asked.side.value}
    told = {name: text(row, name) or value for name, value in wanted.items()}
    if told["product_id"] == asked.alias:
        told["product_id"] = asked.symbol
    if told != wanted or not _same(configuration, asked):
        raise OutcomeUnknown(f"Coinbase has another order under the id {asked.tag} than was asked for")
    return number


def _same(configuration: Any, asked: SpotOrder) -> bool:
    """Whether it is of our kind and size, where the answer says."""
    if not isinstance(configuration, Mapping) or not configuration:
        return True
    ((kind, terms),) = asked.configuration().items()
    theirs = configuration.get(kind)
    names = ("base_size", "limit_price", "stop_price")
    return isinstance(theirs, Mapping) and all(
        number(theirs, name) == number(terms, name) for name in names if name in terms and text(theirs, name)
    )


def _reasons(refusal: Row) -> list[str]:
    """The reasons that are given, without PREVIEW_ before them."""
    given = [text(refusal, name) for name in ("error", "new_order_failure_reason", "preview_failure_reason")]
    return [reason.removeprefix(_PREVIEW) for reason in given if reason not in UNSAID]


def _words(refusal: Row, reasons: list[str]) -> str:
    said = text(refusal, "error_details") or text(refusal, "message")
    return f"{said} ({reasons[0]})" if said and reasons else said or " ".join(reasons) or "no reason is given"
