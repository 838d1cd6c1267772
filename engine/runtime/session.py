"""One account's life in the engine process: events in from the inbox, the engine stepped, records out to the outbox.

The session's thread alone touches the engine. Every event's records leave as one batch, which the journal takes whole
or not at all, so that what is written down is always the state after some event. Once a second it looks at how the
service does, and holds entries back while the journal does not write.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from engine.core.state import MakeStrategy
from engine.domain.account import AccountSpec
from engine.domain.effects import PublishRecord
from engine.domain.errors import OutcomeUnknown
from engine.domain.events import EntriesHeld, Event, HaltChanged, KillAsked, MarketEnded, MarketEvent, WallClock
from engine.domain.instant import instant_of
from engine.domain.records import AccountRecord, HealthRecord, Record
from engine.domain.records.audit import ENGINE
from engine.ports import Clock, MarketFeed, Outbox, QueueStatus
from engine.runtime.alert_causes import AlertCauses
from engine.runtime.alerting import AlertDesk
from engine.runtime.counterpart import Counterpart
from engine.runtime.engine_tap import Tap
from engine.runtime.health import Pulse, health_record, held_reason, quotes_record
from engine.runtime.inbox import Inbox
from engine.runtime.outgoing import Outgoing
from engine.runtime.rehearsal import Rehearsal
from engine.runtime.snapshot import AccountSnapshot
from engine.runtime.telling import UNWATCHED_S, WATCHED_S, Telling

TAKE_S = 0.1
TIME_S = 1.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Doors:
    """What a session is given from outside. `outgoing` leads to a venue outside; without it, it is simulated. `taps`
    hear all that its engine is told and decides. `market_clock`: another than the wall's that the market goes by.
    """

    clock: Clock
    feed: MarketFeed
    outbox: Outbox
    watched: Callable[[], bool]
    outgoing: Outgoing | None = None
    alerts: AlertDesk | None = None
    taps: Sequence[Tap] = ()
    market_clock: Clock | None = None


class Session:
    """Steps the engine of one account until stopped."""

    def __init__(
        self, account: AccountSpec, make_strategy: MakeStrategy, doors: Doors, snapshot: AccountSnapshot
    ) -> None:
        self.account = account
        self.inbox = Inbox()
        self.snapshot = snapshot
        self.counterpart = Counterpart(account, make_strategy, self._collect, doors.clock, doors.outgoing, doors.taps)
        self.loop = self.counterpart.loop
        self.rehearsal = Rehearsal(account, make_strategy, self._collect)
        self._doors = doors
        self._batch: list[PublishRecord] = []
        self.pulse = Pulse(doors.clock.monotonic())
        self.written_until = 0  # records up to this sequence are in the journal already
        self._written: AccountRecord | None = None
        self._played: AccountRecord | None = None
        self._compare_at = 0  # the sequence at which both must agree
        self._together = False
        self._time_at = 0.0
        self._telling = Telling()
        self._queue: QueueStatus | None = None  # as of the last look
        self._journal_state = "writing"
        self._causes = None if doors.alerts is None else AlertCauses(doors.alerts.tell)

    def play_again(self, until: int, written: AccountRecord | None, written_at: int) -> None:
        """What comes up to a sequence is written down already; at `written_at` it must come to the account written."""
        self.written_until, self._written, self._compare_at = until, written, written_at

    def _collect(self, effect: PublishRecord) -> None:
        self._batch.append(effect)

    def step(self, event: Event) -> None:
        """Take one event and hand its records to the outbox. Raises JournalFailed."""
        for earlier in self.counterpart.before(event):
            self.step(earlier)
        event = self.rehearsal.take(event, self.loop.engine.state)
        self.loop.step(event)
        self._send()
        self.counterpart.noticed(event)
        if isinstance(event, MarketEnded):
            self.pulse.finished = True
            self.tell(force=True)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Whatever comes of the events taken meanwhile leaves as one batch at the end, and nothing of it before."""
        self._together = True
        yield
        self._together = False
        self._send()

    def adopt(self, records: Iterable[Record], sequence: int) -> None:
        """Write down, with what comes of the next event, states that another journal held."""
        self._batch += [PublishRecord(sequence, record) for record in records]

    def _send(self) -> None:
        if self._together or not (self._batch or self.counterpart.asked):
            return
        batch, self._batch = self._batch, []
        new = [effect for effect in batch if effect.sequence > self.written_until]
        alerts = self._doors.alerts
        if alerts is not None:
            new = alerts.admit(new)
        written = self.counterpart.expect(new)  # before it can arrive anywhere
        if new:
            self._doors.outbox.put(self._with_health(new))
            if alerts is not None:
                alerts.send(new)
        for told in self.counterpart.hand_over(new, written):
            self.inbox.put(told)
        for effect in batch:
            self.snapshot.take(effect.record)
        if self._written is not None:
            self._compare(self._written, batch)

    def _compare(self, written: AccountRecord, batch: Sequence[PublishRecord]) -> None:
        """A replay played again without what a person did in between comes to other books: it halts, and says so."""
        for effect in batch:
            if isinstance(effect.record, AccountRecord) and effect.sequence <= self._compare_at:
                self._played = effect.record
        if all(effect.sequence <= self._compare_at for effect in batch):
            return
        self._written = None
        if self._played is None or (self._played.cash, self._played.market_at) != (written.cash, written.market_at):
            reason = "a person changed this replay as it ran: played again it comes to other books. RESET=1 begins anew"
            self.inbox.put(HaltChanged(True, reason, ENGINE))
        if (kill := written.kill) is not None:  # asked for by a signal, say: nobody else would tell of it again
            self.inbox.put(KillAsked(kill.reason, kill.flatten, kill.by, kill.asked_at))

    def step_all(self, events: Iterable[Event]) -> None:
        """Take events of the past, before any thread runs. Their records leave as one batch.

        History begins with the day before: were it written down by itself, a crash amid it would begin today anew,
        and the day's figures from zero.
        """
        for event in events:
            self.loop.step(self.rehearsal.take(event, self.loop.engine.state))
        self._send()

    def run(self, stop: threading.Event) -> None:
        """Take what comes until stopped and the inbox is empty; of that, prices are not taken any more."""
        clock = self._doors.clock
        while True:
            events = self.inbox.take(TAKE_S)
            self._say_time()
            for event in events:
                if stop.is_set() and isinstance(event, MarketEvent):
                    continue  # the next start goes on before it; thousands may wait, and the end has seconds
                self.step(event)
            self.pulse.see(self.loop.engine.state.ticks, clock.monotonic())
            self.tell(force=False)
            if stop.is_set() and not events:
                return

    def tell(self, *, force: bool) -> None:
        """Once a second: see how the service does, and publish of health and prices what is worth a write.

        `force`: look now, and publish whatever changed.
        """
        now = self._doors.clock.monotonic()
        if not self._telling.looks(now, force=force):
            return
        for event in self.counterpart.due():
            self.step(event)
        queue = self._queue = self._doors.outbox.status()
        self._hold_entries(queue)
        health, prices = self._health(queue), quotes_record(self.loop.engine.state)
        self.snapshot.take(health)
        if self._causes is not None:
            self._causes.look(health, now)
        held = queue.journal_state != "writing"  # what room there is, is for what was decided
        records: list[Record] = []
        if self._telling.health(health, now, beats=not held):
            records.append(health)
        pause_s = 0.0 if force else WATCHED_S if self._doors.watched() else UNWATCHED_S
        if not held and self._telling.quotes(prices, now, pause_s=pause_s):
            records.append(prices)
        if records:
            sequence = max(self.loop.engine.state.sequence, self.written_until)
            self._doors.outbox.put([PublishRecord(sequence, record) for record in records])

    def on_disk(self, timeout_s: float) -> None:
        """Wait until all that was put is on this machine's disk. Raises OutcomeUnknown, JournalFailed. Any thread."""
        if not self._doors.outbox.flush(timeout_s):
            raise OutcomeUnknown(f"not on disk within {timeout_s:g} s")

    def meet_venue(self) -> None:
        """After a restart: what is known of the orders that were open."""
        for event in self.counterpart.after_restart():
            self.step(event)

    def compare(self) -> None:
        """The first report of a venue that can be asked here and now: no entry is made before it was compared."""
        for event in self.counterpart.first():
            self.step(event)

    def _say_time(self) -> None:
        """Once a second, on a market whose clock is the wall's: what time it is, before what came until then."""
        clock = self._doors.clock
        if self._doors.feed.simulated or self.pulse.finished or clock.monotonic() < self._time_at:
            return
        self._time_at = clock.monotonic() + TIME_S
        self.step(WallClock(instant_of((self._doors.market_clock or clock).now())))

    def _with_health(self, batch: list[PublishRecord]) -> list[PublishRecord]:
        """Health goes along with the account's money: one document, so two records in one commit are one write."""
        changes_account = any(isinstance(effect.record, AccountRecord) for effect in batch)
        if not changes_account or self._queue is None or not self._telling.has_begun:
            return batch
        health = self._health(self._queue)
        self._telling.told(health, self._doors.clock.monotonic())
        return [*batch, PublishRecord(batch[-1].sequence, health)]

    def _hold_entries(self, queue: QueueStatus) -> None:
        """Nothing new is decided that could not be written down; it lifts by itself."""
        if queue.journal_state == self._journal_state:
            return
        self._journal_state = queue.journal_state
        reason = held_reason(queue)
        _log.log(
            logging.INFO if reason is None else logging.ERROR,
            "entries go on" if reason is None else "entries are held",
            account=self.account.account_id,
            because=reason,
        )
        self.inbox.put(EntriesHeld(reason))

    def _health(self, queue: QueueStatus) -> HealthRecord:
        doors = self._doors
        return health_record(self.loop.engine.state, doors.feed, self.pulse, queue, doors.clock, self.counterpart.seen)
