"""Reads the journal for the relay: how far, how much at once, and whose records stay there for now. Feeds the backlog.

One cursor goes through the journal in the order of rows. Two things depart from it, a document at a time: what follows
a parked fact is left behind and fetched when its turn comes, so that memory is bounded however much is put; and what
somebody awaits is fetched ahead, so that it need not wait for the backlog before it.
"""

from __future__ import annotations

from engine.outbox.backlog import BATCH_BYTES_MAX, Backlog
from engine.outbox.journal import Journal
from engine.outbox.lane import BATCH_MAX, Document, Left, document_of
from engine.ports import Pending

# What may be held in memory, parked records included: one a document, so it takes as many poisoned documents at a time
# to slow all others down, to the pace at which those become dead letters.
TAKEN_MAX = 2_000
TAKEN_BYTES_MAX = 32_000_000
PAGES_MAX = 10  # read before sending what there is: a million records left behind must not hold a commit up


class Intake:
    """`sequence` is the engine sequence up to which the journal has been read, `delivered_sequence` where it begins."""

    def __init__(self, journal: Journal, backlog: Backlog, delivered_sequence: int) -> None:
        self._journal = journal
        self._backlog = backlog
        self._row = 0
        self._ahead: dict[Document, int] = {}
        self.sequence = delivered_sequence

    def fill(self) -> bool:
        """Read until there is enough for a commit; False where the journal may have more that could go."""
        left = self._backlog.left()
        for document in left:
            self._fetch(document)
        all_next = not (left or self._ahead or self._backlog.parked)
        for _ in range(PAGES_MAX):
            if self._backlog.facts >= BATCH_MAX or self._is_full():
                return True
            items = self._journal.pending(self._row, BATCH_MAX, BATCH_BYTES_MAX)
            if not items:
                return True
            self._backlog.take_up(items if all_next else [item for item in items if self._is_next(item)])
            self._row = items[-1].row
            self.sequence = max(self.sequence, items[-1].sequence)
            if self._ahead:
                self._ahead = {document: row for document, row in self._ahead.items() if row > self._row}
        return False

    def fetch_ahead(self, document: Document) -> None:
        """Have everything of a document read with the next `fill`, wherever it stands."""
        lane = self._backlog.open_lane(document)
        if lane.left is None:
            lane.left = Left(max(self._row, self._ahead.get(document, 0)), self.sequence)

    def _is_full(self) -> bool:
        return self._backlog.count >= TAKEN_MAX or self._backlog.size_bytes >= TAKEN_BYTES_MAX

    def _is_next(self, item: Pending) -> bool:
        """Whether a record that the cursor comes to is to be taken up: not if it was, nor behind others left behind."""
        document = document_of(item)
        lane = self._backlog.lane(document)
        if lane is not None and lane.left is not None:
            return False
        if self._ahead and item.row <= self._ahead.get(document, 0):
            return False
        if lane is not None and lane.tries is not None and lane.has_facts:
            lane.left = Left(item.row - 1, item.sequence)
            return False
        return True

    def _fetch(self, document: Document) -> None:
        """Read on where a document's records were left: facts once those before them are out, states at any time."""
        lane = self._backlog.lane(document)
        while lane is not None and lane.left is not None and not lane.has_facts:
            found = self._journal.pending(lane.left.after_row, lane.bundle or BATCH_MAX, BATCH_BYTES_MAX, of=document)
            if found:
                lane.left = Left(found[-1].row, found[-1].sequence)
                self._backlog.take_up(found)
            if not self._journal.pending(lane.left.after_row, 1, 1, of=document):
                if lane.left.after_row > self._row:
                    self._ahead[document] = lane.left.after_row
                lane.left = None
                self._backlog.close_if_idle(document, lane)
