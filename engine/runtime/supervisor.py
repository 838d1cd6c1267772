"""The engine process: one account brought to life, kept alive and ended in order. Called by bootstrap with its parts.

Starting is: own the account, recover, then trade. Ending, within 8 s of SIGTERM, is: no more prices, what people and
the broker said by then done, the journal on disk, what the store takes at once delivered, the lease let go last. None
of it is needed for being right, only for a quick next start.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue

import structlog

from engine.domain.errors import Fenced, JournalFailed, LockstepError
from engine.domain.events import MarketEnded
from engine.ports import Clock, ControlPlane, Grant, Lease, MarketFeed, Outbox, QueueStatus
from engine.runtime.alerting import AlertDesk, alert_of_failure
from engine.runtime.control_watch import ControlWatch
from engine.runtime.ownership import RENEW_AGAIN_S, Hold, Ownership
from engine.runtime.recovery import Place
from engine.runtime.session import Session
from engine.runtime.snapshot import SnapshotWriter
from engine.runtime.worker import Worker

SNAPSHOT_S = 0.5
DRAIN_S = 3.0  # for what the store takes at once; the rest waits in the journal
FLUSH_S = 2.0
JOIN_S = 2.0
ALERTS_S = 1.5  # for the last messages; what has not left by then leaves at the next start
RELEASE_S = 0.5  # with less left the lease is not let go of: a store that is slow may take its whole 5 s
END_S = 6.5  # the launcher ends whatever lasts longer than 8, and a broker is left after it
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parts:
    """What one account's life is made of. `relay(stop)` runs until stopped and raises Fenced when the lease is lost."""

    clock: Clock
    session: Session
    feed: MarketFeed
    watch: ControlWatch
    control: ControlPlane
    outbox: Outbox
    relay: Callable[[threading.Event], None]
    lease: Lease
    grant: Grant
    snapshots: SnapshotWriter
    place: Place
    beside: Mapping[str, Callable[[threading.Event], None]] = field(default_factory=dict)  # loops of a venue outside
    listening: Mapping[str, Callable[[threading.Event], None]] = field(default_factory=dict)  # hear the session
    alerts: AlertDesk | None = None
    hold: Hold | None = None  # told when the lease is lost, so that nothing leaves any more
    renew_again_s: float = RENEW_AGAIN_S


class Watched:
    """Whether a screen is known to be watching. Set by the controls' thread, read by the session's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.until: datetime | None = None

    def __call__(self) -> bool:
        until = self.until
        return until is not None and self._clock.now() < until


class Supervisor:
    """Runs the workers of one account until told to end, or until one of them fails."""

    def __init__(self, parts: Parts, watched: Watched) -> None:
        self._parts = parts
        self._end_at = 0.0
        self._watched = watched
        self._ended: SimpleQueue[None] = SimpleQueue()  # an Event's lock is not for a signal handler: it can deadlock
        self.failure: BaseException | None = None
        self._ownership = Ownership(
            parts.lease,
            parts.grant,
            lambda: self._fail("lease", Fenced("the lease is lost")),
            parts.renew_again_s,
        )
        self._feed = Worker("feed", self._run_feed, self._fail)
        self._beside = [Worker(name, work, self._fail) for name, work in parts.beside.items()]
        self._listening = [Worker(name, work, self._not_ours) for name, work in parts.listening.items()]
        self._session = Worker("session", parts.session.run, self._fail)
        self._relay = Worker("relay", parts.relay, self._fail)
        self._watch = Worker("controls", lambda stop: parts.watch.run(stop, self._ask_who_watches), self._fail)
        self._lease = Worker("lease", self._ownership.run, self._fail)
        self._snapshot = Worker("snapshot", self._run_snapshots, self._fail)

    def end(self) -> None:
        """Ask for the end; safe from a signal handler."""
        self._ended.put(None)

    def run(self) -> int:
        """Trade until the end; returns the exit code, 1 when a worker failed."""
        first = (self._relay, *self._listening, self._session, *self._beside)
        for worker in (*first, self._snapshot, self._watch, self._lease, self._feed):
            worker.start()
        account_id = self._parts.session.account.account_id
        _log.info("trading", account=account_id, epoch=self._parts.grant.epoch, pid=os.getpid())
        self._ended.get()
        self._wind_down()
        return 0 if self.failure is None else 1

    def _fail(self, name: str, error: BaseException) -> None:
        if isinstance(error, Fenced) and self._parts.hold is not None:
            self._parts.hold.lost = True
        _log.error("ending", because=name, error=str(error))
        first = self.failure is None
        self.failure = self.failure or error
        try:
            if first and self._parts.alerts is not None:
                alert_of_failure(self._parts.alerts, name, error)
        except Exception:  # noqa: BLE001 - whatever became of the alert: nothing may trade on without that worker
            _log.exception("the end could not be told", account=self._parts.session.account.account_id)
        self._ended.put(None)

    def _not_ours(self, name: str, error: BaseException) -> None:
        """Who only listens (recorder, twin) may fail: the log has it already, and trading goes on."""

    def _wind_down(self) -> None:
        parts = self._parts
        self._end_at = parts.clock.monotonic() + END_S
        self._stop(self._feed, self._watch, *self._beside)
        parts.session.inbox.close()
        self._stop(self._session)
        self._stop(*self._listening)
        if parts.alerts is not None:
            parts.alerts.end(self._left_s(ALERTS_S))
        flushed = not isinstance(self.failure, Fenced) and self._flush()
        idle = self._stop(self._relay, self._lease, self._snapshot)
        if idle and not isinstance(self.failure, Fenced) and self._left_s(RELEASE_S) == RELEASE_S:
            self._ownership.release()  # one in mid-commit, or late, keeps the lease: it runs out by itself
        _log.info("ended", account=parts.session.account.account_id, flushed=flushed)

    def _left_s(self, most: float) -> float:
        """Seconds that may still be spent on one thing."""
        return max(0.0, min(most, self._end_at - self._parts.clock.monotonic()))

    def _stop(self, *workers: Worker) -> bool:
        """Ask workers to end and wait for them together; False where one does not: it may hang in a call to a broker,
        as all may that call one.
        """
        until = self._parts.clock.monotonic() + self._left_s(JOIN_S)
        for worker in workers:
            worker.stop()
        ended = [worker.join(max(0.0, until - self._parts.clock.monotonic())) for worker in workers]
        return all(ended)

    def _flush(self) -> bool:
        """What was decided, on disk and as far as possible in the store; False where the disk does not take it."""
        try:
            flushed = self._parts.outbox.flush(self._left_s(FLUSH_S))
            if flushed:
                self._drain()
        except JournalFailed as failed:  # the end goes on: threads, lease and file are let go of all the same
            _log.error("not everything is on disk", account=self._parts.grant.account_id, error=str(failed))
            return False
        return flushed

    def _drain(self) -> None:
        """Give the relay a moment with a store that answers."""
        clock = self._parts.clock
        until = clock.monotonic() + self._left_s(DRAIN_S)
        while clock.monotonic() < until:
            status: QueueStatus = self._parts.outbox.status()
            if status.depth == 0 or status.store_state == "down":
                return
            clock.wait(0.05)

    def _run_feed(self, stop: threading.Event) -> None:
        """Prices into the inbox, until the data or the process ends."""
        parts = self._parts
        if parts.place.finished:
            return
        since = None if parts.place.since is None else parts.place.since - 1  # the price at `since` itself comes again
        for event in parts.feed.events(since, stop.is_set):
            parts.session.inbox.put_market(event, stop.is_set)
            if isinstance(event, MarketEnded):
                _log.info("the data is over", account=parts.session.account.account_id)

    def _run_snapshots(self, stop: threading.Event) -> None:
        parts = self._parts
        account_id, failing = parts.session.account.account_id, False
        while not stop.wait(SNAPSHOT_S):
            try:
                parts.snapshots.write({account_id: parts.session.snapshot.fields(parts.outbox.status())})
            except LockstepError as error:  # the API then reads the store instead; trading is not its business
                if not failing:  # a line each half second would fill the disk that has no room for it
                    _log.error("the snapshot is not written", account=account_id, error=str(error))
                failing = True
            else:
                failing = False

    def _ask_who_watches(self) -> None:
        self._watched.until = self._parts.control.watched_until(self._parts.session.account.account_id)
