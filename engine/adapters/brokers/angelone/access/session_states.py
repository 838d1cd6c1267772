"""The states of a session at the broker, and what leads from one to the next, as a table. Fed by session; feeds it.

        begin           granted            expired, died
  OUT ---------> ENTERING ------> IN ----------------------> OUT, or RESTING where it had only just begun
   ^               |  |           |  refresh
   | begin         |  |           +---------> RENEWING: granted or kept, IN again; died, OUT
   +--- RESTING <--+  |           |
        until         +-> STOPPED |  logged out
        a time            until   +---------> CLOSED until the next day's beginning
                          a person acts

A login reaches the broker at most once in a window of the one-time code, so a code is never used twice. What goes on
failing is asked ever less often. Everything that decides whether and when to try again is here; there is no clock, no
chance and no lock in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from engine.domain.errors import InvariantBroken
from engine.domain.instant import SECOND, Instant

CODE_WINDOW_S = 30  # of the one-time code, RFC 6238's default, and Angel One's
REFUSALS_MAX = 2  # logins refused in a row: the third would only bring the client's block nearer
REST_S = 30  # the first rest after a login without an answer, and after a second session that died soon; then doubled
FAILURE_REST_MAX_S = 120  # a broker that is down: asked every two minutes, since there may be positions to leave
QUARREL_REST_MAX_S = 900  # another login that takes the session each time: every quarter of an hour
UNSENT_S, UNSENT_MAX_S = 2, 32  # where nothing arrived at the broker, nothing wears out
SETTLED_S = 600  # a session that lived so long was no quarrel with another login


class State(StrEnum):
    """Words that people see."""

    OUT = "out"
    ENTERING = "logging in"
    IN = "in"
    RENEWING = "refreshing"
    RESTING = "resting"
    STOPPED = "stopped"
    CLOSED = "logged out"


class Happening(StrEnum):
    """What can happen to a session."""

    BEGIN = "a login begins"
    GRANTED = "the broker gave tokens"
    REFUSED = "the broker refused the login"  # the code, the key: once more in the next window
    STOP = "the broker refused the login for good"  # the PIN, a block
    NO_ANSWER = "a login without an answer"
    UNSENT = "a login that did not leave"
    REFRESH = "a refresh begins"
    KEPT = "a refresh without an answer"
    DIED = "the broker says that the session is over"
    EXPIRED = "the tokens' time is over"
    LOGGED_OUT = "logged out"
    PERSON = "a person acted"


S, H = State, Happening
TABLE: dict[tuple[State, Happening], State] = {
    (S.OUT, H.BEGIN): S.ENTERING,
    (S.RESTING, H.BEGIN): S.ENTERING,
    (S.CLOSED, H.BEGIN): S.ENTERING,
    (S.ENTERING, H.GRANTED): S.IN,
    (S.ENTERING, H.REFUSED): S.RESTING,  # STOPPED the second time in a row
    (S.ENTERING, H.STOP): S.STOPPED,
    (S.ENTERING, H.NO_ANSWER): S.RESTING,
    (S.ENTERING, H.UNSENT): S.RESTING,
    (S.IN, H.REFRESH): S.RENEWING,
    (S.IN, H.DIED): S.OUT,  # RESTING where it had only just begun
    (S.IN, H.EXPIRED): S.OUT,  # likewise
    (S.IN, H.LOGGED_OUT): S.CLOSED,
    (S.RENEWING, H.GRANTED): S.IN,
    (S.RENEWING, H.KEPT): S.IN,
    (S.RENEWING, H.DIED): S.OUT,
    (S.OUT, H.LOGGED_OUT): S.CLOSED,
    (S.RESTING, H.LOGGED_OUT): S.CLOSED,
    (S.RESTING, H.PERSON): S.OUT,
    (S.STOPPED, H.PERSON): S.OUT,
    (S.CLOSED, H.PERSON): S.OUT,
    (S.IN, H.PERSON): S.OUT,  # other credentials
    (S.OUT, H.PERSON): S.OUT,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a session stands. `until`: when RESTING and CLOSED end. `tried_at`: when the last login was begun.

    Each in a row: refusals, logins refused; failures, logins without an answer; unsent, logins that did not leave;
    short_lives, sessions that died soon.
    """

    state: State = State.OUT
    since: Instant = 0
    until: Instant = 0
    why: str = ""
    tried_at: Instant | None = None
    refusals: int = 0
    failures: int = 0
    unsent: int = 0
    short_lives: int = 0

    def after(self, happening: Happening, at: Instant, why: str = "", until: Instant = 0) -> Standing:
        """Where it stands once that has happened. Raises InvariantBroken where it can't happen in this state."""
        state = TABLE.get((self.state, happening))
        if state is None:
            raise InvariantBroken(f"a session that is {self.state.value}: {happening.value}")
        found = replace(self, state=state, since=at, until=until, why=why)
        change = _CHANGES.get(happening)
        return found if change is None else change(self, found, at)

    def may_begin(self, at: Instant) -> bool:
        """Whether a login may be tried now. A clock that was put back ends a rest: nobody waits for it to catch up."""
        over = at >= self.until or at < self.since
        return self.state is S.OUT or (self.state in (S.RESTING, S.CLOSED) and over)

    def settled(self, at: Instant) -> bool:
        """Whether the last login was so long ago that the session's end is no quarrel with another."""
        return self.tried_at is not None and self.tried_at + SETTLED_S * SECOND <= at


def next_window(at: Instant) -> Instant:
    """When the one-time code changes next."""
    window = CODE_WINDOW_S * SECOND
    return (at // window + 1) * window


def _began(before: Standing, found: Standing, at: Instant) -> Standing:
    return replace(found, tried_at=at)


def _granted(before: Standing, found: Standing, at: Instant) -> Standing:
    since = before.since if before.state is S.RENEWING else at
    return replace(found, since=since, refusals=0, failures=0, unsent=0)


def _refused(before: Standing, found: Standing, at: Instant) -> Standing:
    refusals = before.refusals + 1
    if refusals >= REFUSALS_MAX:
        return replace(found, state=S.STOPPED, refusals=refusals)
    return replace(found, refusals=refusals, until=next_window(at))


def _failed(before: Standing, found: Standing, at: Instant) -> Standing:
    rest = _doubled(REST_S, before.failures, FAILURE_REST_MAX_S)
    return replace(found, failures=before.failures + 1, unsent=0, until=max(next_window(at), at + rest))


def _unsent(before: Standing, found: Standing, at: Instant) -> Standing:
    return replace(found, unsent=before.unsent + 1, until=at + _doubled(UNSENT_S, before.unsent, UNSENT_MAX_S))


def _died(before: Standing, found: Standing, at: Instant) -> Standing:
    """The first death is followed by a login as soon as there is a new code, later ones by rests."""
    tried_at = before.tried_at if before.tried_at is not None else at
    settled = before.settled(at)
    lives = 0 if settled else before.short_lives
    until = next_window(tried_at)
    if lives:
        until = max(until, tried_at + _doubled(REST_S, lives, QUARREL_REST_MAX_S))
    found = replace(found, short_lives=lives if settled else lives + 1)
    return found if until <= at else replace(found, state=S.RESTING, until=until)


def _person(before: Standing, found: Standing, at: Instant) -> Standing:
    return replace(found, refusals=0, failures=0, unsent=0, short_lives=0)


def _doubled(first_s: int, times: int, most_s: int) -> Instant:
    return min(first_s << min(times, 16), most_s) * SECOND


_CHANGES = {
    H.BEGIN: _began,
    H.GRANTED: _granted,
    H.REFUSED: _refused,
    H.NO_ANSWER: _failed,
    H.UNSENT: _unsent,
    H.DIED: _died,
    H.EXPIRED: _died,  # tokens that end as soon as they are given would be a quarrel too
    H.PERSON: _person,
}
