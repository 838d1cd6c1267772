"""What every part of the world shares: its time, its chance, which faults are on, and the trace of what happened.

Made by world.py for one schedule.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta

from engine.domain.instant import Instant, instant_of
from engine.proof.chance import CALM, Chance, Faults
from engine.proof.trims import WHOLE, Trims

BEGINS = datetime(2026, 1, 5, 3, 45, tzinfo=UTC)  # 09:15 in Mumbai, a Monday
_BEGAN = instant_of(BEGINS)
_FAULTS = fields(Faults)


class Crashed(BaseException):
    """The process died here. No `except Exception` holds it up."""


class Occasions:
    """Time in microseconds since the epoch; `met` counts the faults that really happened, by name. `pause` is asked at
    each boundary, by process and place, and may let time pass.
    """

    def __init__(self, chance: Chance, faults: Faults, *, traced: bool, trims: Trims = WHOLE) -> None:
        self.chance = chance
        self._unit = chance.unit
        self.faults = faults
        self.now: Instant = _BEGAN
        self.calm = False  # whether faults have stopped
        self.met: Counter[str] = Counter()
        self.lines: list[str] = []
        self.pause: Callable[[str, str], None] = lambda who, where: None
        self._traced = traced
        self._trims = trims
        self._come: Counter[str] = Counter()  # those left out as well
        self._digest = hashlib.sha256()

    @property
    def faults(self) -> Faults:
        """How often each goes wrong now."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._faults = faults
        self._odds = {one.name: getattr(faults, one.name) for one in _FAULTS}

    def calm_down(self) -> None:
        """From now on nothing goes wrong any more."""
        self.faults, self.calm = CALM, True
        self.note("world", "faults stop")

    def happens(self, fault: str) -> bool:
        """Whether a fault happens on this occasion."""
        probability = self._odds[fault]
        if not probability or self._unit() >= probability:
            return False
        self._come[fault] += 1
        if self._trims is not WHOLE and self._left_out(fault):
            return False
        self.met[fault] += 1
        return True

    def _left_out(self, fault: str) -> bool:
        trims = self._trims
        late = trims.calm_after is not None and self.seconds > trims.calm_after
        return late or fault in trims.without or (fault, self._come[fault]) in trims.muted

    def may_crash(self, who: str, where: str) -> None:
        """A boundary. Raises Crashed where the process dies here."""
        if self.happens("crash"):
            self.note(who, f"crashes {where}")
            raise Crashed
        if not where.startswith("before sending"):  # what hangs there is a request that is late: link.py has those
            self.pause(who, where)

    def note(self, who: str, what: str) -> None:
        """A line of the trace: the second, who, what."""
        line = f"{self.seconds:9.3f} {who:9} {what}"
        self._digest.update(line.encode())
        if self._traced:
            self.lines.append(line)

    @property
    def seconds(self) -> float:
        """Seconds since the schedule began."""
        return (self.now - _BEGAN) / 1e6

    @property
    def digest(self) -> str:
        """Of the whole trace so far."""
        return self._digest.hexdigest()


class WorldClock:
    """See ports.Clock: the world's time. Whoever waits lets it pass, and nothing else runs meanwhile."""

    def __init__(self, occasions: Occasions) -> None:
        self._occasions = occasions
        self._read = (occasions.now, BEGINS + timedelta(microseconds=occasions.now - _BEGAN))

    def now(self) -> datetime:
        """See ports.Clock."""
        at, moment = self._read
        if at != self._occasions.now:  # it is read some times at each moment
            at = self._occasions.now
            moment = BEGINS + timedelta(microseconds=at - _BEGAN)
            self._read = (at, moment)
        return moment

    def monotonic(self) -> float:
        """See ports.Clock."""
        return (self._occasions.now - _BEGAN) / 1e6

    def wait(self, seconds: float) -> None:
        """See ports.Clock."""
        self._occasions.now += round(seconds * 1e6)
