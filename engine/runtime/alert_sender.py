"""Sends alerts to one channel, on a thread of its own. Fed by alerting; feeds a Notifier; tells what came of each.

A channel that is slow or away holds up neither the session nor another channel. At most one message leaves each five
seconds: what came meanwhile leaves together. What did not arrive is sent again by the project's retry policy until it
is given up, which is said in words. What waits is kept in a file, so it leaves after a restart; a message whose answer
was cut off may so arrive twice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from engine.domain.alert_channels import Channel
from engine.domain.alert_kinds import CRITICAL, KINDS, SEVERITIES
from engine.domain.errors import LockstepError, OperatingError
from engine.domain.records import AlertRecord
from engine.outbox.backoff import Backoff
from engine.outbox.codec import decode, encode
from engine.ports import Clock, Notifier, SnapshotStore

WAITING_MAX = 200  # messages; beyond, the oldest of the least severity makes room, and is counted
PACE_S = 5.0  # between two messages: services take one a second, and a person reads none faster
LINES_MAX = 20
GIVE_UP = {CRITICAL: timedelta(hours=6)}  # Firestore's worst outage took 7.5 h: an alert of its begin is no news then
GIVE_UP_ELSE = timedelta(minutes=30)
LOOK_S = 1.0
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Message:
    """A line for a person about an alert; `since` is the wall time from which on it may leave."""

    alert: AlertRecord
    line: str
    since: datetime


Told = Callable[[AlertRecord, str, str | None], None]
"""Called with an alert, the channel's name and, where it did not arrive, why."""


class AlertSender:
    """One channel's. `kept` is where waiting messages outlive the process; None: nowhere."""

    def __init__(
        self, channel: Channel, notifier: Notifier, clock: Clock, backoff: Backoff, kept: SnapshotStore | None = None
    ) -> None:
        self.channel = channel
        self._notifier = notifier
        self._clock = clock
        self._backoff = backoff
        self._kept = kept
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._waiting: list[Message] = []
        self._pushed_out = 0
        self._changed = False
        self._failures = 0
        self._next_at = -PACE_S
        self.told: Told = lambda alert, channel, failed: None  # the desk listens here

    def begin(self) -> None:
        """Take up what waited when the process ended."""
        fields = self._kept.read() if self._kept is not None else None
        for item in (fields or {}).get("waiting", []):
            try:
                alert = decode(item["alert"].encode())
                message = Message(alert, item["line"], datetime.fromisoformat(item["since"]))  # type: ignore[arg-type]
            except (LockstepError, LookupError, TypeError, ValueError, AttributeError) as error:
                _log.warning("a kept alert can't be read", channel=self.channel.name, error=str(error))
                continue
            if isinstance(alert, AlertRecord):
                self._waiting.append(message)

    def offer(self, alert: AlertRecord, line: str) -> None:
        """Have a line sent, if the channel takes its severity. Never waits."""
        if not self.channel.takes(alert.severity):
            return
        now = self._clock.now()
        since = self.channel.waits_until(alert.severity, now) or now
        with self._lock:
            self._waiting.append(Message(alert, line, since))
            if len(self._waiting) > WAITING_MAX:
                least = min(self._waiting, key=lambda message: SEVERITIES.index(message.alert.severity))
                self._waiting.remove(least)
                self._pushed_out += 1
            self._changed = True
        self._wake.set()

    @property
    def waiting(self) -> int:
        """How many lines wait."""
        with self._lock:
            return len(self._waiting)

    def run(self, stop: threading.Event) -> None:
        """Send until stopped; then once more, whatever may leave."""
        while not stop.is_set():
            self._wake.wait(min(LOOK_S, max(0.05, self.step())))
            self._wake.clear()
        if not self._failures:
            self._next_at = self._clock.monotonic()  # the pace is not kept at the end
        self.step()

    def wake(self) -> None:
        """Look now."""
        self._wake.set()

    def step(self) -> float:
        """Send what is due as one message; seconds until there may be more to do."""
        self._keep()
        now = self._clock.monotonic()
        due = self._due()
        if not due:
            return LOOK_S
        if now < self._next_at:
            return self._next_at - now
        worst = max((message.alert.severity for message in due), key=SEVERITIES.index)
        try:
            self._notifier.send(worst, _title(due, worst), self._body(due))
        except OperatingError as error:
            self._failed(due, error)
        else:
            self._arrived(due)
        self._keep()
        return max(0.0, self._next_at - self._clock.monotonic())

    def _due(self) -> list[Message]:
        now = self._clock.now()
        with self._lock:
            return [message for message in self._waiting if message.since <= now]

    def _body(self, due: Sequence[Message]) -> str:
        lines = [message.line for message in due[:LINES_MAX]]
        more = len(due) - len(lines) + self._pushed_out
        return "\n".join([*lines, *([f"… and {more:,} more; the dashboard has them all"] if more else [])])

    def _arrived(self, due: Sequence[Message]) -> None:
        if self._failures:
            _log.info("alerts arrive again", channel=self.channel.name)
        self._failures = self._pushed_out = 0
        self._next_at = self._clock.monotonic() + PACE_S
        self._done(due, None)

    def _failed(self, due: Sequence[Message], error: OperatingError) -> None:
        self._failures += 1
        if self._failures == 1:
            _log.error("an alert did not arrive", channel=self.channel.name, error=str(error))
        pause_s = self._backoff.decide(error, self._failures)
        now = self._clock.now()
        old = [
            message
            for message in due
            if pause_s is None or now - message.since > GIVE_UP.get(message.alert.severity, GIVE_UP_ELSE)
        ]
        self._next_at = self._clock.monotonic() + (pause_s or 0.0)
        self._done(old, f"{error}; given up after {self._failures} attempts")
        if self._failures == 1:
            self._tell([message for message in due if message not in old], f"{error}; it is tried again")

    def _done(self, messages: Sequence[Message], failed: str | None) -> None:
        ids = {id(message) for message in messages}
        with self._lock:
            self._waiting = [message for message in self._waiting if id(message) not in ids]
            self._changed = self._changed or bool(messages)
        self._tell(messages, failed)

    def _tell(self, messages: Sequence[Message], failed: str | None) -> None:
        for alert in {message.alert.alert_id: message.alert for message in messages}.values():
            self.told(alert, self.channel.name, failed)

    def _keep(self) -> None:
        """Write down what waits, where that changed."""
        if self._kept is None:
            return
        with self._lock:
            if not self._changed:
                return
            self._changed = False
            waiting = [_kept_fields(message) for message in self._waiting]
        try:
            self._kept.write({"waiting": waiting})
        except OperatingError as error:  # a full disk: it leaves all the same, unless the process dies before
            _log.warning("waiting alerts are not kept", channel=self.channel.name, error=str(error))


def _kept_fields(message: Message) -> Mapping[str, Any]:
    return {"alert": encode(message.alert).decode(), "line": message.line, "since": message.since.isoformat()}


def _title(due: Sequence[Message], worst: str) -> str:
    """What stands above the lines: what happened, or how much of it."""
    if len(due) > 1:
        return f"Lockstep: {len(due)} alerts, the worst {worst}"
    kind = KINDS.get(due[0].alert.kind)
    return f"Lockstep, {worst}: {due[0].alert.kind if kind is None else kind.words}"
