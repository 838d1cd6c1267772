"""Owns noticing that an engine is gone: a lease that nobody let go of, and no heartbeat. Fed by main.py, each minute.

An engine that ended in order let its lease go; one that stands by has none. Of one that was killed, hangs or lost its
machine, the lease names it still while the account's heartbeat grows old. That is written as an alert, once an absence,
and so leaves by alert.py: the one alert that no engine can raise.
"""

from base64 import b32encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from google.api_core.exceptions import AlreadyExists
from google.cloud.firestore import Client

SILENT = timedelta(seconds=60)
"""Heartbeats come each ten seconds, eleven at most."""

TIMEOUT_S = 10.0
KIND = "heartbeat_missing"
NOBODY = ""
"""The instance in a lease that was let go of."""


def find_silent(store: Client, now: datetime) -> list[str]:
    """Write an alert for each account whose engine is silent and was not told before; their ids. `now` is wall time."""
    told = []
    for reference in store.collection("leases").list_documents(retry=None, timeout=TIMEOUT_S):
        lease = reference.get(retry=None, timeout=TIMEOUT_S).to_dict() or {}
        if lease.get("instance", NOBODY) == NOBODY:
            continue
        account = store.collection("accounts").document(reference.id).get(retry=None, timeout=TIMEOUT_S).to_dict() or {}
        alert = alert_of(reference.id, account, lease, now)
        if alert is None:
            continue
        try:
            store.collection("alerts").document(_alert_id(reference.id, account["engine"])).create(
                alert, retry=None, timeout=TIMEOUT_S
            )
        except AlreadyExists:
            continue
        told.append(reference.id)
    return told


def alert_of(
    account_id: str, account: Mapping[str, Any], lease: Mapping[str, Any], now: datetime
) -> dict[str, Any] | None:
    """The alert's document of an account whose engine holds a lease and is silent; None for one that is not."""
    beat_at = (account.get("engine") or {}).get("heartbeat_at")
    if beat_at is None or now - beat_at <= SILENT or account.get("user_id") is None:
        return None
    since = beat_at.strftime("%d %b %H:%M:%S")
    text = f"{account_id}: the engine {lease['instance']} is silent since {since} UTC and did not let its lease go"
    return {
        "user_id": account["user_id"],
        "account_id": account_id,
        "mode": account["mode"],
        "severity": "critical",
        "kind": KIND,
        "text": text,
        "at": account.get("market_at") or now,
        "count": 1,
        "last_at": None,
        "delivered_to": [],
        "sequence": account["sequence"],
        "updated_at": now,
    }


def _alert_id(account_id: str, engine: Mapping[str, Any]) -> str:
    """One absence is one alert: the engine's instance, its epoch and its last heartbeat name it."""
    named = "\x1f".join(("alert", account_id, KIND, engine["heartbeat_at"].isoformat()))
    return b32encode(sha256(named.encode()).digest()).decode()[:20]
