"""Which accounts are at a broker, and which of them an engine has now, by their leases: it may run elsewhere. Asked by
the API's routes of broker keys and by `lockstep doctor`, of whatever reads the store for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from engine.ports import Documents


def accounts_at(broker: str, account_ids: Iterable[str]) -> list[str]:
    """Those whose prices are the broker's, live ones first."""
    named = sorted(account_ids)
    return [each for mode in ("live", "paper") for each in named if each.startswith(f"{mode}-{broker}")]


def engine_has(documents: Documents, account_id: str, now: datetime) -> bool:
    """Whether somebody holds its lease: one that was let go of ended then."""
    lease = documents.get("leases", account_id)
    return lease is not None and bool(lease["until"] > now)
