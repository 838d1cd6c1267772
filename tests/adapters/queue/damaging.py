"""A real journal's files, cut and flipped: what was put into it, on which page each record lies, what must be left."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.adapters.clock import SystemClock
from engine.adapters.queue.journal import FileJournal
from engine.domain.records import AccountRecord, AlertRecord, FillRecord, PositionRecord, Record
from engine.outbox.codec import decode, encode
from tests.outbox.sample_records import published, sample

PAGE = 4096


def opened(path: Path, **options: Any) -> FileJournal:
    """The journal in a file, on the system's clock."""
    return FileJournal(path, encode, decode, SystemClock(), **options)


@dataclass(frozen=True)
class Original:
    """A journal's files as a kill -9 leaves them, and every record that is in them. Facts are all undelivered."""

    files: dict[str, bytes]
    facts: tuple[Record, ...]
    states: tuple[Record, ...]

    def written_to(self, folder: Path) -> Path:
        """The journal's path, its files written into a folder of its own."""
        folder.mkdir()
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        return folder / "a.journal"

    def untouched(self, records: Iterable[Record], damaged: set[tuple[str, int]]) -> list[Record]:
        """The records none of whose pages are among the damaged ones: (file name, page's number in the file)."""
        return [record for record in records if not self._pages_of(record) & damaged]

    def _pages_of(self, record: Record) -> set[tuple[str, int]]:
        """The page that holds the beginning of its last copy: in the log if it is there, since that is newer."""
        frame = encode(record)
        for name in ("a.journal-wal", "a.journal"):
            at = self.files.get(name, b"").rfind(frame)
            if at >= 0:
                return {(name, page_at(name, at)), (name, page_at(name, at + len(frame) - 1))}
        raise AssertionError(f"{record} is not in one piece")


def page_at(name: str, at: int) -> int:
    """The page of a file, or the frame of a log, that a byte lies in; -1 is the log's header."""
    return (at - 32) // (PAGE + 24) if name.endswith("-wal") else at // PAGE


def original(folder: Path, *, in_log: int = 40, in_file: int = 300) -> Original:
    """A journal with so many facts in its file and so many in its log, and states before, between and after them."""
    journal = opened(folder / "a.journal")
    facts: list[Record] = []
    states: list[Record] = [sample(PositionRecord, number) for number in range(5)]
    sequence = 1
    journal.put(published(sequence, *states))
    for count in (in_file, in_log):
        for number in range(count):
            kind = FillRecord if number % 3 else AlertRecord
            facts.append(sample(kind, len(facts)))
            sequence += 10
            journal.put(published(sequence, facts[-1]))
            if number % 20 == 0:
                assert journal.flush(60)  # commits of several sizes
        assert journal.flush(60)
        if count == in_file:
            journal._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    states.append(sample(AccountRecord))
    journal.put(published(sequence + 1, states[-1]))
    assert journal.flush(60)
    names = ("a.journal", "a.journal-wal", "a.journal.lock")
    files = {name: (folder / name).read_bytes() for name in names}
    journal.close()
    return Original(files, tuple(facts), tuple(states))


def flipped(path: Path, name: str, chance: random.Random, count: int) -> set[tuple[str, int]]:
    """Change so many bytes of a file at places of chance; the pages that they lie on."""
    file = path.with_name(name)
    content = bytearray(file.read_bytes())
    touched = set()
    for _ in range(count):
        at = chance.randrange(len(content))
        content[at] ^= chance.randint(1, 255)
        touched.add((name, page_at(name, at)))
    file.write_bytes(content)
    return touched


def assert_saved(path: Path, before: Original, damaged: set[tuple[str, int]]) -> FileJournal:
    """All that lies on sound pages is there, nothing is that never was, and what is missing was told."""
    journal = opened(path)
    found = [item.record for item in journal.pending(0, 10_000, 10**9)]
    facts = [record for record in found if record.fact]
    states = list(journal.newest_states())
    assert [fact for fact in before.untouched(before.facts, damaged) if fact not in facts] == []
    assert [state for state in before.untouched(before.states, damaged) if state not in states] == []
    assert [record for record in [*facts, *states] if record not in before.facts + before.states] == []
    assert journal.flush(60)
    missing = len(before.facts) + len(before.states) - len({repr(record) for record in [*facts, *states]})
    if missing:
        assert journal.salvaged is not None or journal.status().dead_letters == missing
    if journal.salvaged is not None:
        assert journal.salvaged.sentence.startswith("The journal a.journal was damaged (")
        assert path.with_name(journal.salvaged.damaged_file).exists()
    assert_goes_on(journal)
    return journal


def assert_goes_on(journal: FileJournal) -> None:
    """It takes records like any other, and the next start finds nothing wrong with it."""
    fact = sample(FillRecord, 99_999)
    journal.put(published(journal.last_sequence + 1, fact))
    assert journal.flush(60)
    journal.close()
    again = opened(journal.path)
    assert again.journal_id == journal.journal_id
    assert again.salvaged == journal.salvaged
    assert again.pending(0, 10_000, 10**9)[-1].record == fact
    again.close()
