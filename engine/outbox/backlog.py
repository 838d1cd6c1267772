"""What the relay has taken up from the journal and not yet delivered: facts in order, the newest of each state, paced.

Fed by the relay from the journal; gives it batches. Facts go at once; a state document goes at most once in a pace, and
what arrives meanwhile replaces what waits. Within a document the order of rows is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from engine.domain.records import slot_of
from engine.ports import Pending

Document = tuple[str, str]
_PACED_MAX = 1000  # documents whose pace is remembered before those at rest are forgotten


class Backlog:
    """`pace_s` is the least time between two writes of one state document, in seconds of the monotonic clock."""

    def __init__(self, pace_s: float) -> None:
        self._pace_s = pace_s
        self._facts: deque[Pending] = deque()
        self._states: dict[Document, dict[str, Pending]] = {}
        self._due_at: dict[Document, float] = {}

    def __len__(self) -> int:
        return len(self._facts) + sum(map(len, self._states.values()))

    def take_up(self, items: Sequence[Pending]) -> None:
        """Add what the journal gave, in its order."""
        for item in items:
            if item.record.fact:
                self._facts.append(item)
            else:
                self._states.setdefault(_document(item), {})[slot_of(item.record)] = item

    def next_batch(self, now: float, limit: int, byte_limit: int) -> list[Pending]:
        """Take out what may go now, in the order of rows; at least one record, however large, when anything may."""
        ready = [item for document in self._due(now) for item in self._states[document].values()]
        ready += list(self._facts)[:limit]
        ready.sort(key=_row)
        batch: list[Pending] = []
        size = 0
        for item in ready:
            if batch and (len(batch) >= limit or size + item.size_bytes > byte_limit):
                break
            batch.append(item)
            size += item.size_bytes
        self._remove(batch)
        return batch

    def sent(self, batch: Sequence[Pending], now: float) -> None:
        """Note that these went out: their state documents rest for a pace."""
        for item in batch:
            if not item.record.fact:
                self._due_at[_document(item)] = now + self._pace_s
        if len(self._due_at) > _PACED_MAX:
            self._due_at = {document: at for document, at in self._due_at.items() if at > now}

    def next_due_s(self, now: float) -> float | None:
        """Seconds until something may go; None when there is nothing."""
        if self._facts:
            return 0.0
        waits = [self._due_at.get(document, now) - now for document in self._states]
        return max(0.0, min(waits)) if waits else None

    @property
    def facts(self) -> int:
        """How many facts wait."""
        return len(self._facts)

    def lowest_sequence(self) -> int | None:
        """The lowest sequence of what waits here."""
        waiting = [item.sequence for slots in self._states.values() for item in slots.values()]
        waiting += [self._facts[0].sequence] if self._facts else []
        return min(waiting, default=None)

    def _due(self, now: float) -> list[Document]:
        return [document for document in self._states if self._due_at.get(document, now) <= now]

    def _remove(self, batch: Sequence[Pending]) -> None:
        for item in batch:
            if item.record.fact:
                self._facts.popleft()
            else:
                document = _document(item)
                slots = self._states[document]
                del slots[slot_of(item.record)]
                if not slots:
                    del self._states[document]


def _document(item: Pending) -> Document:
    return item.record.collection, item.record.document_id


def _row(item: Pending) -> int:
    return item.row
