"""The journal on disk beside a plain list, through all that can be done to it in any order, restarts and kills too."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.domain.order import OrderState
from engine.domain.records import (
    AccountRecord,
    FillRecord,
    OrderRecord,
    PositionFlat,
    PositionRecord,
    Record,
    SetAside,
    slot_of,
)
from tests.adapters.queue.damaging import opened
from tests.outbox.sample_records import published, sample


@dataclass
class Kept:
    """A row as the model has it. `state`: 0 waits, 1 delivered, 2 dead."""

    sequence: int
    record: Record
    state: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        return self.record.collection, self.record.document_id, slot_of(self.record)


def a_record() -> st.SearchStrategy[Any]:
    """Few documents, so that states meet each other."""
    number = st.integers(1, 3)
    return st.one_of(
        number.map(lambda one: sample(FillRecord, one)),
        number.map(lambda one: sample(AccountRecord, name=f"name-{one}")),
        st.builds(lambda one, state: sample(PositionRecord, one, state=f"state-{state}"), number, number),
        number.map(lambda one: PositionFlat(f"bot-id-{one}", "SBIN")),
        st.builds(
            lambda one, state: sample(OrderRecord, one, state=state),
            number,
            st.sampled_from([OrderState.SENT, OrderState.FILLED]),
        ),
    )


class JournalMachine(RuleBasedStateMachine):
    """`kept` is the model: what the journal must hold, in the order of rows."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.lives = 0
        self.path = self.folder / "0" / "a.journal"
        self.journal = opened(self.path)
        self.kept: list[Kept] = []
        self.sequence = 0

    def teardown(self) -> None:
        self.journal.close()
        shutil.rmtree(self.folder)

    @rule(records=st.lists(a_record(), max_size=5), gap=st.integers(0, 3))
    def put(self, records: list[Any], gap: int) -> None:
        first = self.sequence + gap
        self.journal.put(published(first, *records))
        for number, record in enumerate(records):
            self.sequence = max(self.sequence, first + number)
            self.add(record)
        assert self.journal.flush(60)

    def add(self, record: Record) -> None:
        new = Kept(self.sequence, record)
        if not record.fact:
            self.kept = [one for one in self.kept if one.record.fact or one.key != new.key or one.state == 2]
        self.kept.append(new)

    def rows(self) -> list[int]:
        """Of what waits, in order; the model has no row numbers of its own."""
        return [item.row for item in self.journal.pending(0, 10_000, 10**9)]

    def waiting(self) -> list[Kept]:
        return [one for one in self.kept if one.state == 0]

    @precondition(lambda self: self.waiting())
    @rule(data=st.data())
    def mark(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sets(st.integers(0, len(self.waiting()) - 1)))
        rows, waiting = self.rows(), self.waiting()
        self.journal.mark_delivered([rows[place] for place in chosen])
        for place in chosen:
            waiting[place].state = 1
        assert self.journal.flush(60)

    @precondition(lambda self: self.waiting())
    @rule(data=st.data())
    def bury(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(self.waiting()) - 1))
        dead = self.waiting()[place]
        self.journal.bury(self.rows()[place], "refused", 3)
        dead.state = 2
        if not dead.record.fact:
            self.kept = [
                one for one in self.kept if one is dead or one.state != 2 or one.record.fact or one.key != dead.key
            ]
        assert self.journal.flush(60)

    @rule(back=st.integers(0, 10))
    def requeue(self, back: int) -> None:
        sequence = max(0, self.sequence - back)
        lost = [one for one in self.kept if one.state == 1 and one.sequence > sequence]
        assert self.journal.requeue_after(sequence) == len(lost)
        for one in lost:
            one.state = 0

    def dead(self) -> list[Kept]:
        return [one for one in self.kept if one.state == 2]

    def followed(self, dead: Kept) -> bool:
        later = self.kept[self.kept.index(dead) + 1 :]
        return any(not one.record.fact and one.key == dead.key for one in later)

    def letter(self, data: st.DataObject) -> tuple[SetAside, Kept]:
        place = data.draw(st.integers(0, len(self.dead()) - 1))
        return self.journal.dead()[place], self.dead()[place]

    @precondition(lambda self: self.dead())
    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        letter, dead = self.letter(data)
        sends = dead.record.fact or not self.followed(dead)
        assert self.journal.send_again(letter.row) == sends
        self.kept = [one for one in self.kept if one is not dead]
        if sends:
            self.kept.append(Kept(self.sequence, dead.record))

    @precondition(lambda self: self.dead())
    @rule(data=st.data())
    def discard(self, data: st.DataObject) -> None:
        letter, dead = self.letter(data)
        self.journal.discard(letter.row)
        if dead.record.fact or self.followed(dead):
            self.kept = [one for one in self.kept if one is not dead]
        else:
            dead.state = 1

    @rule()
    def reopen(self) -> None:
        self.journal.close()
        self.journal = opened(self.path)

    @rule(checkpoint=st.booleans())
    def kill(self, checkpoint: bool) -> None:
        """Nothing is closed: the next journal finds the files as they lie on the disk at this moment."""
        if checkpoint:
            self.journal._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        self.lives += 1
        after = self.folder / str(self.lives)
        shutil.copytree(self.path.parent, after)
        self.journal.close()
        self.path = after / "a.journal"
        self.journal = opened(self.path)
        assert self.journal.salvaged is None
        assert self.journal.cut_bytes == 0

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        if not hasattr(self, "journal"):
            return
        found = [(item.sequence, item.record) for item in self.journal.pending(0, 10_000, 10**9)]
        assert found == [(one.sequence, one.record) for one in self.waiting()]
        assert [letter.document_id for letter in self.journal.dead()] == [one.record.document_id for one in self.dead()]
        status = self.journal.status()
        assert (status.depth, status.dead_letters) == (len(self.waiting()), len(self.dead()))
        assert self.journal.last_sequence == self.sequence
        newest = {one.key: one.record for one in self.kept if not one.record.fact}
        finished = {key for key, one in newest.items() if isinstance(one, OrderRecord) and one.state != OrderState.SENT}
        expected = [one for key, one in newest.items() if key not in finished and not isinstance(one, PositionFlat)]
        assert sorted(map(repr, self.journal.newest_states())) == sorted(map(repr, expected))


TestJournalMachine = JournalMachine.TestCase
TestJournalMachine.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
