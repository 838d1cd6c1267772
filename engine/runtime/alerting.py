"""Alerts on their way: each is written to the journal and sent to the channels from here, directly. One account's desk.

Fed by session (what the core raises) and by the runtime's loops; feeds the outbox and an alert_sender a channel.
Nothing waits here for a store, a disk or a network, so a critical alert leaves while Firestore is down, and the session
never stands still for one. What repeats is counted (alert_repeats), in the document as in the messages.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from engine.domain.alert_kinds import KINDS
from engine.domain.effects import PublishRecord
from engine.domain.errors import Fenced, JournalFailed
from engine.domain.identity import alert_id
from engine.domain.instant import Instant, instant_of
from engine.domain.records import AlertRecord, Delivery
from engine.ports import Clock, Outbox
from engine.runtime.alert_repeats import Repeats, words_of
from engine.runtime.alert_sender import AlertSender
from engine.runtime.worker import Worker

REMEMBERED_MAX = 500  # alerts whose newest state is known, to write deliveries and counts into
LOOK_S = 1.0
END_S = 2.0  # for the last messages; what has not left by then leaves at the next start
_log = structlog.get_logger()


class AlertDesk:
    """See above. `market_at` is the account's market time, by which alerts are dated."""

    def __init__(
        self,
        account_id: str,
        clock: Clock,
        outbox: Outbox,
        senders: Sequence[AlertSender],
        market_at: Callable[[], Instant | None] = lambda: None,
    ) -> None:
        self._account_id = account_id
        self._clock = clock
        self._outbox = outbox
        self._senders = tuple(senders)
        self.market_at = market_at
        self._lock = threading.Lock()
        self._repeats = Repeats()
        self._known: OrderedDict[str, AlertRecord] = OrderedDict()
        for sender in self._senders:
            sender.told = self._told
        self._workers = [Worker(f"alert-{each.channel.name}", each.run, self._failed) for each in self._senders]
        self._counter = Worker("alerts", self._run, self._failed)
        self._ended = False

    def start(self) -> None:
        """Take up what waited, and begin to send."""
        for sender in self._senders:
            sender.begin()
        for worker in (*self._workers, self._counter):
            worker.start()

    def end(self, within_s: float = END_S) -> bool:
        """Send what may still leave, for so long; False where a channel was not done. Once."""
        if self._ended:
            return True
        self._ended = True
        self._counter.stop()
        self._counter.join(LOOK_S + 0.5)
        self.count(everything=True)
        for worker, sender in zip(self._workers, self._senders, strict=True):
            worker.stop()
            sender.wake()
        until = self._clock.monotonic() + within_s
        joined = [worker.join(max(0.0, until - self._clock.monotonic())) for worker in self._workers]
        return all(joined)

    def admit(self, batch: Sequence[PublishRecord]) -> list[PublishRecord]:
        """A batch without the alerts that only repeat another: those are counted. Call it before it is written."""
        return [effect for effect in batch if not isinstance(effect.record, AlertRecord) or self._passes(effect.record)]

    def send(self, batch: Sequence[PublishRecord]) -> None:
        """Send the alerts of a batch that was written."""
        for effect in batch:
            if isinstance(effect.record, AlertRecord):
                self._offer(effect.record, effect.record.text)

    def tell(self, kind: str, subject: str, text: str) -> None:
        """Raise an alert from anywhere in the runtime, on any thread. Raises KeyError for an unknown kind."""
        at = self.market_at() or instant_of(self._clock.now())
        severity = KINDS[kind].severity
        alert = AlertRecord(alert_id(self._account_id, kind, subject), severity, kind, text, at)
        if self._passes(alert):
            self._put(alert)
            self._offer(alert, text)

    def count(self, *, everything: bool = False) -> None:
        """Tell how often alerts repeated, where their windows have closed (or at the end: of every one)."""
        now = self._clock.monotonic()
        with self._lock:
            closed = self._repeats.all(now) if everything else self._repeats.closed(now)
        for repeated in closed:
            with self._lock:
                known = self._known.get(repeated.alert.alert_id, repeated.alert)
                alert = self._remember(replace(repeated.alert, delivered_to=known.delivered_to))
            self._put(alert)
            self._offer(alert, words_of(repeated))

    def _passes(self, alert: AlertRecord) -> bool:
        with self._lock:
            passes = self._repeats.passes(alert, self._clock.monotonic())
            if passes:
                self._remember(alert)
        return passes

    def _remember(self, alert: AlertRecord) -> AlertRecord:
        self._known[alert.alert_id] = alert
        self._known.move_to_end(alert.alert_id)
        while len(self._known) > REMEMBERED_MAX:
            self._known.popitem(last=False)
        return alert

    def _offer(self, alert: AlertRecord, line: str) -> None:
        for sender in self._senders:
            sender.offer(alert, line)

    def _told(self, alert: AlertRecord, channel: str, failed: str | None) -> None:
        """A channel says what came of an alert: noted in its document, the newest word a channel."""
        delivery = Delivery(channel, instant_of(self._clock.now()), failed)
        with self._lock:
            known = self._known.get(alert.alert_id, alert)
            others = tuple(each for each in known.delivered_to if each.channel != channel)
            noted = self._remember(replace(known, delivered_to=(*others, delivery)))
        self._put(noted)

    def _put(self, alert: AlertRecord) -> None:
        try:
            self._outbox.put([PublishRecord(self._outbox.last_sequence, alert)])
        except JournalFailed as error:
            _log.error("an alert is not written down", account=self._account_id, kind=alert.kind, error=str(error))

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_S):
            self.count()

    def _failed(self, name: str, error: BaseException) -> None:
        """The log has it already (worker.py): alerts that fail must not end the engine that they watch."""


def alert_of_failure(desk: AlertDesk, worker: str, error: BaseException) -> None:
    """Say why the engine ends. A loop that fails in the same way at every start is the same alert."""
    if isinstance(error, Fenced):
        desk.tell("lease_lost", str(error), f"This engine stops sending and ends ({worker}): {error}")
        return
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    desk.tell("engine_failed", f"{worker} {type(error).__name__}", f"The engine ends, {worker} failed: {said[:300]}")
