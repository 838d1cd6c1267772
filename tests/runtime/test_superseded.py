"""A journal that another engine's has overtaken is told before anything is taken, and is kept aside."""

from pathlib import Path

import pytest

from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.memory import MemoryWire
from engine.domain.errors import JournalSuperseded
from engine.runtime.superseded import known_epoch, put_aside
from engine.simulation.clock import ManualClock
from tests.builders.paper import account


def leases() -> tuple[FirestoreLease, FirestoreLease]:
    """Two machines."""
    wire, clock = MemoryWire("test"), ManualClock()
    return FirestoreLease(wire, clock, patience_s=0.0), FirestoreLease(wire, clock, patience_s=0.0)


def test_a_machine_that_comes_back_after_another_does_not_go_on_from_its_own_past() -> None:
    here, there = leases()
    first = here.acquire(account(), "one", "A", old_holder_dead=True)
    here.release(first)
    second = there.acquire(account(), "two", "B", old_holder_dead=True)
    there.release(second)
    with pytest.raises(JournalSuperseded, match="epoch 2 wrote B; A knows of epoch 1"):
        here.acquire(account(), "one", "A", old_holder_dead=True, known_epoch=1)
    assert there.acquire(account(), "two", "B", old_holder_dead=True, known_epoch=2).epoch == 3


@pytest.mark.parametrize(
    ("journal", "known"),
    [("B", 1), ("A", None), ("A", 2), ("A", 7)],
    ids=["the same journal", "an empty one", "none wrote since", "the store was put back to an earlier state"],
)
def test_a_journal_that_nobody_has_overtaken_is_gone_on_from(journal: str, known: int | None) -> None:
    here, there = leases()
    here.release(here.acquire(account(), "one", "A", old_holder_dead=True))
    there.release(there.acquire(account(), "two", "B", old_holder_dead=True))
    assert here.acquire(account(), "one", journal, old_holder_dead=True, known_epoch=known).epoch == 3


def test_an_empty_journal_knows_no_epoch() -> None:
    assert known_epoch(()) is None


def test_a_journal_is_put_aside_whole_and_never_over_another(tmp_path: Path) -> None:
    journal = tmp_path / "paper-test.journal"
    for time in (1, 2):
        for suffix in ("", "-wal"):
            journal.with_name(journal.name + suffix).write_text(f"{time}{suffix}")
        put_aside(journal)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {
        "paper-test.journal.superseded-1": "1", "paper-test.journal.superseded-1-wal": "1-wal",
        "paper-test.journal.superseded-2": "2", "paper-test.journal.superseded-2-wal": "2-wal",
    }  # fmt: skip
