"""Reads, then writes, all or nothing, without holding a lock: what `Documents.change` hands to the API's closures.

Every document that was read goes into the commit with the update time it was read at: in its own write, or as a write
that changes nothing. So the commit passes only if nothing read has changed since. Firestore's own transactions lock
what they read (on the emulator for up to 30 s); this one is two calls and refuses at once.
Not guarded: a document that was read as missing and is not created.
"""

from __future__ import annotations

from datetime import datetime

from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.encoder import FieldValues, add_check, add_set, commit_request, name_of
from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.wire import Wire
from engine.domain.errors import PermanentFailure
from engine.ports import Fields


class OptimisticTransaction:
    """One attempt; see ports.Transaction. `now` becomes `updated_at` where the writer gives none."""

    def __init__(self, wire: Wire, now: datetime) -> None:
        self._wire = wire
        self._now = now
        self._read: dict[str, Message | None] = {}
        self._writes: dict[str, FieldValues] = {}

    def get(self, collection: str, document_id: str) -> Fields | None:
        """The document as of the transaction, with its id under `id`; its own writes do not show."""
        document = self._document(name_of(self._wire.database, collection, document_id))
        return None if document is None else document_fields(document)

    def create(self, collection: str, document_id: str, fields: Fields) -> None:
        """Write a new document; `updated_at` and `sequence` 0 are added. Raises PermanentFailure where it exists."""
        name = name_of(self._wire.database, collection, document_id)
        if self._document(name) is not None or name in self._writes:
            raise PermanentFailure(f"{collection}/{document_id} exists")
        whole = {"updated_at": self._now, "sequence": 0, **fields}
        self._writes[name] = dict(whole.items())

    def update(self, collection: str, document_id: str, fields: Fields) -> None:
        """Write these fields (dots reach into maps) and `updated_at`. Raises PermanentFailure where there is none."""
        name = name_of(self._wire.database, collection, document_id)
        if self._document(name) is None and name not in self._writes:
            raise PermanentFailure(f"there is no {collection}/{document_id}")
        written = self._writes.setdefault(name, {})
        for field, value in {"updated_at": self._now, **fields}.items():
            written[tuple(field.split(".")) if "." in field else field] = value

    def creates(self, collection: str, document_id: str) -> bool:
        """Whether it is about to create that document."""
        name = name_of(self._wire.database, collection, document_id)
        return name in self._writes and self._read[name] is None

    def commit(self) -> None:
        """Apply the writes. Raises PreconditionFailed or Contended where something read has changed meanwhile."""
        request = commit_request(self._wire.database)
        for name, document in self._read.items():
            if document is not None and name not in self._writes:
                add_check(request, name, document.update_time)
        for name, fields in self._writes.items():
            condition = add_set(request, name, fields).current_document
            document = self._read[name]
            if document is None:
                condition.exists = False
            else:
                condition.update_time.CopyFrom(document.update_time)
        self._wire.commit(request)

    def _document(self, name: str) -> Message | None:
        if name not in self._read:
            self._read[name] = self._wire.get([name])[0]
        return self._read[name]
