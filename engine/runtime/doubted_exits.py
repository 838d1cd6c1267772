"""Exits of a symbol in which broker and books differ: they leave for what the broker has, never for more. Asked by
dispatch just before it sends; fed by outgoing with what the books hold.

A person who closes by hand, and has not decided about the difference yet, would else have it sold a second time when
the stop is reached. No doubt keeps open what is open at the broker: where it does not say, the exit leaves whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

import structlog

from engine.domain.broker import BrokerReport, VenueState
from engine.domain.effects import SubmitOrder
from engine.domain.errors import OperatingError
from engine.domain.events import BrokerEvent, OrderAccepted
from engine.domain.order import Purpose

NOTHING_LEFT = "broker and books differ, and the broker has nothing left of it to close: decide the difference"
_log = structlog.get_logger()


def as_far_as_held(order: SubmitOrder, books: Decimal | None, report: Callable[[], BrokerReport]) -> SubmitOrder | None:
    """The order as it may leave, of a protective stop as of an exit; None where nothing of it may. `books` is what they
    hold of the symbol in all, None where nothing differs.
    """
    if books is None or order.purpose is Purpose.ENTRY:
        return order
    try:
        quantity = still_to_close(order, report(), books)
    except OperatingError as error:
        _log.warning("an exit amid a difference leaves unseen", order=order.order_id, error=str(error))
        return order
    return replace(order, quantity=quantity) if quantity else None


def still_to_close(order: SubmitOrder, report: BrokerReport, books: Decimal) -> Decimal:
    """How much of an exit may leave where broker and books differ: what the venue holds, less what of ours works to
    close it; and as much of it as the difference (`books` is what these hold of the symbol in all) leaves unharmed,
    for bots may hold both ways. Somebody else's orders count for nothing: they may never fill.
    """
    sign = -order.side.sign
    held = sum((position.quantity for position in report.positions if position.symbol == order.symbol), Decimal(0))
    working = sum(
        other.quantity - other.filled_quantity
        for other in report.orders
        if other.symbol == order.symbol
        and other.side is order.side
        and other.state is VenueState.WORKING
        and other.client_order_id not in (None, order.order_id)
    )
    lacks = max(Decimal(0), sign * (books - held))
    return min(order.quantity, max(Decimal(0), order.quantity - lacks, sign * held - working))


def for_so_much(told: Iterable[BrokerEvent], order: SubmitOrder) -> Iterator[BrokerEvent]:
    """What the broker told of an order, with how much of it was sent: the books have it as it was decided, and a stop
    they keep so, or it would be placed anew until its position is as large as the broker's.
    """
    for event in told:
        yield replace(event, quantity=order.quantity) if isinstance(event, OrderAccepted) else event
