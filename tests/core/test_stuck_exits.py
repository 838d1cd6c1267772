"""An exit that keeps not leaving: it is decided anew, a person is told once, and told again when it has left."""

from __future__ import annotations

import pytest

from engine.core.stuck_exits import TRIES
from engine.domain.events import (
    CommandReceived,
    OrderDispatched,
    OrderExpired,
    WallClock,
)
from engine.domain.exits import Exits
from engine.domain.instant import SECOND
from engine.domain.order import ExitReason, OrderState, Purpose
from tests.core.stop_wire import StopWire, protected

BARE = Exits()  # no stop rests, so an exit leaves as it is decided


def bought(exits: Exits) -> StopWire:
    """Ten are bought and held; what comes of that waits on the wire."""
    wire = StopWire(exits=exits)
    wire.close_minute()
    entry = wire.arrive()
    wire.fill(entry.order_id)
    wire.hear()
    return wire


def held() -> StopWire:
    """Ten are bought and held, and nothing is at work."""
    wire = bought(BARE)
    assert not wire.outgoing
    return wire


def not_sent(wire: StopWire, why: str = "not connected") -> None:
    """The next exit certainly did not leave."""
    order = wire.outgoing.pop(0)
    assert order.purpose is Purpose.EXIT
    wire.take(OrderDispatched(order.order_id, wire.now))
    wire.take(OrderExpired(order.order_id, f"not sent: {why}", wire.now))


def pass_by_the_wall(wire: StopWire, seconds: int) -> None:
    """Time passes and no price comes, second by second."""
    for _ in range(seconds):
        wire.now += SECOND
        wire.take(WallClock(wire.now))


def test_a_close_that_could_not_be_sent_is_decided_anew_until_it_leaves() -> None:
    wire = held()
    wire.ask_to_close()
    for _ in range(7):
        not_sent(wire)
    leaving = wire.arrive()
    wire.fill(leaving.order_id)
    wire.hear()
    assert (leaving.exit_reason, wire.position, wire.net()) == (ExitReason.MANUAL, None, 0)
    assert len({order.order_id for order in wire.sent.values() if order.purpose is Purpose.EXIT}) == 8


def test_a_signals_exit_that_could_not_be_sent_is_decided_anew() -> None:
    wire = held()
    position = wire.position
    assert position is not None
    wire.ask_to_close()
    wire.state.orders[wire.outgoing[0].order_id].exit_reason = ExitReason.SIGNAL
    not_sent(wire)
    assert [order.exit_reason for order in wire.outgoing] == [ExitReason.SIGNAL]


def test_after_three_that_did_not_leave_a_person_is_told_once_what_and_why() -> None:
    wire = held()
    wire.ask_to_close()
    for number in range(1, 12):
        not_sent(wire)
        assert len(wire.alerts("exit_stuck")) == (number >= TRIES)
    (words,) = wire.alerts("exit_stuck")
    assert words.startswith("ACME: the exit (manual) of the 10 of alpha has not left for 0 s, 3 tries: not sent: not c")
    assert "close it at the broker" in words


def test_an_exit_that_waits_to_be_sent_for_a_minute_is_told_of_though_no_price_comes() -> None:
    wire = held()
    wire.take(WallClock(wire.now))
    wire.ask_to_close()
    pass_by_the_wall(wire, 59)
    assert not wire.alerts("exit_stuck")
    pass_by_the_wall(wire, 30)
    (words,) = wire.alerts("exit_stuck")
    assert "60 s: it waits to be sent" in words


def test_an_exit_whose_stop_does_not_come_out_is_told_of() -> None:
    wire = StopWire()
    protected(wire)
    wire.ask_to_close()
    wire.close_minute()
    wire.close_minute()
    (words,) = wire.alerts("exit_stuck")
    assert "the stop at the broker is not out yet" in words


def test_one_that_may_have_left_is_not_said_to_be_stuck() -> None:
    wire = held()
    wire.ask_to_close()
    wire.lose()
    for _ in range(3):
        wire.close_minute()
    assert not wire.alerts("exit_stuck")
    (lost,) = (order for order in wire.state.open_orders() if order.purpose is Purpose.EXIT)
    wire.take(OrderExpired(lost.order_id, "never reached the broker", wire.now))
    assert len(wire.alerts("exit_stuck")) == 1
    assert [order.exit_reason for order in wire.outgoing] == [ExitReason.MANUAL]


@pytest.mark.parametrize("closed", [True, False])
def test_that_it_has_left_is_told_once_it_is_filled_or_the_venue_has_kept_it(closed: bool) -> None:
    wire = held()
    wire.ask_to_close()
    for _ in range(TRIES):
        not_sent(wire)
    leaving = wire.arrive()
    wire.hear()
    assert not wire.alerts("exit_left")
    if closed:
        wire.fill(leaving.order_id)
        wire.hear()
    wire.close_minute()
    wire.close_minute()
    words = "it is closed" if closed else "the broker has the exit; 10 are still held"
    assert wire.alerts("exit_left") == [f"ACME of alpha: {words}"]
    assert not wire.state.leaving


def test_a_venue_that_takes_exits_and_rejects_them_a_moment_later_is_told_of_once() -> None:
    wire = held()
    wire.ask_to_close()
    for _ in range(6):
        order = wire.outgoing[0]
        wire.outgoing.append(order)
        wire.arrive()
        wire.hear()
        wire.reject("no margin")
        assert not wire.outgoing, "the next rests a while"
        wire.tick("500", 6)
        wire.take(WallClock(wire.now))
    assert len(wire.alerts("exit_stuck")) == 1
    assert "no margin" in wire.alerts("exit_stuck")[0]
    assert not wire.alerts("exit_left")


def test_an_exit_that_the_venue_ends_by_itself_is_decided_anew_after_a_rest() -> None:
    wire = held()
    wire.ask_to_close()
    leaving = wire.arrive()
    wire.fill(leaving.order_id, 4)
    wire.end(leaving.order_id)
    wire.hear()
    assert not wire.outgoing
    wire.tick("500", 6)
    wire.close_minute()
    (again,) = wire.outgoing
    assert (again.quantity, again.exit_reason) == (6, ExitReason.MANUAL)


def test_an_exit_that_a_person_cancels_is_not_decided_anew() -> None:
    wire = held()
    wire.ask_to_close()
    leaving = wire.arrive()
    wire.hear()
    wire.take(CommandReceived("no", "cancel_order", {"order_id": leaving.order_id}))
    wire.cancel()
    wire.hear()
    wire.close_minute()
    assert wire.state.orders[leaving.order_id].state is OrderState.CANCELLED
    assert not wire.outgoing
    assert wire.position is not None


def test_one_that_a_person_cancels_before_it_could_be_sent_is_not_decided_anew_either() -> None:
    wire = held()
    wire.ask_to_close()
    wire.take(CommandReceived("no", "cancel_order", {"order_id": wire.outgoing[0].order_id}))
    not_sent(wire)
    wire.close_minute()
    assert (wire.outgoing, wire.state.exit_wishes, wire.state.leaving) == ([], {}, {})


def test_an_exit_that_the_reports_show_as_ended_holds_its_position_no_longer() -> None:
    wire = held()
    wire.ask_to_close()
    leaving = wire.arrive()
    wire.hear()
    wire.end(leaving.order_id, heard=False)
    for _ in range(2):
        wire.report()
    assert wire.state.orders[leaving.order_id].state is OrderState.CANCELLED
    assert wire.state.truth.state == "in_step"
    wire.tick("500", 6)
    wire.close_minute()
    assert [order.exit_reason for order in wire.outgoing] == [ExitReason.MANUAL]


def test_an_exit_that_is_in_no_list_any_more_is_a_persons_to_decide() -> None:
    wire = held()
    wire.ask_to_close()
    leaving = wire.arrive()
    wire.hear()
    del wire.book.orders[f"V-{leaving.order_id}"]
    for _ in range(3):
        wire.report()
    assert wire.state.truth.state == "differs"
    assert not wire.outgoing
