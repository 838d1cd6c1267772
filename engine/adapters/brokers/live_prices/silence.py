"""When a market connection, or one symbol on it, counts as silent, and what is done about it. Asked by a broker's line
a few times a second; owns no socket and no clock.

Connections die in ways that nobody is told of: open and still, or answering pings while no price comes. And one symbol
may fall silent among others. All of it is found by time alone, within 25 s:

nothing at all for SILENT_S, pongs included        the connection is given up
no price for ASK_AGAIN_S while prices should come  everything is subscribed to again: the answer is a price of each
none after that for SILENT_S in all                the connection is given up
one symbol without for MUTE_S, others speaking     it alone is subscribed to again; still nothing: it counts as mute,
                                                   and is asked for again once a minute
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from engine.domain.instrument import Instrument

PING_S = 10.0  # Angel One wants one every 30 s at least
SILENT_S = 24.0  # looked at every half second, so found within 25
ASK_AGAIN_S = 12.0
MUTE_S = 20.0
MUTE_AGAIN_S = 60.0
LIFE_S = 15.0  # of a symbol that is heard and does not trade; a feed counts as lost after 60 s by default


@dataclass(frozen=True, slots=True)
class Patience:
    """The times above, for whoever wants others."""

    ping_s: float = PING_S
    silent_s: float = SILENT_S
    ask_again_s: float = ASK_AGAIN_S
    mute_s: float = MUTE_S
    mute_again_s: float = MUTE_AGAIN_S
    life_s: float = LIFE_S


@dataclass(slots=True)
class Listened:
    """One symbol that is subscribed to, and when. All `*_s` are monotonic seconds, -1 where it never was.

    `heard_s`: anything came of it; `told_s`: the engine was given something of it; `asked_s`: it was asked for.
    """

    instrument: Instrument
    heard_s: float = field(default=-1.0, kw_only=True)
    told_s: float = field(default=-1.0, kw_only=True)
    asked_s: float = field(default=-1.0, kw_only=True)
    muted: bool = field(default=False, kw_only=True)


One = TypeVar("One", bound=Listened)


@dataclass(slots=True)
class Look(Generic[One]):
    """What is due now. `dead` says why the connection is given up."""

    ping: bool = False
    dead: str | None = None
    ask: Sequence[One] = ()
    alive: Sequence[One] = ()
    newly_mute: Sequence[One] = ()


@dataclass(slots=True)
class Silence(Generic[One]):
    """One life of one connection, from `opened_s` (monotonic) on; `heard` are its symbols."""

    heard: Sequence[One]
    opened_s: float
    patience: Patience = field(default_factory=Patience)
    any_s: float = 0.0  # the last sign of the other side, a pong included
    price_s: float = 0.0
    _pinged_s: float = 0.0
    _asked_s: float = -1.0
    _expects_since: float = -1.0

    def __post_init__(self) -> None:
        self.any_s = self.price_s = self._pinged_s = self.opened_s
        for one in self.heard:
            one.asked_s = self.opened_s

    def look(self, now_s: float, *, trading: bool) -> Look[One]:
        """What to do; `trading`: prices should come now."""
        times = self.patience
        found = Look[One]()
        if now_s - self._pinged_s >= times.ping_s:
            self._pinged_s, found.ping = now_s, True
        if now_s - self.any_s >= times.silent_s:
            found.dead = f"nothing came for {now_s - self.any_s:.0f} s"
            return found
        if not trading:
            self._expects_since = -1.0
            return found
        if self._expects_since < 0:
            self._expects_since = now_s
        silent_s = now_s - max(self.price_s, self._expects_since)
        if silent_s >= times.silent_s:
            found.dead = f"no price for {silent_s:.0f} s, though pings are answered"
        elif silent_s >= times.ask_again_s:
            if self._asked_s < max(self.price_s, self._expects_since):
                self._asked_s, found.ask = now_s, tuple(self.heard)
        else:
            self._look_at_symbols(now_s, found)
        return found

    def _look_at_symbols(self, now_s: float, found: Look[One]) -> None:
        times = self.patience
        ask, alive, newly_mute = [], [], []
        for one in self.heard:
            quiet_s = now_s - max(one.heard_s, self._expects_since)
            if quiet_s < times.mute_s:
                one.muted = False
                if one.heard_s > one.told_s and now_s - one.told_s >= times.life_s:
                    alive.append(one)
            elif now_s - one.asked_s >= (times.mute_again_s if one.muted else times.mute_s):
                if one.asked_s > max(one.heard_s, self._expects_since) and not one.muted:
                    one.muted = True
                    newly_mute.append(one)
                one.asked_s = now_s
                ask.append(one)
        found.ask, found.alive, found.newly_mute = tuple(ask), tuple(alive), tuple(newly_mute)
