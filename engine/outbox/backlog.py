"""What the relay has taken up from the journal and not yet delivered, a lane a document; out of it come the batches.

Fed by intake.py and, with what failed, by the relay. Facts go at once; a state document goes at most once in a pace,
and what arrives meanwhile replaces what waits. A lane that was in a failed commit is a suspect: suspects go apart from
the others, turn and turn about, in ever smaller commits, so that nobody waits for them and nobody is blamed with them.
A document that fails by itself is parked: it waits out a rest of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from engine.domain.errors import OperatingError
from engine.outbox.lane import BATCH_MAX, Document, Lane, document_of
from engine.outbox.verdict import Tries
from engine.ports import Pending

BATCH_BYTES_MAX = 1_000_000
HURRY_S = 1.0  # a document somebody waits for is tried again this often, whatever its rest
_PACED_MAX = 1000  # documents whose pace is remembered before those at rest are forgotten


class Backlog:
    """`pace_s` is the least time between two writes of one state document. Times are seconds of the monotonic clock.

    `count` and `size_bytes` are of all that waits here; `parked` documents wait out a rest of their own.
    """

    def __init__(self, pace_s: float) -> None:
        self._pace_s = pace_s
        self._lanes: dict[Document, Lane] = {}
        self._rests_until: dict[Document, float] = {}
        self._suspects_next = False
        self.count = 0
        self.size_bytes = 0
        self.parked = 0

    def take_up(self, items: Sequence[Pending]) -> None:
        """Add what the journal gave, in its order."""
        lanes = self._lanes
        for item in items:
            document = document_of(item)
            lane = lanes.get(document)
            if lane is None:
                lane = lanes[document] = Lane()
            self.size_bytes += item.size_bytes
            replaced = lane.add(item)
            if replaced is not None:
                self._count(replaced, -1)
        self.count += len(items)

    def next_batch(self, now: float, first: Collection[Document] = ()) -> list[Pending]:
        """Take out what may go now, in the order of rows; at least one record, however large, when anything may.

        Documents in `first` go before all others and by themselves, without a pace.
        """
        hurried = [self._lanes[document] for document in first if document in self._lanes]
        batch = self._chosen(lane for lane in hurried if now >= _hurried_at(lane))
        return batch or self._chosen(self._due(now))

    def arrived(self, batch: Sequence[Pending], now: float) -> None:
        """These are in the store: their lanes are trusted more, and their state documents rest for a pace."""
        trusted: dict[Document, Lane] = {}
        for item in batch:
            document = document_of(item)
            lane = self._lanes[document]
            if not lane.is_clear:
                self._forgive(lane, item)
                trusted[document] = lane
            if not lane.fact:
                self._rests_until[document] = now + self._pace_s
            lane.in_flight -= 1
            if not lane.in_flight:
                self.close_if_idle(document, lane)
        for lane in trusted.values():
            lane.trust()
        if len(self._rests_until) > _PACED_MAX:
            self._rests_until = {document: at for document, at in self._rests_until.items() if at > now}

    def need_no_write(self, items: Iterable[Pending]) -> None:
        """These were taken out, and the store holds them as they are."""
        for item in items:
            document = document_of(item)
            self._settle(document, self._lanes[document])

    def give_back(self, batch: Sequence[Pending]) -> None:
        """The commit failed: these wait again, before what else waits for their documents."""
        of: dict[Document, list[Pending]] = {}
        for item in batch:
            of.setdefault(document_of(item), []).append(item)
            self._count(item, 1)
        for document, items in of.items():
            self._lanes[document].give_back(items)

    def part(self, documents: Collection[Document]) -> None:
        """One of these, given back together, is at fault: none goes in a commit of more than half as many."""
        for document in documents:
            self._lanes[document].share = max(1, len(documents) // 2)

    def part_bundle(self, document: Document) -> None:
        """One of a document's records that went together is at fault: half of them go next."""
        lane = self._lanes[document]
        lane.bundle = max(1, lane.bundle // 2)
        lane.due_at = 0.0

    def refused(self, items: Sequence[Pending], error: OperatingError) -> Tries:
        """Count a refusal of a document's records by themselves, which were given back; the count so far."""
        lane = self._lanes[document_of(items[0])]
        self.parked += lane.tries is None
        return lane.refused(items, error)

    def park(self, document: Document, now: float, rest_s: float) -> None:
        """Let a document rest. Of facts, those that go next stay here; the journal keeps the others."""
        lane = self._lanes[document]
        lane.share, lane.tried_at, lane.due_at = 1, now, now + rest_s
        for left in lane.leave_all_but_next():
            self._count(left, -1)

    def drop(self, item: Pending) -> None:
        """A record given back has become a dead letter: its document goes on with the next, alone at first."""
        document = document_of(item)
        lane = self._lanes[document]
        lane.take(item)
        self._count(item, -1)
        lane.share = lane.bundle = 1
        self._forgive(lane, item)
        self._settle(document, lane)

    def next_due_s(self, now: float, first: Collection[Document] = ()) -> float | None:
        """Seconds until something may go; None when there is nothing."""
        rests = self._rests_until
        due_at = [
            _hurried_at(lane) if document in first else max(lane.due_at, rests.get(document, now))
            for document, lane in self._lanes.items()
            if lane.waiting
        ]
        return max(0.0, min(due_at) - now) if due_at else None

    def lane(self, document: Document) -> Lane | None:
        """A document's lane; None where nothing waits."""
        return self._lanes.get(document)

    def open_lane(self, document: Document) -> Lane:
        """A document's lane, made if there is none; `close_if_idle` when it turns out that nothing waits."""
        lane = self._lanes.get(document)
        if lane is None:
            lane = self._lanes[document] = Lane()
        return lane

    def close_if_idle(self, document: Document, lane: Lane) -> None:
        """Forget a lane in which nothing waits, of which nothing is on its way and nothing left in the journal."""
        if not lane.waiting and not lane.in_flight and lane.left is None:
            self._lanes.pop(document, None)

    def left(self) -> list[Document]:
        """The documents of which the journal holds more."""
        return [document for document, lane in self._lanes.items() if lane.left is not None]

    def is_through(self, document: Document, slot: str, row: int) -> bool:
        """Whether nothing of a document and slot waits that was put up to a row."""
        lane = self._lanes.get(document)
        return lane is None or lane.is_through(slot, row)

    @property
    def facts(self) -> int:
        """How many facts wait for nothing but their turn; those of suspects don't count, so that fresh ones come in."""
        return sum(len(lane.waiting) for lane in self._lanes.values() if lane.fact and lane.is_clear)

    def lowest_sequence(self) -> int | None:
        """The lowest sequence of what waits here or was left in the journal."""
        found = (lane.lowest_sequence() for lane in self._lanes.values())
        return min((sequence for sequence in found if sequence is not None), default=None)

    def _due(self, now: float) -> Iterator[Lane]:
        rests = self._rests_until
        for document, lane in self._lanes.items():
            if lane.waiting and lane.due_at <= now and rests.get(document, now) <= now:
                yield lane

    def _chosen(self, lanes: Iterable[Lane]) -> list[Pending]:
        """A batch of those that nothing is held against, or of the suspects among these lanes: turn and turn about."""
        clear: list[Lane] = []
        suspects: list[Lane] = []
        for lane in lanes:
            (clear if lane.is_clear else suspects).append(lane)
        if suspects and (self._suspects_next or not clear):
            self._suspects_next = False
            return self._of_suspects(suspects)
        self._suspects_next = self._suspects_next or bool(clear)
        return self._of_clear(clear)

    def _of_clear(self, lanes: Iterable[Lane]) -> list[Pending]:
        """Take out as much as fits into one commit, in the order of rows."""
        ready = [(item, lane) for lane in lanes for item in lane.waiting.values()]
        ready.sort(key=_row)
        batch: list[Pending] = []
        size = 0
        for item, lane in ready:
            if batch and (len(batch) >= BATCH_MAX or size + item.size_bytes > BATCH_BYTES_MAX):
                break
            batch.append(item)
            size += item.size_bytes
            lane.take(item)
        self.count -= len(batch)
        self.size_bytes -= size
        return batch

    def _of_suspects(self, lanes: list[Lane]) -> list[Pending]:
        """Take out as many documents as each of them allows, of each what goes together."""
        lanes.sort(key=_first_row)
        batch: list[Pending] = []
        size, limit = 0, BATCH_MAX
        for number, lane in enumerate(lanes):
            items = lane.next()
            size += sum(item.size_bytes for item in items)
            limit = min(limit, lane.share)
            if batch and (number >= limit or len(batch) + len(items) > BATCH_MAX or size > BATCH_BYTES_MAX):
                break
            for item in items:
                batch.append(item)
                lane.take(item)
                self._count(item, -1)
        return batch

    def _forgive(self, lane: Lane, item: Pending) -> None:
        if lane.tries is not None:
            lane.forgive(item)
            self.parked -= lane.tries is None

    def _settle(self, document: Document, lane: Lane) -> None:
        lane.in_flight -= 1
        self.close_if_idle(document, lane)

    def _count(self, item: Pending, by: int) -> None:
        self.count += by
        self.size_bytes += by * item.size_bytes


def _hurried_at(lane: Lane) -> float:
    return min(lane.due_at, lane.tried_at + HURRY_S)


def _first_row(lane: Lane) -> int:
    return next(iter(lane.waiting.values())).row


def _row(found: tuple[Pending, Lane]) -> int:
    return found[0].row
