"""Which bots look at a closed bar, and which sleep through it. Asked by minute.py; knows no strategy's rules.

A strategy may say by a gauge when a bar means nothing to it (core/strategy.Sleeps). Bots on one series that share a
gauge share its reading, made once a bar, and the nearest of their bounds stands for all: while the reading is within
it, none of them is looked up, as no stop is between the prices that matter next on a tape.

Where screens are shown every bot looks at every bar: what it made of each is written down. So does a bot whose orders
have limits, which are decided again on the newest verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, nextafter
from typing import cast

from engine.core.bot import Bot
from engine.core.execution import goes_at_market
from engine.core.indicators import IndicatorKey
from engine.core.strategy import Gauge, Sleep, Sleeps
from engine.domain.account import AccountSpec
from engine.domain.instant import NEVER, Instant

Values = Mapping[IndicatorKey, float | None]


class _Sleeper:
    """One bot's strategy on the symbol, at its place among all, and what it sleeps through right now.

    That is what it said (`sleep`), or what is beyond it on one side while it waits for bars to stay there `since` then.
    """

    __slots__ = ("_above", "high", "low", "place", "since", "sleep", "strategy", "until")

    def __init__(self, place: int, strategy: Sleeps) -> None:
        self.place, self.strategy = place, strategy
        self._above = False
        self.ask()

    def ask(self) -> None:
        """Ask it how long it sleeps."""
        self._lie(self.strategy.sleeps())

    def _lie(self, sleep: Sleep) -> None:
        self.sleep = sleep
        self.low, self.high, self.until = sleep.low, sleep.high, sleep.until
        self.since: Instant | None = None

    def wakes(self, reading: float, at: Instant) -> bool:
        """Whether a bar that is not within wakes it."""
        sleep = self.sleep
        if not sleep.stay_us:
            return True
        if self.since is not None and self.low <= reading <= self.high:
            self.tell()
            return True
        self._lie(sleep)
        if sleep.low <= reading <= sleep.high:
            return at >= sleep.until
        self.since, self._above, self.until = at, reading > sleep.high, at + sleep.stay_us
        if self._above:
            self.low, self.high = nextafter(sleep.high, inf), inf
        else:
            self.low, self.high = -inf, nextafter(sleep.low, -inf)
        return False

    def wakes_unread(self) -> bool:
        """Whether a bar that reads nothing wakes it."""
        self._lie(self.sleep)
        return not self.sleep.unread

    def tell(self) -> None:
        """Let it know what it has slept through."""
        if self.since is not None:
            self.strategy.stayed(self.since, self._above)
            self.since = None


class _Sharing:
    """Bots that share a gauge. `_low`, `_high` and `_until` are the nearest bounds of any."""

    __slots__ = ("_gauge", "_high", "_low", "_until", "sleepers")

    def __init__(self, gauge: Gauge) -> None:
        self._gauge = gauge
        self.sleepers: list[_Sleeper] = []
        self._low, self._high, self._until = 0.0, 0.0, -NEVER

    def woken(self, values: Values, at: Instant) -> list[_Sleeper]:
        """Which of them a bar that closed at an instant wakes."""
        reading = self._gauge(values)
        if reading is None:
            woken = [one for one in self.sleepers if one.wakes_unread()]
        elif self._low <= reading <= self._high and at < self._until:
            return []
        else:
            woken = [
                one
                for one in self.sleepers
                if (at >= one.until or not one.low <= reading <= one.high) and one.wakes(reading, at)
            ]
        if not woken:
            self.narrow()
        return woken

    def narrow(self) -> None:
        """Let what is nearest stand for all."""
        sleepers = self.sleepers
        self._low = max([one.low for one in sleepers])
        self._high = min([one.high for one in sleepers])
        self._until = min([one.until for one in sleepers])


class Lookers:
    """The bots on one (symbol, timeframe), by id; made anew when one comes, goes or changes.

    `sleepers` are those that may sleep.
    """

    __slots__ = ("_awake", "_day", "_sharing", "_up", "bots", "sleepers")

    def __init__(self, bots: Sequence[Bot], symbol: str, account: AccountSpec, *, views: bool) -> None:
        self.bots = bots
        self.sleepers: list[Bot] = []
        self._awake: list[int] = []
        self._up: list[tuple[_Sharing, list[_Sleeper]]] = []  # who was woken
        self._day = ""
        shared: dict[Gauge, _Sharing] = {}
        for place, bot in enumerate(bots):
            strategy = bot.stances[symbol].strategy
            gauge = None if views else getattr(strategy, "gauge", None)
            if gauge is None or not bot.evaluating or not goes_at_market(account, bot.spec):
                self._awake.append(place)
                continue
            shared.setdefault(gauge, _Sharing(gauge)).sleepers.append(_Sleeper(place, cast(Sleeps, strategy)))
            self.sleepers.append(bot)
        self._sharing = list(shared.values())
        for sharing in self._sharing:
            sharing.narrow()

    def woken(self, values: Values, at: Instant, day: str) -> Sequence[Bot]:
        """The bots that must look at a bar, by id; `rest` once they have. It closed at an instant of a trading day."""
        if not self._sharing:
            return self.bots
        for bot in self.sleepers:
            bot.last_evaluated_at = at
        if day != self._day:
            self._begin_day(day)
        for sharing in self._sharing:
            woken = sharing.woken(values, at)
            if woken:
                self._up.append((sharing, woken))
        if not self._up and not self._awake:
            return ()
        places = [one.place for _, woken in self._up for one in woken]
        return [self.bots[place] for place in sorted((*self._awake, *places))]

    def rest(self) -> None:
        """Those that were woken have looked."""
        for sharing, woken in self._up:
            for one in woken:
                one.ask()
            sharing.narrow()
        self._up.clear()

    def rouse(self) -> None:
        """Let every strategy be what it would be had it looked at every bar."""
        for sharing in self._sharing:
            for one in sharing.sleepers:
                one.tell()

    def _begin_day(self, day: str) -> None:
        """Who sleeps takes part too."""
        self._day = day
        for bot in self.sleepers:
            bot.take_part(day)
