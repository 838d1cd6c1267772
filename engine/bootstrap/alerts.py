"""Alerts wired: channels of the settings, a desk for the engine, a watch for the launcher, a trial for the command."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from engine.adapters.snapshot_file import SnapshotFile
from engine.domain.alert_channels import Channel
from engine.outbox.backoff import Backoff
from engine.ports import Clock, Notifier, Outbox
from engine.runtime.alert_sender import AlertSender
from engine.runtime.alerting import AlertDesk
from engine.runtime.failed_start import FailedStart
from engine.runtime.heartbeat_watch import HeartbeatWatch
from engine.settings import Settings, read_alerts

SERVICE = "service"  # whose alerts the launcher tells; no account is called so
START = "start"


def notifiers(channels: Sequence[Channel]) -> list[Notifier]:
    """One a channel. Raises InvalidValue for an address that can't be used; apprise is loaded only if there is any."""
    if not channels:
        return []
    from engine.adapters.notify.apprise_channel import AppriseChannel

    return [AppriseChannel(channel) for channel in channels]


def configured_notifiers() -> list[Notifier]:
    """Those of the environment, for `lockstep alerts test`."""
    return notifiers(read_alerts(os.environ))


def alert_desk(settings: Settings, account_id: str, clock: Clock, journal: Outbox) -> AlertDesk:
    """The desk of an account's engine, not started."""
    return AlertDesk(account_id, clock, journal, _senders(settings, account_id, clock))


def heartbeat_watch(settings: Settings, clock: Clock, began_at: datetime) -> HeartbeatWatch:
    """The launcher's eye on the engine, which was started after `began_at`."""
    senders = _senders(settings, SERVICE, clock)
    kept = SnapshotFile(_folder(settings) / f"{SERVICE}.ended.json")
    return HeartbeatWatch(SnapshotFile(settings.snapshot_path), clock, senders, kept, began_at)


def failed_start(settings: Settings, clock: Clock) -> FailedStart:
    """Who tells why an engine can't start. What waits has files of its own: another engine may have the account's."""
    kept = SnapshotFile(_folder(settings) / f"{START}.failed.json")
    return FailedStart(SERVICE, _senders(settings, START, clock), kept, clock)


def _senders(settings: Settings, owner: str, clock: Clock) -> list[AlertSender]:
    return [
        AlertSender(
            channel,
            notifier,
            clock,
            Backoff(random.random),
            SnapshotFile(_folder(settings) / f"{owner}.{channel.name}.json"),
        )
        for channel, notifier in zip(settings.alerts, notifiers(settings.alerts), strict=True)
    ]


def _folder(settings: Settings) -> Path:
    return settings.state_dir / "alerts"
