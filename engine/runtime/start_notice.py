"""What the engine says of itself while it starts: its state, since when, and why it is not trading yet.

Fed by patience.py with what it waits for; read by starting.py, which puts it into the snapshot, and told in the log:
at first, then once a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog

from engine.domain.errors import BackPressure, LeaseHeld
from engine.domain.instant import instant_of, iso
from engine.ports import Clock, Fields

STARTING, WAITING, NEEDS = "starting", "waiting", "needs"
LOG_S = 60.0
RECOVERING = "The engine takes up the account and recovers its books; nothing is traded until that is done."
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Said:
    """One state of affairs. `next_try_at` is monotonic, None where no time is known."""

    state: str
    since: datetime
    why: str
    next_try_at: float | None = None
    held_by: str | None = None
    held_until: datetime | None = None


class StartNotice:
    """Written by the thread that starts, read by any other: what is said is replaced whole."""

    def __init__(self, clock: Clock, account_id: str) -> None:
        self._clock = clock
        self._account_id = account_id
        self._said = _Said(STARTING, clock.now(), RECOVERING)
        self._logged_at: float | None = None

    @property
    def troubled(self) -> bool:
        """Whether something is waited for."""
        return self._said.why != RECOVERING

    @property
    def store_is_away(self) -> bool:
        """Whether the store, or another engine's hold on it, is what is waited for."""
        return self.troubled and self._said.state != NEEDS

    def store_away(self, error: Exception, again_in_s: float) -> None:
        """The store did not answer; it is asked again after so many seconds."""
        why = f"Firestore {_in_words(error)}"
        since = self._said.since if self._is_about(STARTING) else self._clock.now()
        self._said = _Said(STARTING, since, why, self._clock.monotonic() + again_in_s)
        self._tell("waiting for the store", error=str(error), again_in_s=round(again_in_s, 1))

    def market_away(self, error: Exception, again_in_s: float) -> None:
        """Where the prices come from did not answer; it is asked again after so many seconds."""
        why = f"The market is not reached: {error}"
        since = self._said.since if self._is_about(NEEDS) else self._clock.now()
        self._said = _Said(NEEDS, since, why, self._clock.monotonic() + again_in_s)
        self._tell("waiting for the market", again_in_s=round(again_in_s, 1))

    def held(self, error: LeaseHeld) -> None:
        """Another engine has the account, or what else it takes to trade it."""
        why = f"Another engine ({error.holder}) holds {error.what} until {error.until:%H:%M:%S} UTC"
        since = self._said.since if self._is_about(WAITING) else self._clock.now()
        self._said = _Said(WAITING, since, why, None, error.holder, error.until)
        self._tell("waiting for another engine", held_by=error.holder, until=error.until.isoformat())

    def needs(self, what: str) -> None:
        """A person has to give something; a sentence."""
        since = self._said.since if self._is_about(NEEDS) else self._clock.now()
        self._said = _Said(NEEDS, since, what)
        self._tell("waiting for a person")

    def goes_on(self) -> None:
        """What was waited for is there."""
        if self.troubled:
            waited_s = (self._clock.now() - self._said.since).total_seconds()
            _log.info("the start goes on", account=self._account_id, waited_s=round(waited_s, 1))
            self._said = _Said(STARTING, self._clock.now(), RECOVERING)
            self._logged_at = None

    def fields(self) -> Fields:
        """For the snapshot, JSON-ready: `state`, `since`, `reason` as a person reads it, and what it is made of."""
        said = self._said
        again_in_s = None if said.next_try_at is None else max(0.0, said.next_try_at - self._clock.monotonic())
        return {
            "state": said.state,
            "since": iso(instant_of(said.since)),
            "reason": _sentence(said, again_in_s),
            "again_in_s": None if again_in_s is None else round(again_in_s, 1),
            "held_by": said.held_by,
            "held_until": None if said.held_until is None else iso(instant_of(said.held_until)),
        }

    def _is_about(self, state: str) -> bool:
        return self.troubled and self._said.state == state

    def _tell(self, message: str, **particulars: object) -> None:
        now = self._clock.monotonic()
        if self._logged_at is None or now - self._logged_at >= LOG_S:
            self._logged_at = now
            since = self._said.since.isoformat()
            _log.warning(message, account=self._account_id, why=self._said.why, since=since, **particulars)


def _sentence(said: _Said, again_in_s: float | None) -> str:
    if said.state == WAITING:
        then = "This one takes over once it lets go or that time passes without a renewal"
        return f"{said.why}. {then}; nothing is traded here until then."
    if again_in_s is None:
        return said.why
    again = f"trying again in {again_in_s:.0f} s" if again_in_s >= 1 else "trying again now"
    return f"{said.why}, {again}; nothing is traded until it answers."


def _in_words(error: Exception) -> str:
    """The trouble without the words of other layers, which may name hosts; the log has them."""
    code = str(error).partition(":")[0]
    named = f" ({code})" if code.replace("_", "").isupper() else ""
    if code == "UNAUTHENTICATED":
        return f"does not take the credentials now{named}"
    return f"asks to wait{named}" if isinstance(error, BackPressure) else f"does not answer{named}"
