"""A channel in memory, and an alert sender on it. Used by the tests of alerts; the real one is in adapters/notify."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from engine.domain.alert_channels import Channel, channels_of
from engine.domain.alert_kinds import KINDS
from engine.domain.errors import OutcomeUnknown
from engine.domain.identity import alert_id
from engine.domain.records import AlertRecord
from engine.outbox.backoff import Backoff
from engine.ports import Clock, Fields, SnapshotStore
from engine.runtime.alert_sender import AlertSender


@dataclass(slots=True)
class Letterbox:
    """Keeps what it is sent; fails with `failing` where that says why."""

    name: str = "box"
    failing: str | None = None
    attempts: int = 0
    letters: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, severity: str, title: str, body: str) -> None:
        self.attempts += 1
        if self.failing is not None:
            raise OutcomeUnknown(self.failing)
        self.letters.append((severity, title, body))

    @property
    def bodies(self) -> list[str]:
        return [body for _, _, body in self.letters]


@dataclass(slots=True)
class Drawer:
    """A SnapshotStore in memory that outlives what writes into it."""

    held: Fields | None = None

    def write(self, snapshot: Any) -> None:
        self.held = dict(snapshot)

    def read(self) -> Fields | None:
        return self.held


def channel(**more: str) -> Channel:
    """A channel for everything, unless told otherwise."""
    given = {"name": "box", "url": "json://nowhere/at/all", "from": "info", **more}
    (made,) = channels_of(json.dumps([given]), "LOCKSTEP_ALERTS")
    return made


def sender(box: Letterbox, clock: Clock, kept: SnapshotStore | None = None, **more: str) -> AlertSender:
    """A sender that waits the whole of each pause: 1, 2, 4 ... 32 s."""
    return AlertSender(channel(name=box.name, **more), box, clock, Backoff(lambda: 1.0), kept)


def alert(
    kind: str = "daily_stop", subject: str = "2026-03-02", text: str = "The day's loss reached 3 %"
) -> AlertRecord:
    """An alert of paper-test."""
    return AlertRecord(alert_id("paper-test", kind, subject), KINDS[kind].severity, kind, text, 1_772_433_000_000_000)
