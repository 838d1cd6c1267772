"""Tells the channels why an engine can't start, where no alert desk is there yet that could. Asked by bootstrap's
service.

Nobody may be watching: the platform starts it anew, and anew, and what it says goes to a log. The same reason is told
at most each ten minutes, another one at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from engine.domain.alert_kinds import KINDS
from engine.domain.errors import OperatingError
from engine.domain.identity import alert_id
from engine.domain.instant import instant_of
from engine.domain.records import AlertRecord
from engine.ports import Clock, SnapshotStore
from engine.runtime.alert_sender import AlertSender
from engine.runtime.worker import Worker

KIND = "start_failed"
AGAIN_S = 600.0
END_S = 3.0  # for the message; what has not left by then leaves at the next start that fails
SAID_MAX = 300  # characters of the reason
_log = structlog.get_logger()


class FailedStart:
    """`owner` names the service in the alert's id; `kept` remembers over restarts what was told and when."""

    def __init__(self, owner: str, senders: Sequence[AlertSender], kept: SnapshotStore, clock: Clock) -> None:
        self._owner = owner
        self._senders = tuple(senders)
        self._kept = kept
        self._clock = clock

    def tell(self, error: BaseException) -> bool:
        """Tell why, and wait some seconds for it to leave; False where it was told a moment ago, or there is nobody to
        tell.
        """
        why = (str(error) or type(error).__name__)[:SAID_MAX]
        now = self._clock.now()
        if not self._senders or self._told_a_moment_ago(why, now):
            return False
        try:
            self._kept.write({"why": why, "told_at": now.isoformat()})
        except OperatingError as unkept:  # the very disk may be the trouble: then each start tells
            _log.warning("not kept what was told", error=str(unkept))
        text = f"The engine can't start: {why}. Nothing is traded until that is put right"
        alert = AlertRecord(alert_id(self._owner, KIND, why), KINDS[KIND].severity, KIND, text, instant_of(now))
        workers = [Worker(f"alert-{each.channel.name}", each.run, lambda name, error: None) for each in self._senders]
        for sender in self._senders:
            sender.begin()
            sender.offer(alert, text)
        for worker in workers:
            worker.stop()  # one message, and no more
            worker.start()
        until = self._clock.monotonic() + END_S
        for worker in workers:
            worker.join(max(0.0, until - self._clock.monotonic()))
        return True

    def _told_a_moment_ago(self, why: str, now: datetime) -> bool:
        told = self._kept.read() or {}
        try:
            return told["why"] == why and now - datetime.fromisoformat(told["told_at"]) < timedelta(seconds=AGAIN_S)
        except (LookupError, TypeError, ValueError):
            return False
