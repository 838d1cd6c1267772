"""What the engine last said of itself: its snapshot file, read at most four times a second. Fed by the engine's process
through the SnapshotStore; feeds every read that should not wait for the store.

A snapshot older than `FRESH_S` is the past: reads go to the store then, and `instruments` alone still come from it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.api.answers import iso
from engine.ports import Clock, Fields, SnapshotStore

FRESH_S = 10.0
REREAD_S = 0.25  # the engine writes it at most twice a second


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account in a fresh snapshot, written at `as_of` (wall time, ISO); `account` fills up at its start."""

    as_of: str
    account: Mapping[str, Any]
    positions: tuple[Fields, ...]
    statuses: Mapping[str, Fields]
    profits: Mapping[str, Fields]
    queue: Mapping[str, Any]
    signals: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StartView:
    """An account that an engine here is about to trade: `state` is starting or waiting, `reason` a whole sentence."""

    state: str
    since: str
    reason: str
    queue: Mapping[str, Any]


class EngineView:
    """Reads the snapshot for the whole app; safe to share between threads."""

    def __init__(self, snapshots: SnapshotStore, clock: Clock) -> None:
        self._snapshots = snapshots
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at: float | None = None
        self._snapshot: Fields | None = None

    def account(self, account_id: str) -> AccountView | None:
        """The account as the engine has it now; None when the engine does not say, or has yet to recover it."""
        snapshot = self._fresh()
        found = snapshot["accounts"].get(account_id) if snapshot else None
        if snapshot is None or found is None or "start" in found:
            return None
        return AccountView(
            as_of=iso(datetime.fromisoformat(snapshot["written_at"])),
            account=found["account"],
            positions=tuple(_with_id(position) for position in found["positions"]),
            statuses={bot_id: bot["status"] for bot_id, bot in found["bots"].items()},
            profits=found["profits"],
            queue=found["queue"],
            signals={name: found[name] for name in ("signals_total", "signals_failed", "last_signal_at")},
        )

    def starts(self) -> Mapping[str, StartView]:
        """The accounts that an engine here has yet to trade, by id; none of those that it trades."""
        snapshot = self._fresh()
        held = snapshot["accounts"] if snapshot else {}
        return {
            account_id: StartView(start["state"], start["since"], start["reason"], found["queue"])
            for account_id, found in sorted(held.items())
            if (start := found.get("start")) is not None
        }

    def accounts_of(self, uid: str) -> tuple[str, ...]:
        """The accounts that the engine holds for a user, sorted; empty when the engine does not say."""
        snapshot = self._fresh()
        held = snapshot["accounts"] if snapshot else {}
        return tuple(sorted(account_id for account_id, found in held.items() if found["user_id"] == uid))

    def instruments(self, account_id: str) -> tuple[Fields, ...] | None:
        """What the account's market carries, from the last snapshot there is; None before there was one."""
        snapshot = self._newest()
        found = snapshot["accounts"].get(account_id) if snapshot else None
        return None if found is None else tuple(found["instruments"])

    def queues(self) -> tuple[Mapping[str, Any], ...]:
        """The write queues of all accounts, for the service's own metrics."""
        snapshot = self._fresh()
        return tuple(found["queue"] for found in snapshot["accounts"].values()) if snapshot else ()

    def is_fresh(self) -> bool:
        """Whether an engine here has written within `FRESH_S`."""
        return self._fresh() is not None

    def _fresh(self) -> Fields | None:
        snapshot = self._newest()
        if snapshot is None:
            return None
        age_s = (self._clock.now() - datetime.fromisoformat(snapshot["written_at"])).total_seconds()
        return snapshot if age_s < FRESH_S else None

    def _newest(self) -> Fields | None:
        with self._lock:
            now = self._clock.monotonic()
            if self._read_at is None or now - self._read_at >= REREAD_S:
                self._snapshot = self._snapshots.read()
                self._read_at = now
            return self._snapshot


def _with_id(position: Fields) -> Fields:
    return {"id": f"{position['bot_id']}_{position['symbol']}", **position}
