"""The RecordStore on Firestore: a batch of records becomes one fenced commit. Called by the relay.

All of a batch is in or none of it, and doing it twice leaves the same documents: ids are deterministic and values are
absolute.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from engine.adapters.firestore.alike import fill_alike
from engine.adapters.firestore.encoder import add_delete, name_of
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.mapping import write_of
from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.shape import DocumentWrite, Operation, PriceDigits
from engine.adapters.firestore.wire import Wire
from engine.domain.account import AccountSpec
from engine.domain.errors import PermanentFailure, TooLarge
from engine.ports import Clock, Grant, Pending

# Firestore's limits are 1 MiB a document and 10 MiB a request; what would exceed them answers like a passing shortage.
WRITE_BYTES_MAX = 1_000_000
COMMIT_BYTES_MAX = 9_000_000
_PING_TIMEOUT_S = 1.0


class FirestoreRecordStore:
    """See ports.RecordStore. `price_digits` gives an instrument's decimals by symbol ("" for what has none)."""

    def __init__(self, wire: Wire, lease: FirestoreLease, clock: Clock, price_digits: PriceDigits) -> None:
        self._wire = wire
        self._lease = lease
        self._clock = clock
        self._price_digits = price_digits

    def commit(self, grant: Grant, batch: Sequence[Pending]) -> None:
        """See ports.RecordStore. `grant.delivered_sequence` is what will be delivered once this batch is in.

        An empty batch writes the lease alone: whether it passes tells a bad record from a store that takes none. After
        any commit that passes, all that was sent before it is in already or never will be.
        """
        account = self._lease.held(grant).account
        try:
            request = self._request(account, batch, self._clock.now())
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
            # A record's fault, whatever it is: were it anybody else's, the engine would end of it at each start anew.
            why = f"one of {len(batch)} records fits into no document: {type(error).__name__}: {error}"
            raise PermanentFailure(why) from error
        self._lease.commit(grant, request, grant.delivered_sequence)

    def ping(self) -> None:
        """See ports.RecordStore."""
        self._wire.get([name_of(self._wire.database, "leases", "ping")], timeout_s=_PING_TIMEOUT_S)

    def _request(self, account: AccountSpec, batch: Sequence[Pending], sent_at: datetime) -> Message:
        request = self._lease.begin()
        for write in merged(
            write_of(item.record, account, item.sequence, sent_at, self._price_digits) for item in batch
        ):
            name = name_of(self._wire.database, write.collection, write.document_id)
            if write.operation is Operation.DELETE:
                add_delete(request, name)
                continue
            added, replaces = request.writes.add(), write.operation is Operation.REPLACE
            fill_alike(added, write.collection, name, write.fields, replaces=replaces)
            if write.operation is Operation.UPDATE:
                added.current_document.exists = True
        size = request.ByteSize()
        if size > WRITE_BYTES_MAX and any(write.ByteSize() > WRITE_BYTES_MAX for write in request.writes):
            raise TooLarge(f"one of {len(batch)} records is longer than the {WRITE_BYTES_MAX} bytes of a document")
        if size > COMMIT_BYTES_MAX:
            raise TooLarge(f"{size} bytes in one commit")
        return request


def merged(writes: Iterable[DocumentWrite]) -> list[DocumentWrite]:
    """The same writes with neighbours on one document made one, later fields over earlier: each write is billed.

    Order on a document is kept; order between documents can't be seen within a commit.
    """
    result: list[DocumentWrite] = []
    last: dict[tuple[str, str], int] = {}
    for write in writes:
        key = (write.collection, write.document_id)
        at = last.get(key)
        if at is not None and result[at].operation is write.operation:
            kept = {} if write.operation is Operation.REPLACE else result[at].fields
            fields = {**kept, **write.fields}
            result[at] = DocumentWrite(write.collection, write.document_id, write.operation, fields)
            continue
        last[key] = len(result)
        result.append(write)
    return result
