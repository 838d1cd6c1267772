"""The record that tells a person of a record which the store can never take. Made by the relay; shown by the API."""

from __future__ import annotations

from base64 import b32encode
from hashlib import sha256

from engine.domain.instant import Instant
from engine.domain.records import DeadLetterRecord, slot_of
from engine.ports import Pending

ERROR_LENGTH_MAX = 500


def letter_for(item: Pending, account_id: str, error: str, attempts: int, at: Instant) -> DeadLetterRecord:
    """The letter for a record set aside at `at` (wall time).

    Its id names what could not be written: a fact by its row too, a state once however often it fails.
    """
    record = item.record
    named = (account_id, record.collection, record.document_id, slot_of(record), str(item.row) if record.fact else "")
    digest = sha256("\x1f".join(("letter", *named)).encode()).digest()
    return DeadLetterRecord(
        letter_id=b32encode(digest).decode()[:20],
        of_collection=record.collection,
        of_document_id=record.document_id,
        error=error[:ERROR_LENGTH_MAX],
        attempts=attempts,
        first_at=at,
        payload_bytes=item.size_bytes,
    )
