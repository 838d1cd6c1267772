"""Sends a test message to each channel and says what came of it. Asked by `lockstep alerts test` and the API."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from engine.domain.alert_kinds import KINDS
from engine.domain.errors import OperatingError
from engine.ports import Notifier

KIND = KINDS["test"]
TEXT = "This is a test of the alerts. Nothing happened."


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a test message; `detail` says why it did not arrive."""

    channel: str
    delivered: bool
    detail: str | None = None


def try_channels(notifiers: Sequence[Notifier]) -> list[Trial]:
    """One message a channel, all at the same time, whatever its severities and quiet hours. Within seconds."""
    if not notifiers:
        return []
    with ThreadPoolExecutor(len(notifiers), thread_name_prefix="alert-test") as threads:
        return list(threads.map(_try, notifiers))


def _try(notifier: Notifier) -> Trial:
    try:
        notifier.send(KIND.severity, f"Lockstep: {KIND.words}", TEXT)
    except OperatingError as error:
        return Trial(notifier.name, False, str(error))
    return Trial(notifier.name, True)
