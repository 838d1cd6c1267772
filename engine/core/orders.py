"""The life of an order as one table.

Moved by settle.py on what the venue says; an absent pair raises and changes nothing. A venue tells things twice, late
and out of turn: what only repeats or trails what is known keeps the state, and is in the table as such. No move leaves
a terminal state; a fill that is told after a cancellation or an expiry is booked, and the order stays as it ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from engine.domain.effective import EffectiveMode
from engine.domain.effects import CancelOrder
from engine.domain.errors import InvariantBroken
from engine.domain.events import OrderCancelled, OrderExpired
from engine.domain.instant import Instant
from engine.domain.order import ExitReason, OrderRequest, OrderState, OrderType, Purpose, Side
from engine.domain.records import OrderCheck, OrderStep


class Move(StrEnum):
    """What happens to an order."""

    SEND = "send"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    FILL_PART = "fill_part"
    FILL_REST = "fill_rest"
    REJECT = "reject"
    REQUEST_CANCEL = "request_cancel"
    KEEP = "keep"
    KEEP_PART = "keep_part"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REFUSE = "refuse"
    LOSE = "lose"


_S, _M = OrderState, Move
_Pair: TypeAlias = tuple[OrderState, Move]
_WORKING = (_S.SENT, _S.IN_FLIGHT, _S.UNKNOWN, _S.ACCEPTED, _S.PARTIALLY_FILLED, _S.CANCEL_REQUESTED)

_SENT = (_S.SENT, _S.IN_FLIGHT, _S.UNKNOWN)
_FILLABLE = (_S.CREATED, *(state for state in _WORKING if state is not _S.CANCEL_REQUESTED))
_KNOWN = (_S.ACCEPTED, _S.PARTIALLY_FILLED, _S.CANCEL_REQUESTED)

_ENDED = (_S.FILLED, _S.CANCELLED, _S.EXPIRED)

# What a venue, or the sender whose answer came after the venue's own stream, tells again or late of what is known.
_TRAILING: dict[_Pair, OrderState] = {
    **{(state, _M.ACCEPT): state for state in (*_KNOWN, *_ENDED, _S.REJECTED)},
    **{(state, move): state for state in (*_KNOWN, *_ENDED, _S.REJECTED) for move in (_M.DISPATCH, _M.LOSE)},
    **{(state, move): state for state in _ENDED for move in (_M.CANCEL, _M.EXPIRE, _M.KEEP, _M.KEEP_PART)},
    (_S.ACCEPTED, _M.KEEP): _S.ACCEPTED,
    (_S.PARTIALLY_FILLED, _M.KEEP_PART): _S.PARTIALLY_FILLED,
    (_S.IN_FLIGHT, _M.DISPATCH): _S.IN_FLIGHT,
    (_S.UNKNOWN, _M.LOSE): _S.UNKNOWN,
    (_S.CANCEL_REQUESTED, _M.REQUEST_CANCEL): _S.CANCEL_REQUESTED,
    **{(state, _M.REJECT): state for state in (_S.REJECTED, _S.CANCELLED, _S.EXPIRED)},
    **{(_S.REJECTED, move): _S.REJECTED for move in (_M.CANCEL, _M.EXPIRE, _M.KEEP, _M.KEEP_PART)},
}

TRANSITIONS: dict[_Pair, OrderState] = {
    (_S.CREATED, _M.REFUSE): _S.REFUSED,
    (_S.CREATED, _M.SEND): _S.SENT,
    (_S.CREATED, _M.CANCEL): _S.CANCELLED,
    (_S.CREATED, _M.EXPIRE): _S.EXPIRED,
    (_S.SENT, _M.DISPATCH): _S.IN_FLIGHT,
    (_S.SENT, _M.LOSE): _S.UNKNOWN,
    (_S.IN_FLIGHT, _M.LOSE): _S.UNKNOWN,
    # Created, and the venue speaks of it: an exit that waits here for its stop to be out was derived alike, and sent,
    # by the engine that had the account before.
    **{(state, _M.ACCEPT): _S.ACCEPTED for state in (_S.CREATED, *_SENT)},
    **{(state, _M.REJECT): _S.REJECTED for state in (_S.CREATED, *_SENT, _S.ACCEPTED, _S.CANCEL_REQUESTED)},
    **{(state, _M.FILL_PART): _S.PARTIALLY_FILLED for state in _FILLABLE},
    (_S.CANCEL_REQUESTED, _M.FILL_PART): _S.CANCEL_REQUESTED,
    **{(state, _M.FILL_REST): _S.FILLED for state in (_S.CREATED, *_WORKING)},
    (_S.ACCEPTED, _M.REQUEST_CANCEL): _S.CANCEL_REQUESTED,
    (_S.PARTIALLY_FILLED, _M.REQUEST_CANCEL): _S.CANCEL_REQUESTED,
    (_S.CANCEL_REQUESTED, _M.KEEP): _S.ACCEPTED,
    (_S.CANCEL_REQUESTED, _M.KEEP_PART): _S.PARTIALLY_FILLED,
    **{(state, _M.CANCEL): _S.CANCELLED for state in _WORKING},
    **{(state, _M.EXPIRE): _S.EXPIRED for state in _WORKING},
    **{(state, move): state for state in (_S.CANCELLED, _S.EXPIRED) for move in (_M.FILL_PART, _M.FILL_REST)},
    **_TRAILING,
}

TERMINAL = frozenset({_S.FILLED, _S.CANCELLED, _S.REJECTED, _S.EXPIRED, _S.REFUSED})
UNANSWERED = frozenset({_S.CREATED, *_SENT})  # the venue has not said that it has them; created: it was not asked


@dataclass(slots=True)
class Order:
    """An order as it stands.

    `filled_value` is money, `filled_turnover` price times quantity, unrounded; `price` is the mark it was sized at;
    `fill_keys` are the fills booked; `cancel_wanted` waits for the venue to know the order; `withdrawn_by` is the
    signal the other way that an entry was taken back for.
    """

    order_id: str
    bot_id: str
    symbol: str
    side: Side
    quantity: Decimal
    purpose: Purpose
    created_at: Instant
    signal_id: str | None = None
    exit_reason: ExitReason | None = None
    order_type: OrderType = OrderType.MARKET
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    at_risk_pct: Decimal = Decimal(0)
    price: Decimal = Decimal(0)
    state: OrderState = OrderState.CREATED
    filled_quantity: Decimal = Decimal(0)
    filled_value: Decimal = Decimal(0)
    filled_turnover: Decimal = Decimal(0)
    venue_order_id: str | None = None
    reason: str | None = None
    history: list[OrderStep] = field(default_factory=list)
    fill_keys: list[str] = field(default_factory=list)
    cancel_wanted: CancelOrder | None = None
    noted: int = 0  # steps of its history that the audit log has
    checks: Mapping[str, OrderCheck] = field(default_factory=dict)  # what the risk gate asked
    mode: EffectiveMode = EffectiveMode.PAPER  # what was effective when it was decided
    trigger_price: Decimal | None = None
    touched_at: Instant | None = None  # when a price reached a resting stop
    ending: OrderCancelled | OrderExpired | None = None  # the venue said so, and of more fills than are booked
    withdrawn_by: str | None = None

    @classmethod
    def of(cls, request: OrderRequest) -> Order:
        """A new order from a request."""
        order = cls(
            request.order_id, request.bot_id, request.symbol, request.side, request.quantity, request.purpose,
            request.at, request.signal_id, request.exit_reason, request.order_type, request.limit_price,
            request.stop_price,
        )  # fmt: skip
        order.price, order.trigger_price = request.price, request.trigger_price
        order.history.append(OrderStep(OrderState.CREATED, request.at))
        return order

    @property
    def open(self) -> bool:
        """Whether the venue may still trade it."""
        return self.state not in TERMINAL

    @property
    def remaining(self) -> Decimal:
        """What is not filled."""
        return self.quantity - self.filled_quantity

    def move(self, move: Move, at: Instant, reason: str | None = None) -> None:
        """Go to the table's next state; raises InvariantBroken for a pair the table does not have."""
        after = TRANSITIONS.get((self.state, move))
        if after is None:
            raise InvariantBroken(f"order {self.order_id} is {self.state} and can't {move}")
        if after is not self.state:
            self.history.append(OrderStep(after, at))
        answered = self.state is OrderState.UNKNOWN and after is not OrderState.UNKNOWN
        self.state = after
        if reason is not None or answered:  # why there was no answer is over with the answer
            self.reason = reason

    def left_for(self, quantity: Decimal, at: Instant) -> None:
        """It left for another quantity than is written down, and is filled where that much is."""
        self.quantity = quantity
        if self.open and self.filled_quantity == quantity:
            self.move(Move.FILL_REST, at)

    def check_fill(self, quantity: Decimal) -> None:
        """Raise InvariantBroken for a fill of more than remains, or of an order that can't have one."""
        if quantity <= 0 or quantity > self.remaining:
            raise InvariantBroken(f"order {self.order_id}: a fill of {quantity} with {self.remaining} remaining")
        if (self.state, Move.FILL_PART) not in TRANSITIONS:
            raise InvariantBroken(f"order {self.order_id} is {self.state} and can't be filled")

    def fill(self, fill_key: str, quantity: Decimal, price: Decimal, value: Decimal, at: Instant) -> bool:
        """Book a fill's quantity, price and value (money); False when its key was booked before."""
        if fill_key in self.fill_keys:
            return False
        self.check_fill(quantity)
        self.move(Move.FILL_REST if quantity == self.remaining else Move.FILL_PART, at)
        self.fill_keys.append(fill_key)
        self.filled_quantity += quantity
        self.filled_value += value
        self.filled_turnover += price * quantity
        return True
