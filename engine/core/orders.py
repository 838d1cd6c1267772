"""The life of an order as one table.

Moved by settle.py on what the venue says; an absent pair raises and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from engine.domain.errors import InvariantBroken
from engine.domain.instant import Instant
from engine.domain.order import ExitReason, OrderRequest, OrderState, OrderType, Purpose, Side
from engine.domain.records import OrderStep


class Move(StrEnum):
    """What happens to an order."""

    SEND = "send"
    ACCEPT = "accept"
    FILL_PART = "fill_part"
    FILL_REST = "fill_rest"
    REJECT = "reject"
    REQUEST_CANCEL = "request_cancel"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REFUSE = "refuse"
    LOSE = "lose"


_S, _M = OrderState, Move
_WORKING = (_S.SENT, _S.IN_FLIGHT, _S.UNKNOWN, _S.ACCEPTED, _S.PARTIALLY_FILLED, _S.CANCEL_REQUESTED)

TRANSITIONS: dict[tuple[OrderState, Move], OrderState] = {
    (_S.CREATED, _M.REFUSE): _S.REFUSED,
    (_S.CREATED, _M.SEND): _S.SENT,
    (_S.SENT, _M.LOSE): _S.UNKNOWN,
    (_S.IN_FLIGHT, _M.LOSE): _S.UNKNOWN,
    (_S.SENT, _M.ACCEPT): _S.ACCEPTED,
    (_S.IN_FLIGHT, _M.ACCEPT): _S.ACCEPTED,
    (_S.UNKNOWN, _M.ACCEPT): _S.ACCEPTED,
    (_S.SENT, _M.REJECT): _S.REJECTED,
    (_S.IN_FLIGHT, _M.REJECT): _S.REJECTED,
    (_S.UNKNOWN, _M.REJECT): _S.REJECTED,
    (_S.ACCEPTED, _M.REJECT): _S.REJECTED,
    **{(state, _M.FILL_PART): _S.PARTIALLY_FILLED for state in _WORKING if state is not _S.CANCEL_REQUESTED},
    (_S.CANCEL_REQUESTED, _M.FILL_PART): _S.CANCEL_REQUESTED,
    **{(state, _M.FILL_REST): _S.FILLED for state in _WORKING},
    (_S.ACCEPTED, _M.REQUEST_CANCEL): _S.CANCEL_REQUESTED,
    (_S.PARTIALLY_FILLED, _M.REQUEST_CANCEL): _S.CANCEL_REQUESTED,
    **{(state, _M.CANCEL): _S.CANCELLED for state in _WORKING},
    **{(state, _M.EXPIRE): _S.EXPIRED for state in _WORKING},
    # A venue may report a trade after it reported the cancellation: the fill is booked, the order stays cancelled.
    (_S.CANCELLED, _M.FILL_PART): _S.CANCELLED,
    (_S.CANCELLED, _M.FILL_REST): _S.CANCELLED,
}

TERMINAL = frozenset({_S.FILLED, _S.CANCELLED, _S.REJECTED, _S.EXPIRED, _S.REFUSED})


@dataclass(slots=True)
class Order:
    """An order as it stands.

    `filled_value` is money, `filled_turnover` price times quantity, unrounded; `price` is the mark it was sized at;
    `fill_keys` are the fills booked.
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

    @classmethod
    def of(cls, request: OrderRequest) -> Order:
        """A new order from a request."""
        order = cls(
            request.order_id, request.bot_id, request.symbol, request.side, request.quantity, request.purpose,
            request.at, request.signal_id, request.exit_reason, request.order_type, request.limit_price,
            request.stop_price,
        )  # fmt: skip
        order.price = request.price
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
        self.state = after
        if reason is not None:
            self.reason = reason

    def fill(self, fill_key: str, quantity: Decimal, price: Decimal, value: Decimal, at: Instant) -> bool:
        """Book a fill's quantity, price and value (money); False when its key was booked before."""
        if fill_key in self.fill_keys:
            return False
        if quantity <= 0 or quantity > self.remaining:
            raise InvariantBroken(f"order {self.order_id}: a fill of {quantity} with {self.remaining} remaining")
        self.move(Move.FILL_REST if quantity == self.remaining else Move.FILL_PART, at)
        self.fill_keys.append(fill_key)
        self.filled_quantity += quantity
        self.filled_value += value
        self.filled_turnover += price * quantity
        return True
