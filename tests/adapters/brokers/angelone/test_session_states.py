"""The session's table: whatever happens to it, and in whatever order, the broker is never pestered."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.brokers.angelone.access.session_states import (
    CODE_WINDOW_S,
    FAILURE_REST_MAX_S,
    QUARREL_REST_MAX_S,
    REFUSALS_MAX,
    TABLE,
    UNSENT_MAX_S,
    Happening,
    Standing,
    State,
    next_window,
)
from engine.domain.errors import InvariantBroken
from engine.domain.instant import DAY, SECOND, Instant

BEGAN: Instant = 1_795_000_000 * SECOND
ANSWERS = [Happening.GRANTED, Happening.REFUSED, Happening.STOP, Happening.NO_ANSWER, Happening.UNSENT]
LATER = [Happening.DIED, Happening.EXPIRED, Happening.REFRESH, Happening.KEPT, Happening.LOGGED_OUT]
# What happens next, as far as the state allows it, and how many seconds later.
STEPS = st.lists(
    st.tuples(st.sampled_from(ANSWERS + LATER), st.sampled_from([0.0, 0.5, 3.0, 29.0, 31.0, 130.0, 700.0, 4_000.0])),
    max_size=60,
)


def stand(*happenings: Happening, at: Instant = BEGAN) -> Standing:
    """Where a session stands once these have happened, all at one instant."""
    standing = Standing()
    for happening in happenings:
        standing = standing.after(happening, at)
    return standing


def walk(steps: list[tuple[Happening, float]]) -> list[tuple[Happening, Instant, Standing, Standing]]:
    """Every happening that the state allowed, with what was before and after; a login is begun whenever it may be."""
    standing, at, seen = Standing(), BEGAN, []

    def happen(happening: Happening) -> None:
        nonlocal standing
        before = standing
        until = at + DAY if happening is Happening.LOGGED_OUT else 0
        standing = standing.after(happening, at, until=until)
        seen.append((happening, at, before, standing))

    for wish, pause_s in steps:
        if standing.may_begin(at):
            happen(Happening.BEGIN)
        if (standing.state, wish) in TABLE:
            happen(wish)
        elif standing.state is State.ENTERING:
            happen(Happening.NO_ANSWER)
        at += int(pause_s * SECOND)
    return seen


def test_what_a_state_does_not_know_is_refused_and_changes_nothing() -> None:
    standing = stand(Happening.BEGIN)
    with pytest.raises(InvariantBroken, match="logging in"):
        standing.after(Happening.BEGIN, BEGAN)
    assert standing.state is State.ENTERING


def test_every_state_is_reached_and_left() -> None:
    assert {state for state, _ in TABLE} == {*State}
    assert {*TABLE.values()} == {*State}


def test_a_second_refusal_in_a_row_needs_a_person() -> None:
    once = stand(Happening.BEGIN, Happening.REFUSED)
    assert (once.state, once.until) == (State.RESTING, next_window(BEGAN))
    twice = once.after(Happening.BEGIN, once.until).after(Happening.REFUSED, once.until)
    assert twice.state is State.STOPPED
    assert not twice.may_begin(BEGAN + 365 * DAY)
    assert twice.after(Happening.PERSON, BEGAN).may_begin(BEGAN)


def test_a_clock_that_was_put_back_an_hour_does_not_make_a_rest_an_hour_longer() -> None:
    resting = stand(Happening.BEGIN, Happening.NO_ANSWER)
    assert not resting.may_begin(BEGAN + SECOND)
    assert resting.may_begin(BEGAN - 3_600 * SECOND)


def test_a_login_between_two_refusals_forgets_the_first() -> None:
    standing = stand(Happening.BEGIN, Happening.REFUSED, Happening.BEGIN, Happening.GRANTED)
    again = standing.after(Happening.DIED, BEGAN + DAY).after(Happening.BEGIN, BEGAN + DAY)
    assert again.after(Happening.REFUSED, BEGAN + DAY).state is State.RESTING


def test_a_session_that_had_settled_and_died_is_followed_by_a_login_at_once() -> None:
    standing = stand(Happening.BEGIN, Happening.GRANTED)
    assert standing.after(Happening.DIED, BEGAN + 3_600 * SECOND).may_begin(BEGAN + 3_600 * SECOND)


def test_another_login_that_takes_the_session_each_time_is_given_way_to_ever_longer() -> None:
    standing, at, rests = Standing(), next_window(BEGAN), []
    for _ in range(8):
        standing = standing.after(Happening.BEGIN, at).after(Happening.GRANTED, at).after(Happening.DIED, at + SECOND)
        rests.append((standing.until - at) // SECOND)
        at = standing.until
    assert rests == [30, 60, 120, 240, 480, 900, 900, 900]


def test_a_broker_that_is_down_is_asked_every_two_minutes_and_no_more() -> None:
    standing, at, rests = Standing(), next_window(BEGAN), []
    for _ in range(5):
        standing = standing.after(Happening.BEGIN, at).after(Happening.NO_ANSWER, at)
        rests.append((standing.until - at) // SECOND)
        at = standing.until
    assert rests == [30, 60, 120, 120, 120]


@settings(max_examples=120, deadline=None)
@given(STEPS)
def test_a_code_is_never_used_twice(steps: list[tuple[Happening, float]]) -> None:
    windows: list[int] = []
    for happening, at, before, _ in walk(steps):
        if before.state is State.ENTERING and happening is not Happening.UNSENT:
            windows.append(at // (CODE_WINDOW_S * SECOND))
    assert len(windows) == len({*windows})


@settings(max_examples=120, deadline=None)
@given(STEPS)
def test_no_login_follows_two_refusals_or_one_for_good(steps: list[tuple[Happening, float]]) -> None:
    refusals = 0
    for happening, _, before, _ in walk(steps):
        if happening is Happening.BEGIN:
            assert refusals < REFUSALS_MAX
        if happening is Happening.STOP:
            refusals = REFUSALS_MAX
        elif happening is Happening.REFUSED:
            refusals += 1
        elif happening is Happening.GRANTED and before.state is State.ENTERING:
            refusals = 0


@settings(max_examples=120, deadline=None)
@given(STEPS)
def test_every_rest_ends_and_none_is_longer_than_it_may_be(steps: list[tuple[Happening, float]]) -> None:
    for happening, at, before, after in walk(steps):
        assert after.state is TABLE[before.state, happening] or after.state in (State.RESTING, State.STOPPED)
        if after.state is State.RESTING:
            assert after.may_begin(after.until)
            longest_s = {Happening.UNSENT: UNSENT_MAX_S, Happening.NO_ANSWER: FAILURE_REST_MAX_S}
            assert at < after.until <= at + longest_s.get(happening, QUARREL_REST_MAX_S) * SECOND
