"""The one retry policy: which errors are repeated, and after how long. Asked by the relay; by runtime for leases.

A decision is a value: `decide` says how many seconds to wait, or that repeating can't help. Nothing here sleeps, reads
a clock or draws a number by itself.
"""

from __future__ import annotations

from collections.abc import Callable

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_never
from tenacity.wait import wait_base

from engine.domain.errors import BackPressure, OutcomeUnknown

FIRST_S = 1.0
LONGEST_S = 32.0  # Firestore's service level asks its callers for 1 to 32 s


class FullJitter(wait_base):
    """A wait drawn evenly from 0 to a bound that doubles from 1 to 32 s. `chance` gives numbers in [0, 1)."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance

    def __call__(self, retry_state: RetryCallState) -> float:
        doublings = min(retry_state.attempt_number - 1, 16)
        return min(FIRST_S * float(2**doublings), LONGEST_S) * self._chance()


class Backoff:
    """The policy, for calls that are safe to repeat as they are."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._policy = Retrying(
            wait=FullJitter(chance),
            retry=retry_if_exception_type((OutcomeUnknown, BackPressure)),
            stop=stop_never,
            reraise=True,
        )

    def decide(self, error: BaseException, attempt: int) -> float | None:
        """Seconds to wait after the attempt-th failure in a row (from 1); None when repeating can't help."""
        state = RetryCallState(self._policy, fn=None, args=(), kwargs={})
        state.attempt_number = attempt
        state.set_exception((type(error), error, error.__traceback__))
        return float(self._policy.wait(state)) if self._policy.retry(state) else None

    def rest_s(self, attempt: int) -> float:
        """Seconds to wait after the attempt-th failure in a row, whatever failed: for a document that is parked."""
        return self.decide(BackPressure("refused"), attempt) or 0.0
