"""Which of many bars `confluence` must be asked about. Made by confluence.py for foresight, which asks it about those.

Between them every bar is surely where the one before it was: outside both zones, or in the candidate's. There it says
nothing and stays as it is, but for the moment at which the candidate is old enough to be confirmed. Passed over as well
are candidates that surely end before they are that old: after them it stands where it stood.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np

from engine.core.indicators.stretch import Column
from engine.domain.instant import NEVER, Instant

OUTSIDE, BUYS, SELLS, UNSURE = 0, 1, -1, 2
_NEAR = 1e-4  # so near to a threshold a score is not told apart: rounding moves it by a hundredth of that


def zones_of(score: Column, buy_at: Column | float, sell_at: Column | float) -> Column:
    """Where each bar's score (not rounded) surely is. No score (NaN) is outside: it ends a candidate as that does."""
    outside = ~((score >= buy_at - _NEAR) | (score <= _NEAR - sell_at))
    zones = np.where(outside, OUTSIDE, UNSURE)
    zones[score >= buy_at + _NEAR] = BUYS
    zones[(score <= -_NEAR - sell_at) & (zones != BUYS)] = SELLS
    return zones


class Plan:
    """`standing` says where the strategy is now: its candidate's zone, and from which close on that is confirmed.
    `confirm_us` is how old a candidate must be for that.
    """

    __slots__ = ("_begins", "_close_at", "_edges", "_standing", "_zones")

    def __init__(
        self, zones: Column, close_at: Sequence[Instant], confirm_us: int, standing: Callable[[], tuple[int, Instant]]
    ) -> None:
        self._zones: list[int] = zones.tolist()
        self._edges: list[int] = [*(np.flatnonzero(zones[1:] != zones[:-1]) + 1).tolist(), len(zones)]
        self._close_at = close_at
        self._standing = standing
        self._begins = [*self._begun(confirm_us), len(zones)]

    def _begun(self, confirm_us: int) -> Iterator[int]:
        """Where outside of both zones ends, but for candidates that end outside again before they can be confirmed."""
        zones, close_at = self._zones, self._close_at
        for begin, end in pairwise((0, *self._edges)):
            if zones[begin] == OUTSIDE:
                continue
            ends_outside = end < len(zones) and zones[end] == OUTSIDE
            alone = begin > 0 and zones[begin - 1] == OUTSIDE and zones[begin] != UNSURE and ends_outside
            if not alone or close_at[end - 1] - close_at[begin] >= confirm_us:
                yield begin

    def after(self, row: int) -> int:
        """The next bar it must be asked about, `row` being the last; the number of bars where there is none."""
        following = row + 1
        if following == len(self._zones):
            return following
        zone, confirmed_at = self._standing()
        if self._zones[following] != zone and (zone != OUTSIDE or self._zones[following] == UNSURE):
            return following
        if zone == OUTSIDE:
            return self._begins[bisect_left(self._begins, following)]
        end = self._edges[bisect_right(self._edges, following)]
        if confirmed_at == NEVER:
            return end
        return min(end, max(following, bisect_left(self._close_at, confirmed_at)))
