"""Asks the broker for reports and hands them to the core, which compares; and listens to the broker's stream.

At the start, after each reconnect, 2 s after an order ended or something looked wrong, every 30 s, and when a person
asks. Feeds the session's inbox; what it sees of the broker goes into the account's health.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import structlog

from engine.domain.errors import OperatingError
from engine.domain.events import BrokerEvent, BrokerReported, CommandReceived, Event, ReportBegun
from engine.domain.instant import instant_of
from engine.outbox.backoff import Backoff
from engine.ports import Broker, Clock, Venue
from engine.runtime.health import BrokerSeen
from engine.runtime.outgoing import Outgoing, ReportWish

EVERY_S = 30.0
TWICE_S = 1.0  # between the two reports that a person's wish takes: one alone only makes a suspicion
NAP_S = 0.5
CLOSED_S = 1.0  # between two looks at whether the broker's hours have begun
# The longest rest before a stream that is away is tried again. Each try looks at the books, and what was filled is told
# then: longer, and a position would be without its stop for so long, and be a difference meanwhile.
AWAY_MAX_S = 5.0
_log = structlog.get_logger()


def never_closed() -> str | None:
    """Why nothing can be asked of the broker now: of one without hours, never anything."""
    return None


class Reconciliation:
    """Takes reports. `seen` is read by the session's thread; `closed` says why nothing can be asked now."""

    def __init__(
        self,
        broker: Venue,
        put: Callable[[Event], None],
        seen: BrokerSeen,
        wish: ReportWish,
        clock: Clock,
        closed: Callable[[], str | None] = never_closed,
    ) -> None:
        self._broker = broker
        self._put = put
        self._seen = seen
        self._wish = wish
        self._clock = clock
        self._closed = closed
        self._commands: deque[CommandReceived] = deque()

    def carry_out(self, command: CommandReceived) -> bool:
        """Take `sync_orders`: its answer follows the reports that were taken for it. False for any other command."""
        if command.kind != "sync_orders":
            return False
        self._commands.append(command)
        self._wish.within(0.0)
        return True

    def run(self, stop: threading.Event) -> None:
        """Ask when it is due, until stopped."""
        while not stop.is_set():
            self.step()
            self._wish.wait(NAP_S)

    def step(self) -> None:
        """One report, where it is due; two where a person asked."""
        if not self._wish.due():
            return
        self._wish.taken(EVERY_S)
        commands = [self._commands.popleft() for _ in range(len(self._commands))]
        failure = self.ask()
        if commands and failure is None:
            self._clock.wait(TWICE_S)
            failure = self.ask()
        for command in commands:
            arguments = {**command.arguments, **({} if failure is None else {"unanswered": failure})}
            self._put(replace(command, arguments=arguments))

    def ask(self) -> str | None:
        """Take one report; None, or why there is none. Out of its hours a broker is not asked, which is no trouble."""
        why = self._closed()
        if why is not None:
            self._seen.failing = None
            return why
        self._put(ReportBegun())
        try:
            report = self._broker.report()
        except OperatingError as error:
            if self._seen.failing is None:
                _log.warning("the broker gives no report", error=str(error))
                self._seen.failing_since = instant_of(self._clock.now())
            self._seen.failing = str(error)
            return str(error)
        self._put(BrokerReported(report))
        self._seen.checked_at = instant_of(self._clock.now())
        self._seen.failing = None
        return None


class VenueStream:
    """Listens, and reconnects by the one policy; what was told meanwhile is looked up, and a report taken."""

    def __init__(
        self,
        broker: Broker,
        outgoing: Outgoing,
        put: Callable[[Event], None],
        seen: BrokerSeen,
        closed: Callable[[], str | None] = never_closed,
    ) -> None:
        self._broker = broker
        self._closed = closed
        self._outgoing = outgoing
        self._put = put
        self._seen = seen
        self._failures = 0
        self._backoff = Backoff(random.random)

    def run(self, stop: threading.Event) -> None:
        """Until stopped."""
        while not stop.is_set():
            if self._closed() is not None:
                self._seen.state, self._failures = "closed", 0
                stop.wait(CLOSED_S)
                continue
            try:
                self._broker.listen(self._told, self._opened, lambda: stop.is_set() or self._closed() is not None)
            except OperatingError as error:
                if self._closed() is not None:
                    continue  # its day is over: no trouble
                self._failures += 1
                if self._failures == 1:
                    _log.warning("the broker's stream is broken", error=str(error))
                self._seen.state = "away"
                stop.wait(min(self._backoff.rest_s(self._failures), AWAY_MAX_S))

    def _told(self, event: BrokerEvent) -> None:
        self._put(event)

    def _opened(self) -> None:
        self._failures = 0
        self._outgoing.look_again()
        self._outgoing.wish.within(0.0)
        self._seen.state = "connected"
