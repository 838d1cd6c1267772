"""The record that tells a person of a record which the store can never take. Made by the relay, and by runtime at the
start for what is not told yet; shown by the API.
"""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256

from engine.domain.instant import Instant
from engine.domain.records import DeadLetterRecord, SetAside, slot_of
from engine.ports import Pending

ERROR_LENGTH_MAX = 500


def letter_for(item: Pending, account_id: str, error: str, attempts: int, at: Instant) -> DeadLetterRecord:
    """The letter for a record set aside at `at` (wall time)."""
    record = item.record
    names = (record.collection, record.document_id, slot_of(record), record.fact)
    return letter_of(SetAside(item.row, *names, error, attempts, at, item.size_bytes), account_id)


def letter_of(kept: SetAside, account_id: str) -> DeadLetterRecord:
    """The letter for a record that the journal has set aside already."""
    return DeadLetterRecord(
        letter_id=letter_id_of(kept, account_id),
        of_collection=kept.collection,
        of_document_id=kept.document_id,
        error=kept.error[:ERROR_LENGTH_MAX],
        attempts=kept.attempts,
        first_at=kept.first_at,
        payload_bytes=kept.payload_bytes,
    )


def letter_id_of(kept: SetAside, account_id: str) -> str:
    """It names what could not be written: a fact by its row too, a state once however often it fails."""
    named = (account_id, kept.collection, kept.document_id, kept.slot, str(kept.row) if kept.fact else "")
    digest = sha256("\x1f".join(("letter", *named)).encode()).digest()
    return b32encode(digest).decode()[:20]
