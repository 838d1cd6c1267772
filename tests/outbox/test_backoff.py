"""The retry policy: bounds that double from 1 to 32 s, full jitter, and only for what may be repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.errors import BackPressure, Fenced, JournalFailed, OutcomeUnknown, PermanentFailure
from engine.outbox.backoff import Backoff


def test_the_bound_doubles_from_one_second_to_thirty_two() -> None:
    longest = Backoff(lambda: 1.0)
    waits = [longest.decide(OutcomeUnknown("?"), attempt) for attempt in range(1, 9)]
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 32.0, 32.0]


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 10_000))
def test_the_wait_is_drawn_evenly_below_the_bound(chance: float, attempt: int) -> None:
    bound = Backoff(lambda: 1.0).decide(BackPressure("slower"), attempt)
    assert bound is not None
    assert Backoff(lambda: chance).decide(BackPressure("slower"), attempt) == pytest.approx(chance * bound)


@pytest.mark.parametrize("error", [PermanentFailure("no"), Fenced("over"), JournalFailed("full"), ValueError("a bug")])
def test_what_repeating_cannot_help_is_not_repeated(error: Exception) -> None:
    assert Backoff(lambda: 0.5).decide(error, 1) is None
