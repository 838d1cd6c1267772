"""What a broker lists of orders and of fills, put together: the fills are pulled after the orders, and know more."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.adapters.brokers.bookkeeping.filled_orders import with_fills
from engine.adapters.brokers.coinbase.orders.order_rows import order_row, trade_row
from engine.domain.broker import VenueState
from tests.adapters.brokers.coinbase.test_order_rows import FILL, ROW

D = Decimal


@pytest.mark.parametrize(
    ("status", "size", "state"),
    [
        ("OPEN", "4", VenueState.WORKING),
        ("OPEN", "10", VenueState.FILLED),
        ("CANCELLED", "4", VenueState.CANCELLED),
        ("FAILED", "4", VenueState.CANCELLED),  # the books take no fill of a rejected order
        ("FAILED", "10", VenueState.FILLED),
    ],
)
def test_an_order_has_come_as_far_as_its_fills(status: str, size: str, state: VenueState) -> None:
    fill = trade_row({**FILL, "size": size})
    ((row, fills),), _ = with_fills([order_row({**ROW, "status": status})], lambda: [fill])
    assert (row.filled, row.state, fills) == (D(size), state, [fill])
