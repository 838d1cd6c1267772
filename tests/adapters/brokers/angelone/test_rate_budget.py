"""How often routes may be called: the published limits hold in every stretch of time, and exits come first."""

from bisect import bisect_left

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.brokers.angelone.access.routes import LIMITS, ORDER_ROUTES, ORDERS, Route, bucket_of
from engine.adapters.brokers.connection.rate_budget import RateBudget
from tests.brokers.angelone.in_process import OPEN_DAY
from tests.brokers.angelone.limits import LIMITS as BROKERS_LIMITS
from tests.brokers.angelone.limits import Limits
from tests.brokers.loopback.clocks import SteeredClock


def most_within(instants: list[float], window_s: float) -> int:
    """The most of these instants that lie in any half-open window of that length."""
    instants = sorted(instants)
    return max((bisect_left(instants, at + window_s) - place for place, at in enumerate(instants)), default=0)


def test_every_route_has_limits() -> None:
    assert {*LIMITS} | ORDER_ROUTES == {*Route}


@pytest.mark.parametrize("route", sorted({*LIMITS} & {Route(name) for name in BROKERS_LIMITS if name in {*Route}}))
def test_ours_are_never_above_the_brokers(route: Route) -> None:
    theirs = dict(zip((1.0, 60.0, 3600.0), BROKERS_LIMITS[route.value], strict=True))
    ours = {limit.window_s: limit.calls for limit in bucket_of(route).limits}
    for window_s, most in theirs.items():
        assert not most or ours[window_s] <= most


def test_entries_take_four_a_second_and_exits_the_five_that_are_left() -> None:
    clock = SteeredClock(OPEN_DAY)
    budget = RateBudget(clock, bucket_of)
    assert [budget.take(Route.PLACE, patience_s=0.0) is None for _ in range(5)] == [True] * 4 + [False]
    exits = [budget.take(Route.CANCEL, patience_s=0.0, for_exit=True) is None for _ in range(6)]
    assert exits == [True] * 5 + [False]
    assert clock.waited_s == 0.0


def test_an_exit_passes_entries_that_wait() -> None:
    clock = SteeredClock(OPEN_DAY)
    budget = RateBudget(clock, bucket_of)
    for _ in range(5):
        budget.take(Route.PLACE, patience_s=2.0)
    waited_s = clock.waited_s
    assert waited_s > 0.0
    assert budget.take(Route.PLACE, patience_s=0.0, for_exit=True) is None
    assert clock.waited_s == waited_s


def test_of_an_hour_a_fifth_is_kept_for_exits() -> None:
    clock = SteeredClock(OPEN_DAY)
    budget, entries = RateBudget(clock, bucket_of), 0
    while clock.monotonic() < 3_000:
        entries += budget.take(Route.PLACE, patience_s=0.0) is None
        clock.pass_s(0.3)
    hour = ORDERS[-1]
    assert entries == hour.calls - hour.for_exits
    assert budget.take(Route.PLACE, patience_s=60.0) is not None
    assert budget.take(Route.PLACE, patience_s=0.0, for_exit=True) is None


def test_a_caller_without_patience_is_told_how_long_it_takes_and_nothing_is_counted() -> None:
    clock = SteeredClock(OPEN_DAY)
    budget = RateBudget(clock, bucket_of)
    assert budget.take(Route.ORDER_BOOK, patience_s=0.0) is None
    assert budget.take(Route.ORDER_BOOK, patience_s=0.5) == pytest.approx(1.05)
    clock.pass_s(1.05)
    assert budget.take(Route.ORDER_BOOK, patience_s=0.0) is None


def test_a_refusal_by_the_limiter_rests_its_route_and_no_other_and_no_exit() -> None:
    clock = SteeredClock(OPEN_DAY)
    budget = RateBudget(clock, bucket_of)
    budget.rest(Route.PLACE, 10.0)
    assert budget.take(Route.MODIFY, patience_s=1.0) == pytest.approx(10.0)
    assert budget.take(Route.PLACE, patience_s=0.0, for_exit=True) is None
    assert budget.take(Route.ORDER_BOOK, patience_s=0.0) is None


CALLS = st.lists(
    st.tuples(
        st.sampled_from([Route.PLACE, Route.CANCEL, Route.ORDER_BOOK, Route.CANDLES]),
        st.booleans(),
        st.sampled_from([0.0, 0.3, 1.2, 5.0]),
        st.sampled_from([0.0, 0.01, 0.4, 1.0]),
    ),
    max_size=120,
)


@settings(max_examples=60, deadline=None)
@given(CALLS)
def test_no_stretch_of_time_sees_more_calls_than_allowed(calls: list[tuple[Route, bool, float, float]]) -> None:
    clock = SteeredClock(OPEN_DAY)
    budget, broker = RateBudget(clock, bucket_of), Limits(clock.monotonic)
    orders: list[float] = []
    entries: list[float] = []
    for route, for_exit, patience_s, pause_s in calls:
        before = clock.waited_s
        if budget.take(route, patience_s=patience_s, for_exit=for_exit and route in ORDER_ROUTES) is None:
            assert clock.waited_s - before <= patience_s
            assert broker.passes("orders" if route in ORDER_ROUTES else route.value)
            if route in ORDER_ROUTES:
                orders.append(clock.monotonic())
                if not for_exit:
                    entries.append(clock.monotonic())
        clock.pass_s(pause_s)
    assert most_within(orders, 1.0) <= 9
    assert most_within(entries, 1.0) <= 4
