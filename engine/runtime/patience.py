"""Repeats a step of the start for as long as it takes. Used by bootstrap and recovery; feeds start_notice with why.

The one retry policy decides (outbox/backoff): a store that does not answer, or asks to wait, is asked again after 1 to
32 s with full jitter. A lease that another engine holds is looked at again, each second at first. What repeating can't
mend is raised as CannotStart. Steps are given whole, so each must be safe to repeat from its beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from engine.domain.errors import CannotStart, LeaseHeld, PermanentFailure
from engine.outbox.backoff import Backoff
from engine.runtime.ending import Ended, EndWish
from engine.runtime.start_notice import StartNotice

T = TypeVar("T")

LOOK_S = 1.0  # a hand-over between two engines: the old one lets go within seconds
LOOKS = 300
LATER_LOOK_S = 10.0  # after five minutes it stands by: each look at the lease is a billed read


class Patient(Protocol):
    """Makes a call, and again where the store was at fault; see `Patience` and `at_once`."""

    def __call__(self, call: Callable[[], T], /) -> T:
        """What the call returns."""


def at_once(call: Callable[[], T], /) -> T:
    """Make the call once and raise what it raises."""
    return call()


class Patience:
    """See Patient. Ended as soon as a wish to end is told. `away` says who did not answer: the store, by default."""

    def __init__(
        self,
        backoff: Backoff,
        notice: StartNotice,
        end: EndWish,
        *,
        away: Callable[[Exception, float], None] | None = None,
    ) -> None:
        self._backoff = backoff
        self._notice = notice
        self._end = end
        self._away = away or notice.store_away

    def __call__(self, call: Callable[[], T], /) -> T:
        """Make the call until it succeeds.

        Raises Ended when asked to, CannotStart for a PermanentFailure, and whatever else is not the store's absence.
        """
        attempt = 0
        while not self._end.asked:
            try:
                result = call()
            except Exception as error:
                if self._end.asked:  # the call was cut, so whatever it says is of our making
                    raise Ended("asked to end while starting") from error
                attempt += 1
                pause_s = self._pause_s(error, attempt)
                if pause_s is None:
                    raise
                self._end.within(pause_s)
            else:
                self._notice.goes_on()
                return result
        raise Ended("asked to end while starting")

    def _pause_s(self, error: Exception, attempt: int) -> float | None:
        """Seconds until the next attempt, said in the notice; None for an error that is not ours to wait for."""
        if isinstance(error, LeaseHeld):
            pause_s = LOOK_S if attempt <= LOOKS else LATER_LOOK_S
            self._notice.held(error)
            return pause_s
        if isinstance(error, PermanentFailure):
            raise CannotStart(f"the account can't be taken up, and waiting would not help: {error}") from error
        pause = self._backoff.decide(error, attempt)
        if pause is not None:
            self._away(error, pause)
        return pause
