"""A tap on an engine: all that goes in and comes out, in its order, for whoever listens beside it.

Filled by the session's thread with every event that its engine takes; emptied by the recorder's thread, and by the
twin's. The session never waits for them: a tap that is not emptied in time closes itself, and says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeAlias

from engine.core.engine import Engine
from engine.core.state import MakeStrategy
from engine.domain.account import AccountSpec
from engine.domain.effects import Effect
from engine.domain.events import Event
from engine.domain.market import Tick

CAPACITY = 500_000  # events: minutes of the busiest account there is, and some 50 MB
Heard: TypeAlias = Event | Sequence[Effect]


class Tap(Protocol):
    """Who listens to an engine. Both are called on its thread and must be done at once."""

    def took(self, event: Event) -> None:
        """The engine is about to take this."""

    def gave(self, effects: Sequence[Effect]) -> None:
        """This came of the event before."""


class QueuedTap:
    """Keeps what it hears for another thread. `closed` once there was no room, or by whoever listens."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._heard: deque[Heard] = deque()
        self._capacity = capacity
        self.closed = False
        self.overrun = False

    def took(self, event: Event) -> None:
        """See Tap."""
        if not self.closed:
            self._heard.append(event)

    def gave(self, effects: Sequence[Effect]) -> None:
        """See Tap. Looked at here alone, minute by minute: whether anybody listens."""
        if self.closed:
            return
        self._heard.append(effects)
        if len(self._heard) > self._capacity:
            self.closed = self.overrun = True

    def close(self) -> None:
        """Listen no more, and let go of what was heard."""
        self.closed = True
        self._heard.clear()

    def take(self, most: int) -> list[Heard]:
        """What was heard since the last time, oldest first, at most so many."""
        heard = self._heard
        return [heard.popleft() for _ in range(min(most, len(heard)))]

    def __len__(self) -> int:
        return len(self._heard)


class TappedEngine(Engine):
    """An engine that tells its taps."""

    def __init__(
        self,
        account: AccountSpec,
        make_strategy: MakeStrategy,
        *,
        views: bool = True,
        protects: bool = False,
        taps: Sequence[Tap] = (),
    ) -> None:
        super().__init__(account, make_strategy, views=views, protects=protects)
        self._taps = tuple(taps)

    def process(self, event: Event) -> Sequence[Effect]:
        """See Engine."""
        if type(event) is Tick:
            return self.take_tick(event)
        for tap in self._taps:
            tap.took(event)
        effects = super().process(event)
        if effects:
            for tap in self._taps:
                tap.gave(effects)
        return effects

    def take_calm(self, events: Iterator[Event]) -> Event | None:
        """See Engine. The taps are told of every tick: none is taken here."""
        return next(events, None)

    def take_tick(self, tick: Tick) -> Sequence[Effect]:
        """See Engine."""
        for tap in self._taps:
            tap.took(tick)
        effects = super().take_tick(tick)
        if effects:
            for tap in self._taps:
                tap.gave(effects)
        return effects
