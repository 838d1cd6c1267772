"""Orders and their fills, and every row the API makes of them. Fed by the desk; feeds routes and the user channel.

Rows as recorded from the real API (2023-2024), messages as recorded from the real user channel (2026): there an order
that has ended has nothing left, whatever it filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.brokers.coinbase.account import made_id
from tests.brokers.coinbase.listings import Product
from tests.brokers.coinbase.market import BUY
from tests.brokers.coinbase.words import iso, text

PENDING, QUEUED, OPEN, CANCEL_QUEUED = "PENDING", "QUEUED", "OPEN", "CANCEL_QUEUED"
FILLED, CANCELLED, EXPIRED, FAILED = "FILLED", "CANCELLED", "EXPIRED", "FAILED"
ENDED = frozenset({FILLED, CANCELLED, EXPIRED, FAILED})
LIMIT, STOP_LIMIT = "limit_limit_gtc", "stop_limit_stop_limit_gtc"
UP = "STOP_DIRECTION_STOP_UP"
NOBODY = made_id("user")
_DIGITS = 16


@dataclass(frozen=True)
class Fill:
    """One execution. `commission` is of the quote currency; `shown_at` is when the fills route has it."""

    number: int
    price: Decimal
    size: Decimal
    commission: Decimal
    at: datetime
    shown_at: datetime
    is_maker: bool


@dataclass
class Order:
    """`due_at`: when its next step comes. `held`: what it holds of the currency it pays with. `fails`: why it will."""

    number: int
    client_order_id: str
    product: Product
    side: str
    kind: str
    configuration: dict[str, Any]
    size: Decimal
    price: Decimal
    stop: Decimal | None
    stop_direction: str
    created_at: datetime
    visible_at: datetime
    status: str = PENDING
    due_at: datetime | None = None
    cancel_at: datetime | None = None
    triggered: bool = False
    held: Decimal = Decimal(0)
    fails: str = ""
    reject_reason: str = ""
    message: str = ""
    fills: tuple[Fill, ...] = ()

    @property
    def order_id(self) -> str:
        """The broker's name for it."""
        return made_id(f"order {self.number}")

    @property
    def buys(self) -> bool:
        """Whether it is a buy."""
        return self.side == BUY

    @property
    def pays_with(self) -> str:
        """The currency that it holds some of."""
        return self.product.quote if self.buys else self.product.base

    @property
    def filled(self) -> Decimal:
        """Size that has filled."""
        return sum((fill.size for fill in self.fills), Decimal(0))

    @property
    def left(self) -> Decimal:
        """Size that has not."""
        return self.size - self.filled

    @property
    def value(self) -> Decimal:
        """What the fills were worth, without commission."""
        return sum((fill.size * fill.price for fill in self.fills), Decimal(0))

    @property
    def fees(self) -> Decimal:
        """All commission."""
        return sum((fill.commission for fill in self.fills), Decimal(0))

    @property
    def average(self) -> Decimal:
        """Of the fills, by size; 0 without one."""
        return round(self.value / self.filled, _DIGITS) if self.fills else Decimal(0)

    @property
    def total(self) -> Decimal:
        """What the fills moved with their commission."""
        return self.value + self.fees if self.buys else self.value - self.fees

    def row(self) -> dict[str, Any]:
        """As the order routes have it."""
        stop = "INVALID_ORDER_TYPE" if self.stop is None else "STOP_TRIGGERED" if self.triggered else "STOP_PENDING"
        return {
            "order_id": self.order_id,
            "product_id": self.product.product_id,
            "user_id": NOBODY,
            "order_configuration": {self.kind: self.configuration},
            "side": self.side,
            "client_order_id": self.client_order_id,
            "status": self.status,
            "time_in_force": "GOOD_UNTIL_CANCELLED",
            "created_time": iso(self.created_at),
            "completion_percentage": f"{100 * self.filled / self.size:.2f}" if self.fills else "0",
            "filled_size": text(self.filled),
            "average_filled_price": text(self.average),
            "fee": "",
            "number_of_fills": str(len(self.fills)),
            "filled_value": text(self.value),
            "pending_cancel": self.cancel_at is not None,
            "size_in_quote": False,
            "total_fees": text(self.fees),
            "size_inclusive_of_fees": False,
            "total_value_after_fees": text(self.total),
            "trigger_status": stop,
            "order_type": "LIMIT" if self.stop is None else "STOP_LIMIT",
            "reject_reason": self.reject_reason or "REJECT_REASON_UNSPECIFIED",
            "settled": self.status == FILLED,
            "product_type": "SPOT",
            "reject_message": self.message if self.status == FAILED else "",
            "cancel_message": self.message if self.status == CANCELLED else "",
            "order_placement_source": "RETAIL_ADVANCED",
            "outstanding_hold_amount": text(self.held),
            "is_liquidation": False,
            "last_fill_time": iso(self.fills[-1].at) if self.fills else None,
            "edit_history": [],
            "leverage": "",
            "margin_type": "UNKNOWN_MARGIN_TYPE",
        }

    def told_row(self) -> dict[str, Any]:
        """As the user channel has it."""
        left = Decimal(0) if self.status in ENDED else self.left
        reason = {"cancel_reason": self.message} if self.message and self.status != FAILED else {}
        rejected = {"reject_reason": self.message} if self.status == FAILED else {}
        return {
            "avg_price": text(self.average),
            **reason,
            "client_order_id": self.client_order_id,
            "cumulative_quantity": text(self.filled),
            "filled_value": text(self.value),
            "leaves_quantity": text(left),
            "number_of_fills": str(len(self.fills)),
            "order_id": self.order_id,
            "order_side": self.side,
            "order_type": "Limit" if self.stop is None else "Stop Limit",
            "product_id": self.product.product_id,
            **rejected,
            "status": self.status,
            "total_fees": text(self.fees),
            "creation_time": iso(self.created_at),
        }

    def fill_rows(self, at: datetime) -> list[tuple[Fill, dict[str, Any]]]:
        """Those that the fills route has by then, and how it has them."""
        return [(fill, self._fill_row(fill)) for fill in self.fills if fill.shown_at <= at]

    def _fill_row(self, fill: Fill) -> dict[str, Any]:
        return {
            "entry_id": made_id(f"entry {fill.number}").replace("-", "") * 2,
            "trade_id": made_id(f"trade {fill.number}"),
            "order_id": self.order_id,
            "trade_time": iso(fill.at),
            "trade_type": "FILL",
            "price": text(fill.price),
            "size": text(fill.size),
            "commission": text(fill.commission),
            "product_id": self.product.product_id,
            "sequence_timestamp": iso(fill.at),
            "liquidity_indicator": "MAKER" if fill.is_maker else "TAKER",
            "size_in_quote": False,
            "user_id": NOBODY,
            "side": self.side,
        }
