"""What an adapter remembers of its own orders: those at work however many come after them, the rest for a while."""

from __future__ import annotations

from engine.adapters.brokers.bookkeeping.known_orders import KEPT_MAX, KnownOrders


def test_a_stop_that_rests_for_weeks_is_known_however_many_orders_come_and_end_meanwhile() -> None:
    known = KnownOrders(lambda: 0.0)
    known.leaving("STOP")
    known.answered("STOP", "1")
    for number in range(KEPT_MAX + 100):
        known.leaving(f"T{number}")
        known.answered(f"T{number}", f"{number + 2}")
        known.over(f"T{number}")
    assert known.tag_of("1") == "STOP"
    assert [each.tag for each in known.working()] == ["STOP"]
    assert known.of("T0") is None
    assert known.tag_of("2") is None, "memory does not grow"
