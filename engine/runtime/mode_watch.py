"""What is effective for a live account right now, and telling the core when it changes. Made for live accounts alone.

A thread of its own looks ten times a second; dispatch asks at the moment of sending. What is looked at is read, never
waited for: a question that raises, or is not answered yet, counts as "can't be told", and that is dry.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from engine.core.state import State
from engine.domain.arming import Arming
from engine.domain.effective import EffectiveMode
from engine.domain.events import ModeChanged
from engine.domain.instant import instant_of
from engine.ports import Clock
from engine.runtime.health import BrokerSeen, feed_state
from engine.runtime.mode import Conditions, effective
from engine.runtime.session import Session

EVERY_S = 0.1
T = TypeVar("T")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Who is asked, besides the session. See Conditions."""

    arming: Callable[[], Arming]
    store_healthy: Callable[[], bool | None]
    lease_left_s: Callable[[], float]


class ModeWatch:
    """See the module. `look` is its thread's; `now` is anybody's."""

    def __init__(self, session: Session, witnesses: Witnesses, clock: Clock) -> None:
        self._session = session
        self._witnesses = witnesses
        self._clock = clock
        self._told: tuple[EffectiveMode, tuple[str, ...]] | None = None

    def run(self, stop: threading.Event) -> None:
        """Look until stopped."""
        rest_s = 0.0
        while not stop.wait(rest_s):
            rest_s = self.look()

    def look(self) -> float:
        """Tell the core what differs from what it was told last; seconds until the next look."""
        found = self.now()
        if found != self._told:
            mode, reasons = self._told = found
            _log.info("execution mode", account=self._session.account.account_id, mode=mode.value, because=reasons)
            self._session.inbox.put(ModeChanged(mode, reasons))
        return EVERY_S

    def now(self) -> tuple[EffectiveMode, tuple[str, ...]]:
        """What is effective at this moment, and why it is no more."""
        return effective(self.conditions())

    def conditions(self) -> Conditions:
        """All that is known at this moment."""
        session, asked, clock = self._session, self._witnesses, self._clock
        state, seen = session.loop.engine.state, session.counterpart.seen
        arming = _or_none(asked.arming) or Arming(None, None)
        now = _or_none(clock.now)
        return Conditions(
            mode=session.account.mode.value,
            now=None if now is None else instant_of(now),
            armed_until=arming.until,
            read_only=arming.read_only,
            store_healthy=_or_none(asked.store_healthy),
            lease_left_s=_or_none(asked.lease_left_s),
            broker=seen.state,
            reconciled=_or_none(lambda: _compared(state, seen)),
            feed=_or_none(lambda: feed_state(session.pulse, clock.monotonic())),
            kill=_or_none(lambda: "" if state.kill is None else state.kill.words),
        )


def _compared(state: State, seen: BrokerSeen) -> bool:
    """Whether the broker's reports come, and were compared with the books."""
    return state.breaker.unreconciled is None and state.truth.reports > 0 and seen.failing is None


def _or_none(ask: Callable[[], T]) -> T | None:
    """The answer, or None where there is none: whatever is wrong with the one who is asked."""
    try:
        return ask()
    except Exception:  # noqa: BLE001 - every doubt is dry, and the account's other threads tell of it
        return None
