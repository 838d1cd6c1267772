"""Orders put together with their fills, and put in our words. Fed by each broker's books; feeds its reports.

Books that are pulled one after the other tell of different moments. A fill that its order's row does not know yet
counts, and fills that trail their order are pulled again; what does not come together is no report.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from engine.adapters.brokers.bookkeeping.known_orders import KnownOrders
from engine.adapters.brokers.bookkeeping.rows import FillSeen, OrderListed
from engine.domain.broker import VenueOrder, VenueState
from engine.domain.errors import OutcomeUnknown
from engine.domain.instant import Instant

TRAILING_PULLS = 2  # further looks at fills that trail their orders
ZERO = Decimal(0)

Read = TypeVar("Read", bound=OrderListed)
Filled = TypeVar("Filled", bound=FillSeen)


def with_fills(
    orders: Collection[Read], pull: Callable[[], Iterable[Filled]]
) -> tuple[list[tuple[Read, list[Filled]]], Mapping[str, list[Filled]]]:
    """Each order with all of its fills, and all that were pulled, by the broker's number of their order.

    Raises OutcomeUnknown where they do not come together, and what `pull` raises.
    """
    pulls = 0
    while True:
        fills: defaultdict[str, list[Filled]] = defaultdict(list)
        for fill in pull():
            fills[fill.order_id].append(fill)
        trailing = [row.order_id for row in orders if _sum(fills.get(row.order_id, ())) < row.filled]
        if not trailing:
            together = [(row, fills.get(row.order_id, [])) for row in orders]
            return [(_with(row, _sum(its_own)), its_own) for row, its_own in together], fills
        if pulls == TRAILING_PULLS:
            raise OutcomeUnknown(f"the broker's list of fills trails its order {trailing[0]}")
        pulls += 1


def venue_order(row: OrderListed, symbol: str, at: Instant, known: KnownOrders) -> VenueOrder:
    """In our words. A second order under an id of ours is somebody else's, and says so; one that was taken out because
    its day was over has expired, whatever the broker calls it.
    """
    tag, state = known.ours(row.order_id, row.tag), row.state
    asked = known.of(tag) if tag else None
    if state is VenueState.CANCELLED and asked is not None and asked.expires:
        state = VenueState.EXPIRED
    doubled = row.tag is not None and tag is None
    reason = f"a second order under the id {row.tag}" if doubled else row.reason
    return VenueOrder(row.order_id, tag, symbol, row.side, row.quantity, row.filled, state, at, reason)


def _sum(fills: Iterable[FillSeen]) -> Decimal:
    return sum((fill.quantity for fill in fills), ZERO)


def _with(row: Read, filled: Decimal) -> Read:
    """The order as far as its fills go, which were pulled after it. Raises OutcomeUnknown for more than its whole."""
    if filled > row.quantity:
        raise OutcomeUnknown(f"the broker lists fills of {filled} for order {row.order_id} of {row.quantity}")
    if filled == row.filled:
        return row
    if filled == row.quantity:
        return replace(row, filled=filled, state=VenueState.FILLED)
    # Of a rejected order the books take no fill: what there is of it was filled before the rest was turned down.
    state = VenueState.CANCELLED if row.state is VenueState.REJECTED else row.state
    return replace(row, filled=filled, state=state)
