"""A position that was to be closed is closed, whatever its entry still filled while the exit was on its way."""

from __future__ import annotations

from decimal import Decimal

from engine.domain.effects import SubmitOrder
from engine.domain.events import ClockTicked, FillReceived, OrderCancelled
from engine.domain.instant import MINUTE, SECOND
from engine.domain.order import ExitReason, Purpose, Side
from tests.builders.desk import Desk, desk, enter, fill, leave
from tests.builders.market import tick

D = Decimal


def leaving() -> tuple[Desk, SubmitOrder, SubmitOrder]:
    """Sixty of a hundred are bought when a person closes the position: the entry, and the exit of sixty."""
    made = desk(minutes=3)
    (entry,) = enter(made, 1, "500")
    made.take(fill(entry, 0, D(60), D(500)))
    way_out = leave(made)
    assert way_out is not None
    assert way_out.quantity == 60
    return made, entry, way_out


def held(made: Desk) -> Decimal:
    return sum((position.quantity for position in made.engine.state.portfolio.all()), D(0))


def newest(made: Desk) -> tuple[Purpose, Side, Decimal, ExitReason | None]:
    order = made.sent[-1]
    return order.purpose, order.side, order.quantity, order.exit_reason


REST = (Purpose.EXIT, Side.SELL, D(40), ExitReason.MANUAL)


def test_what_the_entry_filled_before_the_exit_did_is_left_by_another_one() -> None:
    made, entry, way_out = leaving()
    made.take(fill(entry, 1, D(40), D(500)))
    assert made.sent[-1] is way_out  # it is still on its way: not two at once
    made.take(fill(way_out, 0, D(60), D(501)))
    assert (newest(made), held(made)) == (REST, D(40))
    made.take(fill(made.sent[-1], 0, D(40), D(501)))
    assert held(made) == 0


def test_what_the_entry_filled_after_the_position_was_flat_is_left_too() -> None:
    made, entry, way_out = leaving()
    made.take(fill(way_out, 0, D(60), D(501)))
    assert held(made) == 0
    made.take(fill(entry, 1, D(40), D(500)))
    assert (newest(made), held(made)) == (REST, D(40))


def test_a_fill_that_is_told_after_the_cancellation_is_left_too() -> None:
    made, entry, way_out = leaving()
    made.take(fill(way_out, 0, D(60), D(501)))
    made.take(OrderCancelled(entry.order_id, "as asked", way_out.at + SECOND))
    made.take(fill(entry, 1, D(40), D(500)))
    assert (newest(made), held(made)) == (REST, D(40))


def test_an_exit_that_fills_in_parts_is_one_exit() -> None:
    made, entry, way_out = leaving()
    made.take(fill(way_out, 0, D(20), D(501)))
    made.take(fill(entry, 1, D(40), D(500)))
    assert made.sent[-1] is way_out
    made.take(fill(way_out, 1, D(40), D(501)))
    assert newest(made) == REST


def test_an_entry_that_was_decided_after_the_exit_stays() -> None:
    made, entry, way_out = leaving()
    made.take(OrderCancelled(entry.order_id, "as asked", way_out.at + SECOND))
    now = made.engine.state.now + MINUTE
    made.take(tick(now - SECOND, "500"))
    made.take(ClockTicked(now))
    again = made.sent[-1]
    assert again.purpose is Purpose.ENTRY
    made.accept(again)
    made.take(FillReceived(again.order_id, "new", D(100), D(500), now))
    made.take(fill(way_out, 0, D(60), D(501)))
    assert made.sent[-1] is again
    assert held(made) == 100
