"""A Firestore in memory that counts what Firestore bills: documents written, deleted and read. Feeds bench/bill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.verify import verified_name
from engine.adapters.firestore.wire import TIMEOUT_S


class CountingWire(MemoryWire):
    """Counts what is billed: a query without an answer costs one read, as a document that is not there does.

    A commit's look at the lease (`verify`) is counted by itself, as one document read: how it is billed is not told.
    """

    def __init__(self) -> None:
        super().__init__()
        self.written: Counter[str] = Counter()
        self.deleted: Counter[str] = Counter()
        self.reads = 0
        self.fence_reads = 0

    def commit(self, request: Message, timeout_s: float = TIMEOUT_S) -> Message:
        response = super().commit(request, timeout_s)
        for write in request.writes:
            if verified_name(write) is not None:
                self.fence_reads += 1
                continue
            kind = write.WhichOneof("operation")
            name = write.delete if kind == "delete" else write.update.name
            (self.deleted if kind == "delete" else self.written)[collection_of(name)] += 1
        return response

    def get(self, names: Sequence[str], timeout_s: float = TIMEOUT_S) -> list[Message | None]:
        self.reads += len(names)
        return super().get(names, timeout_s)

    def query(self, query: Message, timeout_s: float = TIMEOUT_S) -> list[Message]:
        found = super().query(query, timeout_s)
        self.reads += max(1, len(found))
        return found

    def stored(self) -> Counter[str]:
        """Bytes of the documents as they travel, by collection; indexes and Firestore's own overhead left out."""
        sizes: Counter[str] = Counter()
        for name, document in self._documents.items():
            sizes[collection_of(name)] += document.ByteSize()
        return sizes

    def start_over(self) -> None:
        """Count from here."""
        self.written.clear()
        self.deleted.clear()
        self.reads = self.fence_reads = 0


def collection_of(name: str) -> str:
    """The collection in a document's full name."""
    return name.split("/documents/", 1)[1].split("/", 1)[0]
