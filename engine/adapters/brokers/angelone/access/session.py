"""The session at the broker: logged in when somebody needs it, refreshed, ended. Fed by calls and sockets, which ask
for its tokens and say when these have died; feeds them the tokens of now.

What happens when is the table's (session_states.py); here is what it takes to make it happen: one lock, so that however
many find a session dead, one logs in again, and the others wait for that and use it. Whoever asks while the session
rests is told so at once. The account's lease says that nobody else of ours does the same (docs/BROKERS.md).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pyotp

from engine.adapters.brokers.angelone.access.carrier import Carrier
from engine.adapters.brokers.angelone.access.login_answers import of_a_login
from engine.adapters.brokers.angelone.access.replies import Meaning, Reply
from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.access.sdk import Asked
from engine.adapters.brokers.angelone.access.session_hours import OutsideHours, SessionHours
from engine.adapters.brokers.angelone.access.session_states import Happening, Standing, State
from engine.adapters.brokers.angelone.access.session_view import SessionView, in_india, view_of, why_not
from engine.adapters.brokers.angelone.access.tokens import Tokens, next_midnight, tokens_of
from engine.adapters.brokers.connection.wire import Lost, NotSent
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.errors import OutcomeUnknown
from engine.domain.instant import SECOND, Instant, instant_of
from engine.ports import Clock

REFRESH_BEFORE_S = 300  # tokens that end before midnight are renewed so long before their end
REFRESH_AGAIN_S = 60  # after a refresh that came to nothing


class Session:
    """One client's. Nothing is called when it is made. Safe from several threads; every wait has a bound."""

    def __init__(
        self, credentials: AngelOneCredentials, carrier: Carrier, clock: Clock, *, hours: SessionHours | None = None
    ) -> None:
        self._credentials, self._carrier, self._clock = credentials, carrier, clock
        self._hours = hours
        self._lock = threading.RLock()
        self._standing = Standing()
        self._tokens: Tokens | None = None
        self._refresh_at: Instant = 0
        self._under_way = 0  # orders that carry the tokens of now

    def tokens(self) -> Tokens:
        """Live ones, logging in or refreshing where that is due: at most one call each.

        Raises BackPressure where it has to wait (it rests, it is outside the hours, the login got no answer), and
        PermanentFailure where a person must act.
        """
        now, tokens = self._now(), self._tokens
        if tokens is not None and tokens.live(now) and not self._refresh_due(tokens, now):
            return tokens  # without the lock: nobody waits behind another's login while there are live ones
        with self._lock:
            now = self._now()
            self._notice_end(now)
            if self._tokens is not None and self._refresh_due(self._tokens, now) and not self._under_way:
                self._renew(self._tokens, now)
            return self._tokens if self._tokens is not None else self._enter(self._now())

    @contextmanager
    def for_an_order(self) -> Iterator[Tokens]:
        """Tokens that no refresh of ours ends while the order is under way. Raises as `tokens` does."""
        with self._lock:
            tokens = self.tokens()
            self._under_way += 1
        try:
            yield tokens
        finally:
            with self._lock:
                self._under_way -= 1

    def died(self, tokens: Tokens, why: str) -> None:
        """Somebody was told that these are dead. Said of tokens that have been replaced already, it changes nothing."""
        with self._lock:
            if self._tokens is not None and tokens.jwt == self._tokens.jwt:
                self._ended(Happening.DIED, f"the broker ended the session ({why})")
                if self._standing.short_lives > 1:
                    taken = "ended the session again, soon after a login: another program may log in as this client"
                    self._standing = replace(self._standing, why=f"the broker {taken} ({why})")

    def doubted(self, tokens: Tokens, why: str) -> None:
        """A socket refused these, and calls may be taken by them all the same. So it ends the session as if it had
        died, but not once more soon after a login that did not help: a session that rests holds exits back.
        """
        with self._lock:
            if not self._standing.short_lives or self._standing.settled(self._now()):
                self.died(tokens, why)

    def tend(self) -> None:
        """Log in when the hours begin, refresh, log out when they end. To be called every few seconds.

        Raises BackPressure and PermanentFailure as `tokens` does; nothing outside the hours.
        """
        with self._lock:
            if self._hours is None or self._hours.allow(self._now()):
                if self._standing.state is not State.CLOSED or self._standing.may_begin(self._now()):
                    self.tokens()
            elif self._tokens is not None:
                self.close()

    def close(self) -> None:
        """Log out, as the exchanges ask for once a day; nothing logs in again before the next day's hours.

        Harmless twice. The broker's answer changes nothing: its midnight ends what a lost call did not.
        """
        with self._lock:
            now, tokens = self._now(), self._tokens
            self._notice_end(now)
            if self._standing.state in (State.CLOSED, State.STOPPED):
                return
            begins_at = next_midnight(now) if self._hours is None else self._hours.next_begin(now)
            self._tokens = None
            self._standing = self._standing.after(Happening.LOGGED_OUT, now, "logged out", begins_at)
        if tokens is not None and tokens.live(now):
            body = {"clientcode": self._credentials.client_code}
            self._carrier.carry(Asked(Route.LOGOUT, body, authorization=tokens.authorization))

    def reset(self) -> None:
        """A person acted: what was refused may be tried again."""
        with self._lock:
            if self._standing.state in (State.STOPPED, State.RESTING, State.CLOSED):
                self._standing = self._standing.after(Happening.PERSON, self._now())

    def change(self, credentials: AngelOneCredentials) -> None:
        """A person gave others: the next login is by these, and may be tried at once.

        A session that lives goes on where they only differ in the registered address.
        """
        with self._lock:
            self._notice_end(self._now())
            before, self._credentials = self._credentials, credentials
            if self._tokens is None or before != replace(credentials, registered_ip=before.registered_ip):
                self._tokens = None
                self._standing = self._standing.after(Happening.PERSON, self._now())

    def view(self) -> SessionView:
        """How it stands now. Waits for nothing."""
        standing, tokens = self._standing, self._tokens
        lives = tokens is not None and tokens.live(self._now())
        return view_of(standing, self._credentials.ending, lives=lives)

    def _enter(self, now: Instant) -> Tokens:
        """Log in, if that may be tried now."""
        self._refuse_to_begin(now)
        self._standing = self._standing.after(Happening.BEGIN, now)
        reply = self._carrier.carry(self._login(now))
        self._learn(reply, self._now())
        if self._tokens is None:
            raise why_not(self._standing)
        return self._tokens

    def _refuse_to_begin(self, now: Instant) -> None:
        """Raises where no login may be tried now."""
        if self._standing.state is State.STOPPED or not self._standing.may_begin(now):
            raise why_not(self._standing)
        if self._hours is not None and not self._hours.allow(now):
            begins = in_india(self._hours.next_begin(now))
            raise OutsideHours(f"Angel One: outside the hours of a session, the next begins at {begins}")

    def _login(self, now: Instant) -> Asked:
        known = self._credentials
        code = pyotp.TOTP(known.totp_secret).at(now // SECOND)
        return Asked(Route.LOGIN, {"clientcode": known.client_code, "password": known.pin, "totp": code})

    def _learn(self, reply: Reply | NotSent | Lost, now: Instant) -> None:
        """What a login came to."""
        happening, why = of_a_login(reply)
        if happening is not Happening.GRANTED:
            self._standing = self._standing.after(happening, now, why)
        elif not self._took(reply, now):
            why = "the broker's answer to the login holds no tokens that live now: is this machine's clock right?"
            self._standing = self._standing.after(Happening.NO_ANSWER, now, why)

    def _renew(self, tokens: Tokens, now: Instant) -> None:
        """All three tokens anew. Never while an order is under way: the old ones are dead the moment it succeeds."""
        self._standing = self._standing.after(Happening.REFRESH, now)
        asked = Asked(Route.REFRESH, {"refreshToken": tokens.refresh}, authorization=tokens.authorization)
        reply = self._carrier.carry(asked)
        now = self._now()
        self._refresh_at = now + REFRESH_AGAIN_S * SECOND
        if isinstance(reply, Reply) and reply.meaning is Meaning.SESSION_OVER:
            self._ended(Happening.DIED, "the broker did not renew the session")
        elif not self._took(reply, now):
            self._standing = self._standing.after(Happening.KEPT, now, "a refresh came to nothing")

    def _took(self, reply: Reply | NotSent | Lost, now: Instant) -> bool:
        """Whether the answer gave tokens; they are then those of now."""
        if not isinstance(reply, Reply) or reply.meaning is not Meaning.GOOD:
            return False
        try:
            tokens = tokens_of(reply.data, now)
        except OutcomeUnknown:
            return False
        if not tokens.live(now):
            return False
        self._tokens = tokens
        self._carrier.hide((tokens.jwt, tokens.refresh, tokens.feed))
        self._standing = self._standing.after(Happening.GRANTED, now)
        return True

    def _refresh_due(self, tokens: Tokens, now: Instant) -> bool:
        """Only of tokens that end before midnight: the broker's midnight ends renewed ones too."""
        soon = tokens.dies_at - now <= REFRESH_BEFORE_S * SECOND
        return soon and tokens.dies_at < next_midnight(now) and now >= self._refresh_at

    def _notice_end(self, now: Instant) -> None:
        if self._tokens is not None and not self._tokens.live(now):
            self._ended(Happening.EXPIRED, "the session's day is over")

    def _ended(self, happening: Happening, why: str) -> None:
        self._tokens = None
        self._standing = self._standing.after(happening, self._now(), why)

    def _now(self) -> Instant:
        return instant_of(self._clock.now())
