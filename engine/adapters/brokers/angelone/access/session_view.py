"""How a session stands, in words for people. Fed by session; feeds health, the doctor and the screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.adapters.brokers.angelone.access.session_states import Standing, State
from engine.adapters.brokers.angelone.access.tokens import IST
from engine.domain.errors import BackPressure, PermanentFailure
from engine.domain.instant import NEVER, Instant, moment_of


@dataclass(frozen=True, slots=True)
class SessionView:
    """How it stands. `state` is a word of State, `since` and `until` wall time, `ending` the client's."""

    state: str
    since: datetime | None
    until: datetime | None
    why: str
    ending: str


def view_of(standing: Standing, ending: str, *, lives: bool) -> SessionView:
    """For people; a session whose tokens have ended is out, whether or not somebody has noticed."""
    state = State.OUT if standing.state is State.IN and not lives else standing.state
    return SessionView(
        state.value,
        moment_of(standing.since) if standing.since else None,
        moment_of(standing.until) if 0 < standing.until < NEVER else None,
        standing.why,
        ending,
    )


def why_not(standing: Standing) -> BackPressure | PermanentFailure:
    """Why there are no tokens to be had: later there may be, or a person must act."""
    if standing.state is State.STOPPED:
        return PermanentFailure(f"Angel One: {standing.why}; nothing is tried until a person has acted")
    return BackPressure(f"Angel One: {standing.why}; the next login may be tried at {in_india(standing.until)}")


def in_india(at: Instant) -> str:
    """As people at the broker's say it."""
    return (
        "a time that no calendar here knows" if at == NEVER else f"{moment_of(at).astimezone(IST):%d %b %H:%M:%S} IST"
    )
