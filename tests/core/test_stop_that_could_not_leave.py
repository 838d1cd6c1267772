"""A protective stop that never left this machine: the venue has not said no to it, so it is tried until it is there."""

from __future__ import annotations

from engine.core.protect import TRIES_MAX
from engine.domain.events import OrderDispatched, OrderExpired
from engine.domain.order import Purpose
from tests.core.stop_wire import StopWire, protected


def not_sent(wire: StopWire, *, dispatched: bool) -> None:
    """The next order certainly did not leave: nothing is connected, or it was held back before that was tried."""
    order = wire.outgoing.pop(0)
    assert order.purpose is Purpose.PROTECT
    if dispatched:
        wire.take(OrderDispatched(order.order_id, wire.now))
    wire.take(OrderExpired(order.order_id, "not sent: not connected", wire.now))


def without_a_stop(*, dispatched: bool) -> StopWire:
    """A position of which more stops could not leave than a venue may reject."""
    wire = StopWire()
    wire.end(protected(wire))
    wire.hear()
    for _ in range(TRIES_MAX + 2):
        wire.close_minute()
        not_sent(wire, dispatched=dispatched)
    return wire


def test_it_is_tried_again_until_it_is_there() -> None:
    for dispatched in (True, False):
        wire = without_a_stop(dispatched=dispatched)
        wire.close_minute()
        stop = wire.arrive()
        wire.hear()
        assert wire.working(Purpose.PROTECT) == [stop.order_id]
        assert not wire.state.unprotected


def test_a_person_is_told_that_it_is_tried_again_and_never_that_it_is_not() -> None:
    told = without_a_stop(dispatched=True).alerts("unprotected")
    assert told
    assert all("it is tried again" in words for words in told)


def test_what_the_venue_rejects_afterwards_is_still_bounded() -> None:
    wire = without_a_stop(dispatched=True)
    wire.close_minute()
    wire.reject()
    wire.close_minute()
    assert not wire.outgoing
    assert "no further one" in wire.alerts("unprotected")[-1]
