"""The parts of a salvage by themselves: rows on pages as SQLite wrote them, sequences put right, the log's frames."""

import os
import random
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.queue.pages import PageFile, Row, rows_on
from engine.adapters.queue.saving import non_decreasing
from engine.adapters.queue.wal import read_wal
from engine.domain.records import AlertRecord
from tests.adapters.queue.damaging import PAGE, opened
from tests.outbox.sample_records import published, sample

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
    st.binary(max_size=20_000),  # far more than a page holds
)


@settings(deadline=None, max_examples=60)
@given(rows=st.dictionaries(st.integers(-(2**63), 2**63 - 1), st.tuples(VALUES, VALUES), max_size=12))
def test_rows_are_read_off_pages_as_sqlite_wrote_them(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[int, tuple[object, object]]
) -> None:
    path = tmp_path_factory.mktemp("rows") / "a.database"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA page_size = {PAGE}")
    connection.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, one, other)")
    connection.executemany("INSERT INTO rows VALUES (?, ?, ?)", [(number, *two) for number, two in rows.items()])
    connection.commit()
    connection.close()
    found = [row for row in rows_of_file(path) if row is None or len(row.values) == 3]
    assert {row.rowid: row.values[1:] for row in found if row is not None} == rows
    assert None not in found


def rows_of_file(path: Path) -> list[Row | None]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        pages = PageFile(descriptor, PAGE, {})
        return [
            row for number in range(1, pages.count + 1) for row in rows_on(number, pages.read(number), PAGE, pages.read)
        ]
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("seed", range(200))
def test_a_page_of_chance_gives_rows_that_cannot_be_read_and_no_error(seed: int) -> None:
    chance = random.Random(seed)
    number = chance.choice((1, 2, 3))
    page = bytearray(chance.randbytes(chance.choice((PAGE, PAGE, 200, 9))))
    if len(page) > 100:
        page[100 if number == 1 else 0] = 0x0D
    for row in rows_on(number, bytes(page), PAGE, lambda _: bytes(page)):
        assert row is None or isinstance(row, Row)


def test_a_record_longer_than_a_page_is_saved_with_those_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    chance = random.Random(1)
    texts = [chance.randbytes(size).hex() for size in (10, 3_000, 9_000, 40_000, 20)]
    alerts = [sample(AlertRecord, number, text=text) for number, text in enumerate(texts)]
    journal = opened(path)
    journal.put(published(1, *alerts))
    journal.close()
    content = bytearray(path.read_bytes())
    content[:16] = bytes(16)
    path.write_bytes(content)
    journal = opened(path)
    assert journal.salvaged is not None
    assert [item.record for item in journal.pending(0, 100, 10**9)] == alerts
    journal.close()


def test_one_that_is_damaged_behind_its_first_page_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    alerts = [sample(AlertRecord, number, text=f"{number}" * 30_000) for number in range(5)]
    journal = opened(path)
    journal.put(published(1, *alerts))
    journal.close()
    content = bytearray(path.read_bytes())
    content[:16] = bytes(16)
    content[content.rfind(b"2" * 2_000) + 1_000] ^= 0xFF
    path.write_bytes(content)
    journal = opened(path)
    assert journal.salvaged is not None
    assert journal.salvaged.lost == 1
    assert [item.record for item in journal.pending(0, 100, 10**9)] == [*alerts[:2], *alerts[3:]]
    journal.close()


@pytest.mark.parametrize(
    ("found", "right"),
    [
        ([], []),
        ([1, 2, 2, 9], [1, 2, 2, 9]),
        ([1, 2, 900, 4, 5], [1, 2, 2, 4, 5]),
        ([7, 8, 0, 9], [7, 8, 8, 9]),
        ([900, 1, 2], [0, 1, 2]),
    ],
)
def test_a_sequence_out_of_line_is_taken_from_the_one_before(found: list[int], right: list[int]) -> None:
    assert non_decreasing(found) == right


@given(values=st.lists(st.integers(0, 50)))
def test_sequences_never_go_back_and_none_is_changed_that_need_not_be(values: list[int]) -> None:
    right = non_decreasing(values)
    assert right == sorted(right)
    longest: list[int] = []  # of the runs that end at each place, by the definition
    for place, value in enumerate(values):
        longest.append(1 + max((longest[k] for k in range(place) if values[k] <= value), default=0))
    assert sum(one == other for one, other in zip(values, right, strict=True)) >= max(longest, default=0)


def test_a_sound_log_is_neither_broken_nor_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    journal = opened(path)
    journal.put(published(1, *(sample(AlertRecord, number) for number in range(50))))
    assert journal.flush(60)
    log = read_wal(path.with_name("a.journal-wal"))
    assert log.frames
    assert log.frames[-1].commits
    assert all(frame.whole for frame in log.frames)
    assert (log.broken, log.cut_bytes) == (False, 0)
    journal.close()


def test_what_a_write_that_was_given_up_left_behind_is_cut_and_no_damage(tmp_path: Path) -> None:
    """Frames of this log that no commit ends: SQLite writes them early where a transaction outgrows its memory."""
    path = tmp_path / "a.journal"
    alerts = [sample(AlertRecord, number) for number in range(30)]
    journal = opened(path)
    journal.put(published(1, *alerts))
    assert journal.flush(60)
    folder = tmp_path / "killed"
    folder.mkdir()
    for name in ("a.journal", "a.journal-wal", "a.journal.lock"):
        (folder / name).write_bytes((tmp_path / name).read_bytes())
    journal.close()
    log = folder / "a.journal-wal"
    content = log.read_bytes()
    given_up = next(at for at in range(32, len(content), 24 + PAGE) if content[at + 4 : at + 8] == bytes(4))
    log.write_bytes(content + content[given_up : given_up + 24 + PAGE] * 3)
    again = opened(folder / "a.journal")
    assert again.salvaged is None
    assert again.cut_bytes == 3 * (24 + PAGE)
    assert [item.record for item in again.pending(0, 100, 10**9)] == alerts
    again.close()
