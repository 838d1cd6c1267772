"""Documents of the audit log: its entries, and where it stands. The rest of documents.py's table, which takes it in."""

from __future__ import annotations

from engine.adapters.firestore.kinds import PLAIN, TIME, Kind, same, within
from engine.adapters.firestore.shape import Operation, Shape
from engine.domain import records

_WORDS = Kind(lambda value, _: dict(value), dict)

AUDIT_SHAPES: dict[type, Shape] = {
    records.AuditRecord: Shape(
        (
            *same(PLAIN, "account_id number actor action subject previous_hash hash"),
            *same(_WORDS, "before after"),
            *same(TIME, "at"),
        ),
    ),
    records.AuditHead: Shape(
        (*same(PLAIN, "account_id"), *within("audit", same(PLAIN, "number hash"))), operation=Operation.SET
    ),
}
