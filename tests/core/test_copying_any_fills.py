"""Whatever parts a venue fills, and in whatever order: a follower holds no more than its share, and nothing that its
leader does not hold.
"""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from engine.core.orders import Order
from engine.domain.events import ClockTicked, CommandReceived, FillReceived, OrderCancelled
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.order import OrderState, Purpose
from tests.builders.copying import follower
from tests.builders.desk import Desk
from tests.builders.market import tick
from tests.builders.times import at
from tests.core.copy_desk import copy_desk, held

SCALES = (Decimal("0.33"), Decimal("0.5"), Decimal(1), Decimal("2.5"))


class Floor:
    """A venue that does what chance says: fills parts of any order it has, cancels some that it was asked to."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.scale = self.chance.choice(SCALES)
        self.made: Desk = copy_desk(follower(scale=float(self.scale), max_per_day=100_000, max_per_minute=1_000))
        self.now: Instant = at("09:20")
        self.fills = 0

    def orders(self) -> list[Order]:
        return self.made.engine.state.open_orders()

    def settle(self) -> None:
        """New orders are accepted; one of those there are is filled in part, or cancelled where that was asked."""
        for sent in self.made.sent:
            if self.made.engine.state.orders[sent.order_id].state is OrderState.SENT:
                self.made.accept(sent)
        orders = self.orders()
        if not orders:
            return
        order = self.chance.choice(orders)
        if order.state is OrderState.CANCEL_REQUESTED and self.chance.random() < 0.5:
            self.made.take(OrderCancelled(order.order_id, "asked", self.now))
            return
        part = Decimal(self.chance.randint(1, int(order.remaining)))
        self.fills += 1
        self.made.take(FillReceived(order.order_id, f"V-{self.fills}", part, Decimal(500), self.now))

    def minute(self) -> None:
        """The leader's bar ends: it enters."""
        self.now += MINUTE
        self.made.take(tick(self.now - SECOND, "500"))
        self.made.take(ClockTicked(self.now))

    def leave(self) -> None:
        """A person closes what the leader holds."""
        self.made.take(CommandReceived(f"c{self.now}", "close_position", {"bot_id": "leader", "symbol": "ACME"}))

    def work_off(self) -> None:
        """Everything there is fills or ends."""
        for _ in range(1_000):
            self.settle()
            if not self.orders():
                return
        raise AssertionError("orders without end")


@pytest.mark.parametrize("seed", range(40))
def test_a_follower_holds_no_more_than_its_share_and_leaves_with_its_leader(seed: int) -> None:
    floor = Floor(seed)
    for _ in range(25):
        step = floor.chance.random()
        if step < 0.25:
            floor.minute()
        elif step < 0.35:
            floor.leave()
        else:
            floor.settle()
        most = max(_reached(floor), Decimal(0)) * floor.scale
        assert 0 <= held(floor.made) <= most
    while held(floor.made, "leader") or floor.orders():  # an entry that fills after its exit was sent is left again
        floor.leave()
        floor.work_off()
    assert held(floor.made) == 0
    assert floor.made.engine.state.breaker.halted is None


def _reached(floor: Floor) -> Decimal:
    """The most that the leader has had since it was last flat: what a follower's late fill may still be of."""
    entered = [order for order in floor.made.engine.state.orders.values() if order.purpose is Purpose.ENTRY]
    return sum((order.filled_quantity for order in entered if order.bot_id == "leader"), Decimal(0))


def test_such_days_bring_every_kind_of_exit() -> None:
    reasons = set()
    for seed in range(40):
        floor = Floor(seed)
        for _ in range(40):
            floor.chance.choice((floor.minute, floor.leave, floor.settle, floor.settle, floor.settle))()
        orders = floor.made.engine.state.orders.values()
        reasons |= {str(order.exit_reason) for order in orders if order.bot_id == "follower" and order.exit_reason}
    assert reasons == {"signal", "reduce"}
