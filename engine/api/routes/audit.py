"""The audit log: who did what, each entry tied to the one before by its hash."""

from __future__ import annotations

from flask import Response

from engine.api.answers import answered
from engine.api.described import API, resource
from engine.api.lists import page_of
from engine.api.models.answers import AuditPage
from engine.api.models.queries import AuditQuery
from engine.api.services import services

audit = resource("audit", "Who did what.", prefix=f"{API}/audit")


@audit.get("", responses={200: AuditPage})
def page(query: AuditQuery) -> Response:
    """Your account's audit log, newest first."""
    found = page_of("audit_log", query)
    kept = services().deps.audit_keep_days
    return answered({"items": found.items, "cursor": found.cursor, "keep_days": kept})
