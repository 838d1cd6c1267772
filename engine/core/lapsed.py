"""Orders of an earlier day that are open in the books, while the venue's book is a new day's. Asked by differences.py.

That such an order is not in the book proves nothing: neither that it never arrived, nor that nothing of it was filled.
What is held may tell. Where positions outlive the day, and books and venue hold the same of the symbol once it has
opened, nothing was filled that is not booked, and the order ends. Everything else is a difference that a person decides
about. docs/decisions/0036.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from engine.core.orders import Order
from engine.core.standing import difference
from engine.core.state import State
from engine.domain.broker import BrokerReport, VenueState
from engine.domain.order import OrderState
from engine.domain.records import DifferenceKind, DifferenceRecord

ENDED_UNTRADED = "its day is over, and the broker holds what the books hold"


def has_lapsed(order: Order, report: BrokerReport) -> bool:
    """Whether the venue may have had an order that is open, and its book begins after the order was decided."""
    return order.open and order.state is not OrderState.CREATED and order.created_at < report.since


def judge_lapsed(
    state: State, lapsed: Sequence[Order], report: BrokerReport, apart: Collection[str]
) -> tuple[list[DifferenceRecord], list[Order]]:
    """What a person has to decide about, and the orders of which nothing was filled that is not booked. `apart` are the
    symbols of which books and venue hold different quantities. Before the market has opened nothing held is believed to
    be lacking: a broker may still be loading its books.
    """
    found, untraded = list[DifferenceRecord](), list[Order]()
    for order in lapsed:
        others = [other for other in lapsed if other.symbol == order.symbol and other.side is not order.side]
        if not report.carries:
            why = "nor does what it holds, which is a new day's too"
        elif order.symbol in apart:
            why = "and what it holds is not what the books hold"
        elif others:
            why = f"and together with {others[0].order_id} it may have come to nothing"
        else:
            if _has_opened(state, order, report):
                untraded.append(order)
            continue
        if not state.truth.ignored(DifferenceKind.LAPSED_ORDER, order.order_id):
            found.append(_lapsed(state, order, report, why))
    return found, untraded


def _has_opened(state: State, order: Order, report: BrokerReport) -> bool:
    session = state.sessions.get(state.instruments[order.symbol].venue)
    return session is not None and report.at >= max(session.open_at, report.since)


def _lapsed(state: State, order: Order, report: BrokerReport, why: str) -> DifferenceRecord:
    ours = f"{order.side} {order.quantity:f} ({order.order_id}) of an earlier day is {order.state}"
    return difference(
        state, DifferenceKind.LAPSED_ORDER, order.order_id, order.symbol, report.at,
        (ours, f"its book is a new day's and does not tell of it, {why}"),
        order_id=order.order_id, venue_order_id=order.venue_order_id, venue_state=VenueState.EXPIRED.value,
    )  # fmt: skip
