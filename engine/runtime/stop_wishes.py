"""What people want of an account's halts and kills, and when they resume. Asked by control_watch.py at each look; feeds
the session's inbox with what moved.

A resume lifts what stands only once neither the service nor the account is halted or killed any more. It reaches the
engine also where no halt of a person's stands: what the engine latched itself, a person lifts in the same way. Which
resume was seen is by its time, so an old one is not taken for a new one after a restart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from engine.domain.events import Event, HaltChanged, KillAsked
from engine.domain.instant import Instant, instant_of, moment_of
from engine.ports import Clock, ControlPlane


class StopWishes:
    """Remembers what it has passed on."""

    def __init__(self, control: ControlPlane, account_id: str, put: Callable[[Event], None], clock: Clock) -> None:
        self._control = control
        self._account_id = account_id
        self._put = put
        self._clock = clock
        self._halted = False
        self._kill: KillAsked | None = None
        self._resumed: datetime | None = None
        self._begun = False

    def begin_halted(self, halted: bool) -> None:
        """Whether the recovered account knows of a person's halt: where none is wanted any more, it was lifted
        meanwhile. Of a contradiction's (Breaker.broken) nobody has said that it may be lifted.
        """
        self._halted = halted

    def begin_killed(self, asked_at: Instant) -> None:
        """The recovered account was killed then, in wall time: a resume of later is a person's answer to it."""
        self._resumed, self._begun = moment_of(asked_at), True

    def look_at_kill(self) -> None:
        """Pass on a new kill. Costs no read: of a document written by hand no generation may have moved."""
        kill = self._control.kill(self._account_id)
        if kill is not None and kill != self._kill:
            self._kill = kill
            dated = kill.asked_at or instant_of(self._clock.now())  # by hand, somebody wrote no time beside it
            self._put(replace(kill, asked_at=dated))

    def look(self) -> None:
        """Pass on a halt, or that a person resumed. Raises OperatingError."""
        halted, reason = self._control.halt(self._account_id)
        kill, resumed = self._control.kill(self._account_id), self._control.resumed_at(self._account_id)
        answered = self._begun and resumed is not None and (self._resumed is None or resumed > self._resumed)
        stood = self._halted or self._kill is not None
        if halted and not self._halted:
            self._put(HaltChanged(True, reason))
        elif not halted and kill is None and (stood or answered):
            self._put(HaltChanged(False, ""))
        self._halted, self._kill = halted, kill
        if resumed is not None:
            self._resumed = resumed if self._resumed is None else max(resumed, self._resumed)
        self._begun = True
