"""Notices that the engine beside it is silent, and tells the channels directly. Run by launcher, in its process.

The engine can't say itself that it hangs, was stopped or was killed. Its snapshot holds the last heartbeat of each
account; one that stays the same for a minute is told once, and that it beats again. A process that ended by itself is
told too, at most each ten minutes: the platform starts it anew, and it may end again and again.

The minute is this process's own: a wall clock that jumps makes no heart stop, and hides none that did. A machine that
slept as a whole wakes up with an old heartbeat: who is silent is looked at again a moment later, before it is told.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
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
AGAIN_S = 2.0  # an engine that goes on has written a heartbeat by then
ENDED_AGAIN_S = 600.0
END_S = 3.0  # for the last message
TOLD_ITSELF = (0, 1)  # it ended in order, or said why
KIND = "heartbeat_missing"
_log = structlog.get_logger()


@dataclass(slots=True)
class _Heart:
    """An account's newest heartbeat, and since when (monotonic) it is that one. Of an engine before this one it is no
    sign of life, and its age none of death.
    """

    beat_at: datetime
    since: float
    of_before: bool = False
    doubted: bool = False
    told: bool = False


class HeartbeatWatch:
    """`snapshots` is what the engine writes; `kept` remembers over restarts when an end was told. `began_at` is when
    the engine was started at the earliest: a heartbeat of before is another's. It looks each `look_s`.
    """

    def __init__(
        self,
        snapshots: SnapshotStore,
        clock: Clock,
        senders: Sequence[AlertSender],
        kept: SnapshotStore,
        began_at: datetime | None = None,
        look_s: float = LOOK_S,
    ) -> None:
        self._snapshots = snapshots
        self._clock = clock
        self._senders = tuple(senders)
        self._kept = kept
        self._look_s = look_s
        self._hearts: dict[str, _Heart] = {}
        self._began_at = began_at or clock.now()
        self._began = clock.monotonic() - max(0.0, (clock.now() - self._began_at).total_seconds())
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

    def look(self) -> bool:
        """Tell of each account whose heart beats no more, or again; whether one is to be looked at again at once."""
        snapshot, again = self._snapshots.read() or {}, False
        for account_id, fields in sorted(snapshot.get("accounts", {}).items()):
            beat_at = _heartbeat(fields)
            if beat_at is None:
                continue
            heart = self._hearts.get(account_id)
            if heart is None or heart.beat_at != beat_at:
                heart = self._hearts[account_id] = self._beaten(account_id, heart, beat_at)
            if not heart.told and not heart.of_before and self._clock.monotonic() - heart.since > SILENT_S:
                again = again or not heart.doubted
                heart.told, heart.doubted = heart.doubted, True
                if heart.told:
                    text = f"{account_id}: the engine is silent since {beat_at:%H:%M:%S} UTC; nothing is decided"
                    self._offer(account_id, beat_at.isoformat(), text)
        return again

    def _beaten(self, account_id: str, before: _Heart | None, beat_at: datetime) -> _Heart:
        """A heartbeat that was not there at the last look."""
        now = self._clock.monotonic()
        if before is None:  # how old it is, only the wall clock knows, and it is no older than the engine
            age_s = max(0.0, (self._clock.now() - beat_at).total_seconds())
            return _Heart(beat_at, max(now - age_s, self._began), of_before=beat_at < self._began_at)
        if before.told:
            text = f"{account_id}: the engine is back; it was silent since {before.beat_at:%H:%M:%S} UTC"
            self._offer(account_id, before.beat_at.isoformat(), text)
        return _Heart(beat_at, now)

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
        again = False
        while not stop.wait(min(AGAIN_S, self._look_s) if again else self._look_s):
            again = self.look()


def _heartbeat(fields: Any) -> datetime | None:
    """The heartbeat in an account's part of the snapshot; None where there is none yet."""
    try:
        return datetime.fromisoformat(fields["account"]["engine"]["heartbeat_at"])
    except (LookupError, TypeError, ValueError):
        return None
