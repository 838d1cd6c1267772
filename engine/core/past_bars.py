"""A symbol's newest closed base bars, each with its trading session. Kept by tape.py, fed by minute.py and drivers.

A driver that takes many bars at once leaves them here as columns; bars are made of them when somebody looks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from engine.domain.market import Bar, TradingSession

PastBar: TypeAlias = tuple[Bar, TradingSession | None]


class PastBars:
    """At most `most` of them, oldest first."""

    __slots__ = ("_bars", "_later", "_most", "_waiting")

    def __init__(self, most: int) -> None:
        self._most = most
        self._bars: deque[PastBar] = deque(maxlen=most)
        self._later: deque[tuple[int, Sequence[PastBar]]] = deque()  # after `_bars`, not looked at yet; and how many
        self._waiting = 0  # how many bars those are

    def append(self, past: PastBar) -> None:
        """One more."""
        if self._later:
            self.extend((past,))
        else:
            self._bars.append(past)

    def extend(self, bars: Sequence[PastBar]) -> None:
        """More, in their order; looked at when somebody asks, if it comes to that."""
        count = len(bars)
        self._later.append((count, bars))
        self._waiting += count
        while self._waiting - self._later[0][0] >= self._most:
            self._waiting -= self._later.popleft()[0]

    def _settle(self) -> deque[PastBar]:
        while self._later:
            self._bars.extend(self._later.popleft()[1])
        self._waiting = 0
        return self._bars

    def __len__(self) -> int:
        return min(self._most, len(self._bars) + self._waiting)

    def __iter__(self) -> Iterator[PastBar]:
        return iter(self._settle())

    def __getitem__(self, number: int) -> PastBar:
        return self._settle()[number]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PastBars) and self._settle() == other._settle()

    __hash__ = None  # type: ignore[assignment]
