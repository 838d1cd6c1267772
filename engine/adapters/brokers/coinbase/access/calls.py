"""Reads and orders at Coinbase, each with its token and its turn within the limits. Asked by broker, products, feed
and doctor; every call of theirs goes through here.

A read may be made again, more slowly, where the limiter or the key's check refused it. What sends an order leaves this
machine at most once; whatever is not known after that is said so, and is found out by the order's id. docs/decisions/
0007 has the rule, 0032 how it is kept here.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn, TypeAlias
from urllib.parse import quote, urlencode

from engine.adapters.brokers.coinbase.access.endpoints import Endpoints
from engine.adapters.brokers.coinbase.access.replies import USED_BEFORE, Meaning, Reply, read_reply
from engine.adapters.brokers.coinbase.access.routes import ORDER_ROUTES, POSTED, PUBLIC, Route
from engine.adapters.brokers.coinbase.access.tokens import LIVES_S, Signer
from engine.adapters.brokers.connection.broker_words import fit_to_show
from engine.adapters.brokers.connection.clock_skew import ClockSkew
from engine.adapters.brokers.connection.rate_budget import RateBudget
from engine.adapters.brokers.connection.wire import Answer, Lost, NotSent, Request, Wire
from engine.domain.coinbase_credentials import CoinbaseCredentials
from engine.domain.errors import BackPressure, InvalidValue, OutcomeUnknown, PermanentFailure, UnreadRefusal
from engine.ports import Clock

READ_WAITS_S = 5.0  # for its turn within the limits
ENTRY_WAITS_S = 1.2  # longer, and the price it was decided at is gone
EXIT_WAITS_S = 3.0
AGAIN_TIMES = 2  # a read that the limiter refuses is made again so often, each time after a longer wait
SLOWED_S = 1.0  # the first of these waits, give or take a half by chance
PAGES_MAX = 200  # of one list; more than the longest day has
# An order that is still on its way after so long is taken no more: its token is dead. The engine believes that an order
# never arrived after 60 s (runtime/lookups.py); by then that must be certain.
ORDER_LIVES_S = 45
CLOCKS_S = 40.0  # of the difference between the clocks so much is allowed for in that
SKEW_TOLD_S = 30.0  # a token is good from our now on; a clock so far ahead makes each one too early

Query: TypeAlias = Mapping[str, str | Sequence[str]]


class Refused(PermanentFailure):
    """The broker turned a request down: asking the same again can't help. Its code and words."""

    def __init__(self, route: Route, reply: Reply) -> None:
        super().__init__(f"Coinbase refused {_named(route)} ({reply.words})")
        self.code, self.message = reply.code, reply.message


class TurnedAway(BackPressure):
    """The limiter, or the check of the key, refused an order before anybody looked at it: it was not taken. Published
    are "your connection is being rate limited" of HTTP 429, "couldn't authenticate your request" of 401.
    """


class UnlistedRefusal(UnreadRefusal):
    """An order was refused for a reason that is in no list of ours, or because the key may not trade: that it was not
    taken is likely and not certain. Nothing new should be sent before a person has read it.
    """

    needs_person = True

    def __init__(self, words: str) -> None:
        super().__init__(f"Coinbase refused an order for a reason that needs a person ({words})")


class Calls:
    """One key's; without one (`credentials` None) only what is public can be asked. Safe from several threads."""

    def __init__(
        self,
        endpoints: Endpoints,
        credentials: CoinbaseCredentials | None,
        wire: Wire,
        budget: RateBudget[Route],
        clock: Clock,
        chance: random.Random,
    ) -> None:
        self._root, self._wire, self._budget = endpoints.rest.rstrip("/"), wire, budget
        self._clock, self._chance, self._skew = clock, chance, ClockSkew(clock)
        self._lock = threading.Lock()
        self._signer: Signer | None = None
        self._never_shown: tuple[str, ...] = ()
        if credentials is not None:
            self.change(credentials)

    def read(self, route: Route, query: Query | None = None, *, path: str = "", body: object = None) -> Any:
        """The JSON of a good reply. `path` fills the route's `{}`, `body` is that of a preview.

        Raises BackPressure where nothing left or the broker asks for later, OutcomeUnknown where no answer can be
        read, Refused where the broker says no, PermanentFailure where it does not accept the key.
        """
        if route in ORDER_ROUTES:
            raise InvalidValue("route", f"{_named(route)} sends an order: it is no read")
        again = 0
        while True:
            reply = self._answered(route, self._carry(route, query, path, body, READ_WAITS_S, for_exit=False))
            if reply.meaning is Meaning.GOOD:
                return reply.data
            again += 1
            if reply.meaning is Meaning.TOO_FAST and again <= AGAIN_TIMES:
                self._budget.rest(route, SLOWED_S * again * (0.5 + self._chance.random()))
            elif reply.meaning is not Meaning.NO_KEY or again > 1:
                self._fail(route, reply)

    def read_all(self, route: Route, rows: str, query: Query | None = None) -> list[Any]:
        """The rows of a list of several pages, complete, in the broker's order; `rows` is their name in a page.

        Raises as `read` does, and OutcomeUnknown for pages that do not come to an end.
        """
        found: list[Any] = []
        cursors: set[str] = set()
        asked = dict(query or {})
        for _ in range(PAGES_MAX):
            page = self.read(route, asked)
            part = page.get(rows)
            if not isinstance(part, list):
                raise OutcomeUnknown(f"Coinbase, {_named(route)}: a page without {rows}")
            found += part
            cursor, more = str(page.get("cursor") or ""), page.get("has_next")
            if more is False or (more is None and not (cursor and part)):
                return found
            if not cursor or cursor in cursors:
                raise OutcomeUnknown(f"Coinbase, {_named(route)}: more pages are said to follow, and none is named")
            cursors.add(cursor)
            asked["cursor"] = cursor
        raise OutcomeUnknown(f"Coinbase, {_named(route)}: more than {PAGES_MAX} pages")

    def send(self, route: Route, body: Mapping[str, object], *, exit: bool) -> Any:  # noqa: A002 - a trader's word
        """Send an order or its cancellation, once; the JSON of an answer. `exit`: it can only reduce what is held or
        works, and takes its turn before entries.

        Raises BackPressure where it certainly never left, TurnedAway where it was not let in, Refused where it was read
        and turned down as such, UnlistedRefusal where the key may not, OutcomeUnknown for all else that is not certain.
        """
        if route not in ORDER_ROUTES:
            raise InvalidValue("route", f"{_named(route)} sends no order")
        waits_s = EXIT_WAITS_S if exit else ENTRY_WAITS_S
        reply = self._answered(route, self._carry(route, None, "", body, waits_s, for_exit=exit))
        if reply.meaning is Meaning.GOOD:
            return reply.data
        if reply.meaning is Meaning.REFUSED and USED_BEFORE not in reply.words:
            raise Refused(route, reply)
        if reply.meaning is Meaning.FORBIDDEN:
            raise UnlistedRefusal(reply.words)
        if reply.meaning is Meaning.TOO_FAST:
            self._budget.rest(route, SLOWED_S)
            raise TurnedAway(f"Coinbase's limiter did not let {_named(route)} in ({reply.words})")
        if reply.meaning is Meaning.NO_KEY:
            raise TurnedAway(f"Coinbase did not accept the key for {_named(route)} ({self._why(reply)})")
        raise OutcomeUnknown(f"Coinbase, {_named(route)}: an answer that decides nothing ({reply.words})")

    def socket_token(self) -> str:
        """For one message of the user socket. Raises BackPressure where there is no key."""
        return self._signs().for_socket()

    def change(self, credentials: CoinbaseCredentials) -> None:
        """A person gave another key: it counts from the next call on. Raises InvalidValue for one that can't sign."""
        signer = Signer(credentials, self._clock, self._chance)
        with self._lock:
            self._signer, self._never_shown = signer, credentials.secrets

    def skew_s(self) -> float | None:
        """Seconds that the broker's clock is ahead of this machine's, by its last answer; None before one."""
        return self._skew.seconds

    def _carry(
        self, route: Route, query: Query | None, path: str, body: object, patience_s: float, *, for_exit: bool
    ) -> Reply | NotSent | Lost:
        """Make the call, once. Raises BackPressure without a key, and nothing else while a token is in its frame."""
        signer = None if route in PUBLIC else self._signs()
        wait_s = self._budget.take(route, patience_s=patience_s, for_exit=for_exit)
        if wait_s is not None:
            return NotSent(f"its limit is used up for another {wait_s:,.1f} s")
        method = "POST" if route in POSTED else "GET"
        url = self._root + route.value.replace("{}", quote(path, safe=""))
        headers = {"Accept": "application/json", "User-Agent": "lockstep"}
        content = None
        if method == "POST":
            headers["Content-Type"], content = "application/json", json.dumps(body).encode()
        lives_s = self._order_lives_s() if route in ORDER_ROUTES else LIVES_S
        token = "" if signer is None else signer.for_request(method, url, lives_s)
        if token:
            headers["Authorization"] = f"Bearer {token}"
        where = f"{url}?{urlencode(query, doseq=True)}" if query else url
        answer = self._wire.carry(Request(method, where, content, headers), for_order=route in ORDER_ROUTES)
        if not isinstance(answer, Answer):
            return answer
        self._skew.learn(answer.date)
        reply = read_reply(answer.status, answer.body)
        return replace(reply, message=self._shown(reply.message, token), code=self._shown(reply.code, token))

    def _order_lives_s(self) -> int:
        """By our clock, so that it is `ORDER_LIVES_S` by the broker's."""
        return ORDER_LIVES_S + round(max(-CLOCKS_S, min(self._skew.seconds or 0.0, CLOCKS_S)))

    def _answered(self, route: Route, outcome: Reply | NotSent | Lost) -> Reply:
        if isinstance(outcome, NotSent):
            raise BackPressure(f"Coinbase, {_named(route)}: {outcome.why}")
        if isinstance(outcome, Lost):
            raise OutcomeUnknown(f"Coinbase, {_named(route)}: {outcome.why}")
        return outcome

    def _fail(self, route: Route, reply: Reply) -> NoReturn:
        if reply.meaning is Meaning.UNKNOWN:
            raise OutcomeUnknown(f"Coinbase, {_named(route)}: an answer that can't be read ({reply.words})")
        if reply.meaning is Meaning.TOO_FAST:
            raise BackPressure(f"Coinbase's limiter refused {_named(route)} {AGAIN_TIMES + 1} times")
        if reply.meaning is Meaning.NO_KEY:
            raise PermanentFailure(f"Coinbase does not accept the key ({self._why(reply)})")
        raise Refused(route, reply)

    def _why(self, reply: Reply) -> str:
        """Its words, and the clock's error where that may be the reason."""
        skew_s = self._skew.seconds
        if reply.meaning is not Meaning.NO_KEY or skew_s is None or abs(skew_s) < SKEW_TOLD_S:
            return reply.words
        return f"{reply.words}; this machine's clock is {abs(skew_s):,.0f} s {'behind' if skew_s > 0 else 'ahead'}"

    def _signs(self) -> Signer:
        with self._lock:
            if self._signer is None:
                raise BackPressure("no key for Coinbase is given")
            return self._signer

    def _shown(self, message: str, token: str) -> str:
        """The broker's words, without what they may quote of ours."""
        with self._lock:
            secrets = self._never_shown
        return fit_to_show(message, (*secrets, token, *token.split(".")))


def _named(route: Route) -> str:
    """A route in words."""
    return route.name.lower()
