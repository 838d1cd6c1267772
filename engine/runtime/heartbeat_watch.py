"""Notices that the engine beside it is silent, and tells the channels directly. Run by launcher, in its process.

The engine can't say itself that it hangs, was stopped or was killed. Its snapshot holds the last heartbeat of each
account; one older than a minute is told once, and that it beats again. A process that ended by itself is told too, at
most each ten minutes: the platform starts it anew, and it may end again and again.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from engine.domain.alert_kinds import KINDS
from engine.domain.errors import OperatingError
from engine.domain.identity import alert_id
from engine.domain.instant import instant_of
from engine.domain.records import AlertRecord
from engine.ports import Clock, SnapshotStore
from engine.runtime.alert_sender import AlertSender
from engine.runtime.worker import Worker

SILENT_S = 60.0
LOOK_S = 5.0
ENDED_AGAIN_S = 600.0
END_S = 3.0  # for the last message
TOLD_ITSELF = (0, 1)  # it ended in order, or said why
KIND = "heartbeat_missing"
_log = structlog.get_logger()


class HeartbeatWatch:
    """`snapshots` is what the engine writes; `kept` remembers over restarts when an end was told. `began_at` is when
    the engine was started at the earliest: a heartbeat of before is another's.
    """

    def __init__(
        self,
        snapshots: SnapshotStore,
        clock: Clock,
        senders: Sequence[AlertSender],
        kept: SnapshotStore,
        began_at: datetime | None = None,
    ) -> None:
        self._snapshots = snapshots
        self._clock = clock
        self._senders = tuple(senders)
        self._kept = kept
        self._silent: dict[str, datetime] = {}
        self._began_at = began_at or clock.now()
        works = {"heartbeat": self._run, **{f"alert-{each.channel.name}": each.run for each in self._senders}}
        self._workers = [Worker(name, work, lambda name, error: None) for name, work in works.items()]

    def begin(self) -> None:
        """Look from now on. To be called when all programs are started: no thread may run over a fork."""
        for sender in self._senders:
            sender.begin()
        for worker in self._workers:
            worker.start()

    def ended(self, program: str, code: int) -> None:
        """A program ended by itself."""
        now = self._clock.now()
        if code in TOLD_ITSELF or now - self._ended_at() < timedelta(seconds=ENDED_AGAIN_S):
            return
        try:
            self._kept.write({"ended_at": now.isoformat()})
        except OperatingError as error:
            _log.warning("not kept when an end was told", error=str(error))
        how = f"killed by signal {-code}" if code < 0 else f"code {code}"
        again = f"Told at most each {ENDED_AGAIN_S / 60:.0f} minutes"
        self._offer("service", f"{program} {now}", f"The {program} process ended by itself ({how}). {again}")

    def end(self, within_s: float) -> None:
        """Send what may still leave, for so long; the rest leaves at the next start."""
        for worker in self._workers:
            worker.stop()
        for sender in self._senders:
            sender.wake()
        until = self._clock.monotonic() + min(within_s, END_S)
        for worker in self._workers:
            worker.join(max(0.0, until - self._clock.monotonic()))

    def look(self) -> None:
        """Tell of each account whose heart beats no more, or again."""
        snapshot = self._snapshots.read() or {}
        now = self._clock.now()
        for account_id, fields in sorted(snapshot.get("accounts", {}).items()):
            beat_at = _heartbeat(fields)
            if beat_at is None or beat_at < self._began_at:
                continue  # of an engine before this one, which is still starting
            silent_s = (now - beat_at).total_seconds()
            if silent_s > SILENT_S and account_id not in self._silent:
                self._silent[account_id] = beat_at
                text = f"{account_id}: the engine is silent since {beat_at:%H:%M:%S} UTC; nothing is decided"
                self._offer(account_id, beat_at.isoformat(), text)
            elif silent_s <= SILENT_S and account_id in self._silent:
                since = self._silent.pop(account_id)
                text = f"{account_id}: the engine is back; it was silent since {since:%H:%M:%S} UTC"
                self._offer(account_id, since.isoformat(), text)

    def _offer(self, account_id: str, subject: str, text: str) -> None:
        _log.error("heartbeat", told=text)
        at = instant_of(self._clock.now())
        alert = AlertRecord(alert_id(account_id, KIND, subject), KINDS[KIND].severity, KIND, text, at)
        for sender in self._senders:
            sender.offer(alert, text)

    def _ended_at(self) -> datetime:
        try:
            return datetime.fromisoformat((self._kept.read() or {})["ended_at"])
        except (LookupError, TypeError, ValueError):
            return datetime.fromtimestamp(0, self._began_at.tzinfo)

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_S):
            self.look()


def _heartbeat(fields: Any) -> datetime | None:
    """The heartbeat in an account's part of the snapshot; None where there is none yet."""
    try:
        return datetime.fromisoformat(fields["account"]["engine"]["heartbeat_at"])
    except (LookupError, TypeError, ValueError):
        return None
