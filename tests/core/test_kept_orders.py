"""What is at work among an account's orders is what a search through all of them finds."""

from __future__ import annotations

import random
from decimal import Decimal

from engine.core.kept_orders import KeptOrders
from engine.core.orders import TERMINAL, TRANSITIONS, Order
from engine.domain.order import OrderRequest, OrderState, Purpose, Side


def order(number: int) -> Order:
    request = OrderRequest(
        order_id=f"order-{number}", bot_id="bot", symbol="ACME", side=Side.BUY, quantity=Decimal(1), price=Decimal(9),
        purpose=Purpose.ENTRY, at=number,
    )  # fmt: skip
    return Order.of(request)


def test_no_order_comes_back_to_life() -> None:
    assert not [pair for pair, after in TRANSITIONS.items() if pair[0] in TERMINAL and after not in TERMINAL]


def test_what_is_at_work_is_found_in_the_order_of_decisions() -> None:
    chance = random.Random(3)
    kept = KeptOrders()
    for number in range(300):
        kept[f"order-{number}"] = order(number)
        for one in chance.sample(list(kept.values()), min(len(kept), 2)):
            one.state = chance.choice((OrderState.FILLED, OrderState.CANCELLED)) if chance.random() < 0.7 else one.state
        if chance.random() < 0.1:  # found again after a restart, as another object
            again = order(chance.randrange(number + 1))
            kept[again.order_id] = again
        assert kept.working() == [one for one in kept.values() if one.open]
    kept = KeptOrders({key: one for key, one in kept.items() if one.open})
    assert kept.working() == list(kept.values())
    kept.clear()
    assert kept.working() == []
