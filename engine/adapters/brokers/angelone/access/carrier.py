"""One call of the API from words to meaning: the SDK writes it, the budget lets it pass, the wire carries it, replies
reads it. Asked by session and calls; nothing here knows of tokens but to carry them.

Outcomes are values: `Reply` where an answer can be read, `NotSent` and `Lost` (wire.py) where there is none.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace

from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.adapters.brokers.angelone.access.replies import Reply, read_reply
from engine.adapters.brokers.angelone.access.routes import ORDER_ROUTES, SESSION_ROUTES, Route
from engine.adapters.brokers.angelone.access.sdk import Asked, ContainedSdk
from engine.adapters.brokers.connection.broker_words import fit_to_show
from engine.adapters.brokers.connection.clock_skew import ClockSkew
from engine.adapters.brokers.connection.rate_budget import RateBudget
from engine.adapters.brokers.connection.wire import Answer, Lost, NotSent, Wire
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.ports import Clock


class Carrier:
    """Safe from several threads."""

    def __init__(
        self,
        credentials: AngelOneCredentials,
        endpoints: Endpoints,
        wire: Wire,
        budget: RateBudget[Route],
        clock: Clock,
    ) -> None:
        self._root, self._wire, self._budget = endpoints.rest, wire, budget
        self._lock = threading.Lock()
        self._passing: tuple[str, ...] = ()
        self._skew = ClockSkew(clock)
        self.change(credentials)

    def carry(self, asked: Asked) -> Reply | NotSent | Lost:
        """Make the call, once. Raises InvalidValue where the body lacks a field."""
        request = self._sdk.write(asked)
        wait_s = self._budget.take(asked.route, patience_s=asked.patience_s, for_exit=asked.for_exit)
        if wait_s is not None:
            return NotSent(f"the broker's limit for {asked.route.value} is used up for another {wait_s:,.1f} s")
        barred = asked.barred()
        if barred is not None:
            return NotSent(barred)
        answer = self._wire.carry(request, for_order=asked.route in ORDER_ROUTES)
        if not isinstance(answer, Answer):
            return answer
        self._skew.learn(answer.date)
        reply = read_reply(answer.status, answer.body)
        return replace(reply, message=self._shown(reply.message, asked))

    def change(self, credentials: AngelOneCredentials) -> None:
        """From now on calls are this client's. Raises PermanentFailure where the SDK can't be loaded."""
        sdk = ContainedSdk(credentials.api_key, self._root, credentials.registered_ip)
        with self._lock:
            self._sdk, self._never_shown = sdk, (credentials.totp_secret, credentials.api_key)

    def hide(self, secrets: Iterable[str]) -> None:
        """The secrets of the session of now, which no message may quote; those of the one before are forgotten."""
        with self._lock:
            self._passing = tuple(secret for secret in secrets if secret)

    def skew_s(self) -> float | None:
        """Seconds that the broker's clock is ahead of ours, by its last answer, to a second; None before one."""
        return self._skew.seconds

    def _shown(self, message: str, asked: Asked) -> str:
        """The broker's words, without what they may quote of ours: all of a login's, tokens and keys everywhere.

        A PIN is looked for in a login's answer alone: anywhere else its four digits are somebody's price.
        """
        with self._lock:
            secrets = [*self._never_shown, *self._passing]
        if asked.route in SESSION_ROUTES:
            secrets += [str(value) for value in asked.body.values()]
        return fit_to_show(message, secrets)
