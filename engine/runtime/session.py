"""One account's life in the engine process: events in from the inbox, the engine stepped, records out to the outbox.

The session's thread alone touches the engine. Every event's records leave as one batch, which the journal takes whole
or not at all, so that what is written down is always the state after some event.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from engine.core.state import MakeStrategy
from engine.domain.account import AccountSpec
from engine.domain.effects import PublishRecord
from engine.domain.events import Event, HaltChanged, MarketEnded
from engine.domain.records import AccountRecord, HealthRecord, QuotesRecord, Record
from engine.ports import Clock, MarketFeed, Outbox
from engine.runtime.health import Pulse, health_record, quotes_record
from engine.runtime.inbox import Inbox
from engine.runtime.snapshot import AccountSnapshot
from engine.simulation.paper import PaperLoop

TAKE_S = 0.1
WATCHED_S = 1.0  # least time between two writes of prices and health while a screen watches
UNWATCHED_S = 10.0


@dataclass(frozen=True, slots=True)
class Doors:
    """What a session is given from outside."""

    clock: Clock
    feed: MarketFeed
    outbox: Outbox
    watched: Callable[[], bool]


class Session:
    """Steps the engine of one account until stopped."""

    def __init__(
        self, account: AccountSpec, make_strategy: MakeStrategy, doors: Doors, snapshot: AccountSnapshot
    ) -> None:
        self.account = account
        self.inbox = Inbox()
        self.snapshot = snapshot
        self.loop = PaperLoop(account, make_strategy, self._collect)
        self._doors = doors
        self._batch: list[PublishRecord] = []
        self.pulse = Pulse(doors.clock.monotonic())
        self.written_until = 0  # records up to this sequence are in the journal already
        self._written: AccountRecord | None = None
        self._played: AccountRecord | None = None
        self._told_at = -UNWATCHED_S
        self._last_told: tuple[Record, ...] = ()

    def play_again(self, until: int, written: AccountRecord | None) -> None:
        """What comes up to a sequence is in the journal already; it must come to the account that is written there."""
        self.written_until, self._written = until, written

    def _collect(self, effect: PublishRecord) -> None:
        self._batch.append(effect)

    def step(self, event: Event) -> None:
        """Take one event and hand its records to the outbox. Raises JournalFailed."""
        self.loop.step(event)
        self._send()
        if isinstance(event, MarketEnded):
            self.pulse.finished = True
            self.tell(force=True)

    def _send(self) -> None:
        if not self._batch:
            return
        batch, self._batch = self._batch, []
        new = [effect for effect in batch if effect.sequence > self.written_until]
        if new:
            self._doors.outbox.put(new)
        for effect in batch:
            self.snapshot.take(effect.record)
        if self._written is not None:
            self._compare(self._written, batch, played=bool(new))

    def _compare(self, written: AccountRecord, batch: Sequence[PublishRecord], *, played: bool) -> None:
        """A replay played again without what a person did in between comes to other books: it halts, and says so."""
        for effect in batch:
            if isinstance(effect.record, AccountRecord) and effect.sequence <= self.written_until:
                self._played = effect.record
        if not played:
            return
        self._written = None
        if self._played is None or (self._played.cash, self._played.market_at) != (written.cash, written.market_at):
            reason = "a person changed this replay as it ran: played again it comes to other books. RESET=1 begins anew"
            self.inbox.put(HaltChanged(True, reason))

    def step_all(self, events: Iterable[Event]) -> None:
        """Take events of the past, before any thread runs. Their records leave as one batch.

        History begins with the day before: were it written down by itself, a crash amid it would begin today anew,
        and the day's figures from zero.
        """
        for event in events:
            self.loop.step(event)
        self._send()

    def run(self, stop: threading.Event) -> None:
        """Take what comes until stopped and the inbox is empty."""
        clock = self._doors.clock
        while True:
            events = self.inbox.take(TAKE_S)
            for event in events:
                self.step(event)
            self.pulse.see(self.loop.engine.state.ticks, clock.monotonic())
            self.tell(force=False)
            if stop.is_set() and not events:
                return

    def tell(self, *, force: bool) -> None:
        """Publish health and prices: each second while watched, each ten otherwise, and only what changed."""
        clock = self._doors.clock
        now = clock.monotonic()
        pause = WATCHED_S if self._doors.watched() else UNWATCHED_S
        if not force and now - self._told_at < pause:
            return
        self._told_at = now
        state = self.loop.engine.state
        records: tuple[HealthRecord, QuotesRecord] = (
            health_record(state, self._doors.feed, self.pulse, self._doors.outbox.status(), clock),
            quotes_record(state),
        )
        changed = [record for record in records if record not in self._last_told]
        self._last_told = records
        if not changed:
            return
        sequence = max(state.sequence, self.written_until)
        self._doors.outbox.put([PublishRecord(sequence, record) for record in changed])
        for record in changed:
            self.snapshot.take(record)
