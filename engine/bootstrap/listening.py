"""Who listens to an account's engine: its recorder, a live one's paper twin. Wired by recovering.py through Reach."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from engine.domain.account import AccountSpec, Mode
from engine.ports import Clock, Grant, Outbox
from engine.recording.day_file import DayHeader
from engine.recording.folder import Keep
from engine.runtime.alerting import AlertDesk
from engine.runtime.engine_tap import Tap
from engine.runtime.recorder import Recorder
from engine.runtime.twin import Twin
from engine.settings import Settings
from engine.strategies.registry import make

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Listening:
    """`works` are the loops that empty the `taps`, by name."""

    taps: tuple[Tap, ...] = ()
    works: Mapping[str, Callable[[threading.Event], None]] = field(default_factory=dict)


class Listens(Protocol):
    """Who listens in an engine's life. `protects`: protective stops rest at the venue."""

    def __call__(self, grant: Grant, *, protects: bool) -> Listening: ...


def nobody(grant: Grant, *, protects: bool) -> Listening:
    """No recording: a simulated world's."""
    return Listening()


def listening(
    settings: Settings,
    account: AccountSpec,
    alerts: AlertDesk,
    journal: Outbox,
    clock: Clock,
    grant: Grant,
    *,
    protects: bool,
) -> Listening:
    """Those that the settings ask for; see Listens."""
    taps: list[Tap] = []
    works: dict[str, Callable[[threading.Event], None]] = {}
    recorder = _recorder(settings, account, alerts, grant, protects=protects)
    if recorder is not None:
        taps.append(recorder.tap)
        works["recorder"] = recorder.run
    if settings.twin and account.mode is Mode.LIVE:
        twin = Twin(account, make, journal, clock)
        taps.append(twin.tap)
        works["twin"] = twin.run
    return Listening(tuple(taps), works)


def _recorder(
    settings: Settings, account: AccountSpec, alerts: AlertDesk, grant: Grant, *, protects: bool
) -> Recorder | None:
    days = settings.record_days_of(account.mode)
    if days == 0:
        return None
    header = DayHeader(account, "", grant.epoch, 0, protects, _code())
    keep = Keep(days, settings.record_mb * MEGABYTE)
    return Recorder(settings.recordings_path(account.account_id), header, keep, alerts.tell)


def _code() -> str:
    """The version that decides, for people."""
    try:
        return f"lockstep {version('lockstep')}"
    except PackageNotFoundError:
        return "lockstep, not installed"
