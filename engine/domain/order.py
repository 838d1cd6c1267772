"""Orders as nouns: what is asked, what is approved, what was sent. core/orders moves them; brokers carry them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.domain.check_result import CheckResult
from engine.domain.instant import Instant


class Side(StrEnum):
    """Which way an order trades."""

    BUY = "BUY"
    SELL = "SELL"

    def __init__(self, word: str) -> None:
        self.sign = 1 if word == "BUY" else -1  # what it does to a quantity that is held

    @property
    def opposite(self) -> Side:
        """The other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """How an order is priced. A STOP_LIMIT waits for its trigger, and is a limit order from then on."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP_LIMIT = "STOP_LIMIT"


class Purpose(StrEnum):
    """Whether an order opens or builds a position, reduces one, or rests at the venue to reduce one if need be."""

    ENTRY = "entry"
    EXIT = "exit"
    PROTECT = "protect"


class ExitReason(StrEnum):
    """Why a position was reduced."""

    SIGNAL = "signal"
    STOP = "stop"
    TARGET = "target"
    FLATTEN = "flatten"
    MANUAL = "manual"
    KILL = "kill"
    END = "end"
    TRAILING = "trailing"
    BREAK_EVEN = "break_even"
    TIME = "time"
    REDUCE = "reduce"  # a part of it, as a leader did; the rest stays
    LEADER_GONE = "leader_gone"


class OrderState(StrEnum):
    """Where an order is in its life; the table of moves is core/orders.TRANSITIONS."""

    CREATED = "created"
    SENT = "sent"
    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCEL_REQUESTED = "cancel_requested"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What somebody wants; becomes an order only by way of the risk gate's `Approved`.

    `price` is the mark the request was sized at, in currency; `stop_price` the stop it will have, if any. A `post_only`
    limit must not trade on arrival: the venue rejects it instead. `trigger_price` is a STOP_LIMIT's.
    """

    order_id: str
    bot_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    purpose: Purpose
    at: Instant
    signal_id: str | None = None
    exit_reason: ExitReason | None = None
    stop_price: Decimal | None = None
    order_type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    post_only: bool = False
    trigger_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A limit said no: which, what was found, what is allowed, and a sentence with both.

    `checks` are all that were asked.
    """

    code: str
    detail: str
    found: str = ""
    allowed: str = ""
    checks: tuple[CheckResult, ...] = ()
