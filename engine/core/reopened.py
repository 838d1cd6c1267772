"""Open orders put back from their records. Called by recover.py and rebook.py at a start.

They come back open: whoever knows what became of them says so next. A venue outside is asked; a simulated one forgot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from engine.core.orders import TERMINAL, Order
from engine.core.replacing import resume
from engine.core.state import State
from engine.domain.order import OrderState
from engine.domain.records import FillRecord, OrderRecord


def put_back_unbooked(state: State, orders: Iterable[OrderRecord], fills: Iterable[FillRecord]) -> None:
    """Orders that ended with more filled than there are fills: the fills were on their way with the journal that was
    lost. Open again, each is looked up, and tells them.
    """
    told: dict[str, Decimal] = {}
    for fill in fills:
        told[fill.order_id] = told.get(fill.order_id, Decimal(0)) + fill.quantity
    for record in orders:
        if record.state in TERMINAL and record.filled_quantity > told.get(record.order_id, Decimal(0)):
            put_back_order(state, replace(record, state=OrderState.ACCEPTED))


def put_back_order(state: State, record: OrderRecord) -> None:
    """An order that was open, as it was. One whose symbol is not listed any more halts the account."""
    if record.symbol not in state.tapes:
        state.breaker.halt(f"{record.symbol} has an open order and is no longer listed", broken=True)
        return
    order = Order(
        record.order_id, record.bot_id, record.symbol, record.side, record.quantity, record.purpose,
        record.created_at, record.signal_id, record.exit_reason, record.order_type, record.limit_price,
        record.stop_price,
    )  # fmt: skip
    order.state, order.history = record.state, list(record.history)
    order.noted = len(order.history)
    order.at_risk_pct, order.price = record.at_risk_pct, record.decision_price or order.price
    order.checks, order.mode = record.checks, record.execution_mode
    order.filled_quantity = record.filled_quantity
    if record.average_price is not None:
        order.filled_turnover = record.average_price * record.filled_quantity
        order.filled_value = state.instruments[record.symbol].value_of(record.average_price, record.filled_quantity)
    position = state.portfolio.get(record.bot_id, record.symbol)
    if position is not None:
        order.fill_keys = list(position.fill_ids)  # its own among them, so that none of them is booked again
    order.venue_order_id, order.trigger_price = record.venue_order_id, record.trigger_price
    order.withdrawn_by = record.withdrawn_by
    state.orders[order.order_id] = order
    if order.state is OrderState.CANCEL_REQUESTED:
        state.kill_again.add(order.order_id)
    resume(state, order)
