"""The session tells the engine wall time where the market's clock is the wall's, and nowhere else."""

from __future__ import annotations

import threading
from datetime import timedelta

from engine.domain.instant import moment_of
from engine.domain.records import TripKind
from engine.simulation.clock import ManualClock
from tests.builders.market import tick
from tests.builders.times import at
from tests.runtime.test_session import life
from tests.runtime.world import Life


def held(*, simulated: bool) -> tuple[Life, ManualClock]:
    """Ten shares bought at 09:31, and the wall's clock at the last price."""
    clock = ManualClock(moment_of(at("09:31:30")))
    one = life(clock=clock)
    one.feed.simulated = simulated
    for when in ("09:30:55", "09:31:01", "09:31:30"):
        one.session.step(tick(when, 500))
    assert len(one.state.portfolio) == 1
    return one, clock


def turn(one: Life) -> None:
    """One round of the session's thread."""
    stop = threading.Event()
    stop.set()
    one.session.run(stop)


def test_a_live_feed_that_falls_silent_with_a_position_open_trips_after_its_time() -> None:
    one, clock = held(simulated=False)
    turn(one)
    clock.advance(59.0)
    turn(one)
    assert one.state.breaker.trips == {}
    clock.advance(timedelta(seconds=1).total_seconds())
    turn(one)
    assert list(one.state.breaker.trips) == [TripKind.FEED_LOST]


def test_of_a_market_with_a_clock_of_its_own_silence_is_the_datas() -> None:
    one, clock = held(simulated=True)
    for _ in range(10):
        clock.advance(60.0)
        turn(one)
    assert one.state.breaker.trips == {}


def test_prices_that_waited_in_the_inbox_are_measured_by_the_time_of_now() -> None:
    one, clock = held(simulated=False)
    turn(one)
    clock.advance(300.0)
    one.session.inbox.put(tick("09:36:20", 501))
    turn(one)
    assert one.state.dropped == {}
