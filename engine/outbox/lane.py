"""One document's lane: the records that wait for it in the order of rows, and how the document fares.

Fed and emptied by backlog.py. Facts queue; a state replaces the older one of its slot. What is taken out for a commit
comes back to the front when the commit fails, so the order within a document is the order of rows whatever happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.errors import OperatingError
from engine.domain.records import slot_of
from engine.outbox.verdict import Tries
from engine.ports import Pending

BATCH_MAX = 200  # records of a commit

Document = tuple[str, str]  # collection and document id
_Key = int | str | None  # a fact's row, a state's slot; None for several records together


@dataclass(frozen=True, slots=True)
class Left:
    """What the journal still holds of a document: all after a row, no sequence of it lower than this."""

    after_row: int
    sequence: int


class Lane:
    """`share`: the most documents of a commit that it may be one of. `due_at`, `tried_at`: monotonic seconds.

    `bundle` is how many of its first records were in a commit that failed, 0 for none: whether that got in is not
    known, so they go together again, or the document would be seen to go back. `in_flight` counts the records taken
    out and not yet settled. A lane with `tries` is parked: they count the refusals in a row of a fact, slot or bundle.
    """

    __slots__ = ("bundle", "due_at", "fact", "in_flight", "left", "share", "tried_at", "tries", "waiting")

    def __init__(self) -> None:
        self.waiting: dict[_Key, Pending] = {}
        self.fact = False
        self.in_flight = 0
        self.share = BATCH_MAX
        self.bundle = 0
        self.tries: dict[_Key, Tries] | None = None
        self.due_at = 0.0
        self.tried_at = 0.0
        self.left: Left | None = None

    def add(self, item: Pending) -> Pending | None:
        """Put a record at the end; the older state that it replaces, if it does."""
        if item.record.fact:
            self.fact = True  # a document is of facts or of states, never of both
            self.waiting[item.row] = item
            return None
        slot = slot_of(item.record)
        older = self.waiting.pop(slot, None)  # the newer takes its place at the end
        self.waiting[slot] = item
        return older

    def take(self, item: Pending) -> None:
        """Take a record out for a commit."""
        del self.waiting[_key(item)]
        self.in_flight += 1

    def give_back(self, items: Sequence[Pending]) -> None:
        """Put what was taken out to the front again, in the order of rows. Nothing is added while a commit is out."""
        self.in_flight -= len(items)
        self.waiting = {**{_key(item): item for item in items}, **self.waiting}
        self.bundle = len(items)

    def next(self) -> list[Pending]:
        """The records that go together next."""
        items = list(self.waiting.values())
        return items[: self.bundle] if self.bundle else items

    def refused(self, items: Sequence[Pending], error: OperatingError) -> Tries:
        """Count a refusal of these, the first records here, by themselves; the count so far."""
        if self.tries is None:
            self.tries = {}
        tries = self.tries.setdefault(_key(items[0]) if len(items) == 1 else None, Tries())
        tries.refused(error)
        return tries

    def forgive(self, item: Pending) -> None:
        """What was held against this record is over; with the last of it the document's rest."""
        tries = self.tries or {}
        tries.pop(_key(item), None)
        tries.pop(None, None)
        if not tries:
            self.tries, self.due_at = None, 0.0

    def trust(self) -> None:
        """A commit that it was part of is in: the next may be twice as large."""
        self.share = min(BATCH_MAX, self.share * 2)
        self.bundle = self.bundle * 2 if self.bundle * 2 < BATCH_MAX else 0

    def leave_all_but_next(self) -> list[Pending]:
        """Of facts keep those that go next and leave the others in the journal; those others."""
        items = list(self.waiting.values())
        kept = self.next()
        if len(kept) == len(items) or not self.has_facts:
            return []
        self.waiting = {_key(item): item for item in kept}
        self.left = Left(kept[-1].row, kept[-1].sequence)
        return items[len(kept) :]

    @property
    def is_clear(self) -> bool:
        """Whether it was in no failed commit lately."""
        return self.bundle == 0 and self.share == BATCH_MAX and self.tries is None

    @property
    def has_facts(self) -> bool:
        """Whether facts wait here."""
        return self.fact and bool(self.waiting)

    def is_through(self, slot: str, row: int) -> bool:
        """Whether nothing waits here, or is left in the journal, that was put up to a row.

        A state stands for those that it replaced, here or in the journal, so any of its slot counts as put before.
        """
        if self.left is not None and self.left.after_row < row:
            return False
        if self.has_facts:
            return next(iter(self.waiting.values())).row > row
        return slot not in self.waiting

    def lowest_sequence(self) -> int | None:
        """The lowest sequence of what waits: sequences never go back over rows, so it is the first's."""
        if self.waiting:
            return next(iter(self.waiting.values())).sequence
        return None if self.left is None else self.left.sequence


def document_of(item: Pending) -> Document:
    """The document that a record belongs to."""
    return item.record.collection, item.record.document_id


def _key(item: Pending) -> _Key:
    return item.row if item.record.fact else slot_of(item.record)
