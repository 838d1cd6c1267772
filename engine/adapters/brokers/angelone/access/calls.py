"""Reads and orders at SmartAPI, each with what it needs: a session, its turn, a registered address. Asked by broker,
feed, candles, instruments and doctor; every call of theirs goes through here.

A read may be made again: after one new login where the session had died, and more slowly where the limiter refused it.
What sends an order leaves this machine at most once; whatever is not known after that is said so, and is found out by
the order's tag. docs/decisions/0007 has the rule, 0023 how it is kept here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from engine.adapters.brokers.angelone.access.carrier import Carrier
from engine.adapters.brokers.angelone.access.egress import AddressRefused, Egress
from engine.adapters.brokers.angelone.access.replies import Meaning, Reply
from engine.adapters.brokers.angelone.access.routes import ORDER_ROUTES, Route
from engine.adapters.brokers.angelone.access.sdk import Asked, not_barred
from engine.adapters.brokers.angelone.access.session import Session
from engine.adapters.brokers.angelone.access.tokens import Tokens
from engine.adapters.brokers.connection.rate_budget import RateBudget
from engine.adapters.brokers.connection.wire import Lost, NotSent
from engine.domain.errors import BackPressure, InvalidValue, OutcomeUnknown, PermanentFailure, UnreadRefusal
from engine.ports import Clock

__all__ = ["AddressRefused", "Calls", "Refused", "Route", "UnlistedRefusal"]

READ_WAITS_S = 5.0  # for its turn within the limits
ENTRY_WAITS_S = 1.2  # a token comes back within about a second; longer, and the price it was decided at is gone
EXIT_WAITS_S = 3.0
# From being asked for to leaving, a login and the question for our address included. Whose the account is was asked
# before (runtime/last_word.py), with two seconds to spare.
ENTRY_LEAVES_WITHIN_S = 2.0
SLOWED_TIMES = 2  # a read that the limiter refuses is made again so often, each time after a longer wait
SLOWED_S = 1.0  # the first of these waits, give or take a half by chance


class Refused(PermanentFailure):
    """The broker refused a read: asking the same again can't help. Its code and words."""

    def __init__(self, route: Route, reply: Reply) -> None:
        super().__init__(f"Angel One refused {route.value} ({_words(reply)})")
        self.code, self.message = reply.code, reply.message


class UnlistedRefusal(UnreadRefusal):
    """An order was refused for a reason that is in no list of ours (another address, a blocked client): that it was not
    taken is likely and not certain. Nothing new should be sent before a person has read it. Its code and words.
    """

    needs_person = True

    def __init__(self, route: Route, reply: Reply) -> None:
        super().__init__(f"Angel One refused {route.value} for a reason that needs a person ({_words(reply)})")
        self.code, self.message = reply.code, reply.message


class Calls:
    """One client's. Safe from several threads. `chance` gives numbers in [0, 1)."""

    def __init__(
        self,
        carrier: Carrier,
        session: Session,
        budget: RateBudget[Route],
        egress: Egress,
        clock: Clock,
        chance: Callable[[], float],
    ) -> None:
        self._carrier, self._session, self._budget, self._egress = carrier, session, budget, egress
        self._clock, self._chance = clock, chance
        self._forbidden: set[Route] = set()  # since before the last login, which did not help

    def read(self, route: Route, body: Mapping[str, object] | None = None, *, path: str = "") -> Any:
        """The `data` of a good reply; lists that are empty come as None. `path` stands behind the route's own.

        Raises BackPressure where nothing left or the broker asks for later, OutcomeUnknown where no answer can be
        read, Refused where the broker says no, PermanentFailure where the session needs a person.
        """
        if route in ORDER_ROUTES:
            raise InvalidValue("route", f"{route.value} sends an order: it is no read")
        logins, slowed = 0, 0
        while True:
            tokens = self._session.tokens()
            reply = self._ask(route, body or {}, path, tokens)
            if reply.meaning is Meaning.GOOD:
                self._forbidden.discard(route)
                return reply.data
            if reply.meaning is Meaning.SESSION_OVER:
                self._session.died(tokens, _words(reply))
                logins += 1
                if logins > 1:
                    raise BackPressure(f"Angel One ended the session twice in a row ({_words(reply)})")
            elif reply.meaning is Meaning.TOO_FAST:
                slowed += 1
                self._slow_down(route, slowed)
            elif reply.doubts_tokens and route not in self._forbidden:
                self._forbidden.add(route)
                self._session.doubted(tokens, _words(reply))
            else:
                _fail(route, reply)

    def send(
        self,
        route: Route,
        body: Mapping[str, object],
        *,
        exit: bool,  # noqa: A002 - a trader's word
        barred: Callable[[], str | None] = not_barred,
    ) -> Reply:
        """Send an order, its change or its cancellation; a Reply that decides it. `exit`: it can only reduce what is
        held or works. It then leaves whatever the address, and takes its turn before entries. `barred` is asked when
        all waiting is over: why it may not leave any more, in words.

        Raises BackPressure where it certainly never left, OutcomeUnknown for all that is not certain.
        """
        if route not in ORDER_ROUTES:
            raise InvalidValue("route", f"{route.value} sends no order")
        began_s = self._clock.monotonic()

        def too_late() -> str | None:
            held_s = self._clock.monotonic() - began_s
            if not exit and held_s > ENTRY_LEAVES_WITHIN_S:
                return f"an entry was held up for {held_s:.1f} s: its price is gone"
            return barred()

        if not exit:
            self._egress.check()
        waits_s = EXIT_WAITS_S if exit else ENTRY_WAITS_S
        try:
            with self._session.for_an_order() as tokens:
                asked = Asked(route, body, "", tokens.authorization, waits_s, exit, too_late)
                outcome = self._carrier.carry(asked)
        except PermanentFailure as error:
            raise BackPressure(str(error)) from None  # there was no session, or no request: nothing left
        return self._decided(route, tokens, outcome)

    def skew_s(self) -> float | None:
        """Seconds that the broker's clock is ahead of this machine's, by its last answer; None before one."""
        return self._carrier.skew_s()

    def _ask(self, route: Route, body: Mapping[str, object], path: str, tokens: Tokens) -> Reply:
        asked = Asked(route, body, path, tokens.authorization, READ_WAITS_S)
        outcome = self._carrier.carry(asked)
        if isinstance(outcome, NotSent):
            raise BackPressure(f"Angel One, {route.value}: {outcome.why}")
        if isinstance(outcome, Lost):
            raise OutcomeUnknown(f"Angel One, {route.value}: {outcome.why}")
        return outcome

    def _decided(self, route: Route, tokens: Tokens, outcome: Reply | NotSent | Lost) -> Reply:
        if isinstance(outcome, NotSent):
            raise BackPressure(f"Angel One, {route.value}: {outcome.why}")
        if isinstance(outcome, Lost):
            raise OutcomeUnknown(f"Angel One, {route.value}: {outcome.why}")
        if outcome.decides_an_order:
            return outcome
        if outcome.meaning is Meaning.SESSION_OVER:
            self._session.died(tokens, _words(outcome))
        elif outcome.doubts_tokens:
            self._session.doubted(tokens, _words(outcome))
        elif outcome.meaning is Meaning.TOO_FAST:
            self._budget.rest(route, SLOWED_S)
        elif outcome.meaning is not Meaning.UNKNOWN:
            raise UnlistedRefusal(route, outcome)
        words = f"Angel One, {route.value}: an answer that decides nothing ({_words(outcome)})"
        raise UnreadRefusal(words) if outcome.meaning is Meaning.UNKNOWN and outcome.refused else OutcomeUnknown(words)

    def _slow_down(self, route: Route, times: int) -> None:
        """The limiter misfires far below its limits: everybody on this route rests a little."""
        if times > SLOWED_TIMES:
            raise BackPressure(f"Angel One's limiter refused {route.value} {times} times")
        self._budget.rest(route, SLOWED_S * times * (0.5 + self._chance()))


def _fail(route: Route, reply: Reply) -> NoReturn:
    if reply.meaning is Meaning.UNKNOWN:
        raise OutcomeUnknown(f"Angel One, {route.value}: an answer that can't be read ({_words(reply)})")
    raise Refused(route, reply)


def _words(reply: Reply) -> str:
    """The broker's own, secrets taken out."""
    return " ".join(word for word in (reply.code, reply.message) if word) or reply.meaning.value
