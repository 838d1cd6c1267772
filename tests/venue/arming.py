"""Arms a live account as the API does, for tests whose matter is another: what arming asks has its own tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.reader import FirestoreDocuments
from tests.faults.patient import Patient
from tests.integration.engine_process import OWNER


def arm(host: str, project: str, account_id: str, hours: float = 1) -> None:
    """As POST /accounts/{id}/arm writes it."""
    now = datetime.now(UTC)
    armed = {"until": now + timedelta(hours=hours), "by": OWNER, "at": now}
    documents = FirestoreDocuments(Patient(connect(project, host)), SystemClock(), lambda: 0.5)
    documents.change(account_id, lambda t: t.update("controls", account_id, {"armed": armed}) or {})
