"""What each state document was last written as, so that an unchanged one is not written again.

Asked and told by the relay.

By a digest of the record alone: `updated_at` and the sequence are no part of a record, so they make no difference.
Kept in memory, bounded, and forgotten on a restart: a write too many is only a write. Facts are not remembered: one
write each, always.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from engine.domain.records import slot_of
from engine.outbox.codec import digest_of, encode
from engine.ports import Pending

DOCUMENTS_MAX = 4096  # some 300 bytes each; the longest unwritten is forgotten first
_Key = tuple[str, str, str]


class LastWritten:
    """Of one account's store. Right as long as nobody else writes these fields: the lease sees to that."""

    def __init__(self, documents_max: int = DOCUMENTS_MAX) -> None:
        self._documents_max = documents_max
        self._digests: OrderedDict[_Key, bytes] = OrderedDict()

    def is_unchanged(self, item: Pending) -> bool:
        """Whether the store holds exactly this. Ask when nothing of the same document is on its way."""
        known = None if item.record.fact else self._digests.get(_key(item))
        return known is not None and known == _digest(item)

    def arrived(self, batch: Sequence[Pending]) -> None:
        """These are in the store now."""
        for item in batch:
            if item.record.fact:
                continue
            key = _key(item)
            self._digests[key] = _digest(item)
            self._digests.move_to_end(key)
        while len(self._digests) > self._documents_max:
            self._digests.popitem(last=False)

    def forget(self, batch: Sequence[Pending]) -> None:
        """A commit of these failed: what the store holds of them is not known."""
        for item in batch:
            if not item.record.fact:
                self._digests.pop(_key(item), None)

    def __len__(self) -> int:
        return len(self._digests)


def _key(item: Pending) -> _Key:
    return item.record.collection, item.record.document_id, slot_of(item.record)


def _digest(item: Pending) -> bytes:
    """As the journal gives it, else reckoned here."""
    return item.digest or digest_of(encode(item.record))
