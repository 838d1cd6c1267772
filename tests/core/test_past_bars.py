"""The newest bars of a symbol, whether they came one by one or as columns that nobody looked at yet."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator

from engine.core.past_bars import PastBar, PastBars
from engine.domain.instant import MINUTE
from engine.domain.market import Bar


def past(number: int) -> PastBar:
    at = number * MINUTE
    return Bar("ACME", "1m", at, at + MINUTE, 1, 1, 1, 1, 0.0), None


def test_it_is_a_bounded_list_however_the_bars_come() -> None:
    chance = random.Random(5)
    kept, expected, number = PastBars(40), deque[PastBar](maxlen=40), 0
    for _ in range(400):
        more = [past(number + step) for step in range(chance.choice((1, 1, 7, 60)))]
        number += len(more)
        if len(more) == 1:
            kept.append(more[0])
        else:
            kept.extend(more)
        expected.extend(more)
        assert len(kept) == len(expected)
        if chance.random() < 0.2:
            assert list(kept) == list(expected)
            assert kept[-1] == expected[-1]


def test_bars_that_fell_out_are_never_made() -> None:
    class Counted(list[PastBar]):
        made = 0

        def __iter__(self) -> Iterator[PastBar]:
            Counted.made += len(self)
            return super().__iter__()

    kept = PastBars(10)
    for _ in range(100):
        kept.extend(Counted(past(number) for number in range(10)))
    assert len(list(kept)) == 10
    assert Counted.made == 10
