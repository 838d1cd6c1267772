"""Audit logs for tests: entries as a test makes them up, and those of a store, checked as `audit verify` does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.queries import structured_query
from engine.domain.instant import SECOND
from engine.domain.records.audit import AuditHead, AuditRecord, entry_of
from engine.research.audit_check import AuditCheck, Finding, entry_in
from tests.builders.times import at

ACCOUNT = "paper-test"


def entry(number: int, previous: str, *, account_id: str = ACCOUNT, **changes: Any) -> AuditRecord:
    """An entry that follows a hash; its moment is as many seconds past ten as its number."""
    told = {"actor": "engine", "action": "order_sent", "subject": f"ORDER{number}", "before": {}, "after": {"n": "é"}}
    given = {**told, "at": at("10:00") + number * SECOND, **changes}
    return entry_of(account_id, number, previous_hash=previous, **given)


def chain(length: int) -> list[AuditRecord]:
    """A whole log, oldest first."""
    made: list[AuditRecord] = []
    for number in range(1, length + 1):
        made.append(entry(number, made[-1].hash if made else ""))
    return made


def head_of(entries: list[AuditRecord]) -> AuditHead:
    """What the account says of a log."""
    return AuditHead(ACCOUNT, entries[-1].number, entries[-1].hash)


def checked(
    entries: Iterable[AuditRecord], head: AuditHead | None, *, newest_first: bool = False, account_id: str = ACCOUNT
) -> list[Finding]:
    """What a check of them says."""
    check = AuditCheck(account_id, head, newest_first=newest_first)
    for one in entries:
        check.take(one)
    return check.end()


def stored_log(wire: MemoryWire, user_id: str = "user", account_id: str = ACCOUNT) -> list[AuditRecord]:
    """What a store has, newest first."""
    own = {"user_id": user_id, "account_id": account_id}
    found = wire.query(structured_query("audit_log", own, order="number"))
    return [entry_in(document_fields(document)) for document in found]
