"""Whether the service can serve, and how it is doing. Fed by the snapshot and the store; feeds the probes and the
health page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.api.answers import iso
from engine.api.authentication import caller
from engine.api.engine_view import AccountView
from engine.api.reads import PAGE_MAX, Reading, account_state, bot_statuses, store_state
from engine.api.services import services
from engine.ports import Fields

REMEMBER_S = 1.0  # /ready needs no token: this bounds the store reads that anybody can cause


@dataclass(frozen=True, slots=True)
class Checks:
    """What was found. `store`: ok or down. `engine`: ok; starting, waiting or needs, the reason in `detail`; silent
    when none here has written a fresh snapshot. `journal`: writing, full or failed; None where nobody says.
    """

    store: str
    engine: str
    journal: str | None
    detail: str | None

    @property
    def ready(self) -> bool:
        """One of the two is enough to answer from."""
        return self.store == "ok" or self.engine == "ok"


class StoreCheck:
    """The store's last known state, looked at again after `REMEMBER_S`."""

    def __init__(self) -> None:
        self._found: tuple[float, str] | None = None

    def state(self) -> str:
        """`ok` or `down`."""
        now = services().deps.clock.monotonic()
        found = self._found
        if found is None or now - found[0] >= REMEMBER_S:
            found = (now, store_state())
            self._found = found
        return found[1]


def checks() -> Checks:
    """Look now. No token is needed for it, so nothing in the answer is a user's."""
    view = services().engine
    starts = list(view.starts().values())
    state = "ok" if view.is_fresh() else "silent"
    queues = view.queues()
    troubled = [queue for queue in queues if _journal_of(queue) != "writing"]
    told = [start.reason for start in starts] + [str(queue.get("journal_detail", "")) for queue in troubled]
    return Checks(
        store=services().store.state(),
        engine=starts[0].state if starts else state,
        journal=_journal_of((troubled or queues)[0]) if queues else None,
        detail=" ".join(filter(None, told)) or None,
    )


def _journal_of(queue: Mapping[str, Any]) -> str:
    return str(queue.get("journal_state", "writing"))


def health_of(account_id: str | None) -> Reading:
    """The health page of an account; nulls for what nobody says."""
    mean_ms, p95_ms = services().times.recent_ms()
    timing: Fields = {
        "account_id": account_id,
        "uptime_seconds": round(services().times.uptime_s(), 3),
        "avg_response_time_ms": mean_ms,
        "p95_response_time_ms": p95_ms,
    }
    view = services().engine.account(account_id) if account_id is not None else None
    if view is not None:
        return Reading({**timing, **_from_engine(view)}, view.as_of)
    return Reading({**timing, **_from_store(account_id)}, iso(services().deps.clock.now()))


def _from_engine(view: AccountView) -> Fields:
    return {
        "engine": "ok",
        "engine_since": None,
        "engine_detail": view.queue.get("journal_detail") or None,
        "last_signal_time": view.signals["last_signal_at"],
        "total_signals": view.signals["signals_total"],
        "failed_signals": view.signals["signals_failed"],
        "active_positions": len(view.positions),
        "bots_running": _running(view.statuses),
        "firestore_status": view.queue["store_state"],
        "websocket_status": view.account.get("feed", {}).get("state"),
        "write_queue": view.queue,
    }


def _from_store(account_id: str | None) -> Fields:
    """What the documents tell while no engine here trades; the store's own state is looked at, not believed."""
    state = services().store.state()
    found = _NOBODY_SAYS if account_id is None or state != "ok" else _documents_of(account_id)
    start = services().engine.starts().get(account_id or "")
    said: Fields = {"engine": "silent", "engine_since": None, "engine_detail": None}
    if start is not None:
        said = {
            "engine": start.state, "engine_since": start.since, "engine_detail": start.reason,
            "write_queue": start.queue,
        }  # fmt: skip
    return {**_NOBODY_SAYS, "firestore_status": state, **found, **said}


def _documents_of(account_id: str) -> Fields:
    account = account_state(account_id).fields
    where = {"user_id": caller().uid, "account_id": account_id}
    positions = services().deps.documents.page("open_positions", where, None, PAGE_MAX, None)
    return {
        "active_positions": len(positions.items),
        "bots_running": _running(bot_statuses(account_id).fields),
        "websocket_status": (account.get("feed") or {}).get("state"),
        "write_queue": account.get("write_queue"),
    }


def _running(statuses: Mapping[str, Any]) -> int:
    return sum(status.get("state") == "running" for status in statuses.values())


_NOBODY_SAYS: Fields = dict.fromkeys(
    ("last_signal_time", "total_signals", "failed_signals", "active_positions", "bots_running", "websocket_status",
     "write_queue")
)  # fmt: skip
