"""kill -9 of a journal's writer in mid-burst, two hundred times. Run by `make prove ONLY=kills`; needs no data.

`make test` runs a sample of it, tests/adapters/queue/test_kill.py. A file is killed ten times, then the next begins, so
that reading all of it back after each kill stays quick.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.adapters.clock import SystemClock
from engine.adapters.queue.journal import FileJournal
from engine.domain.records import AccountRecord, FillRecord
from engine.outbox.codec import decode, encode
from tests.adapters.queue.bursting import BURST
from tests.adapters.queue.test_kill import killed_in_mid_burst
from tests.outbox.sample_records import sample

pytestmark = pytest.mark.prove

FILES, KILLS_A_FILE = 20, 10
BATCH = BURST + 1  # its fills, and the account's state after them


def test_two_hundred_kills_lose_nothing_acknowledged_and_leave_nothing_twice(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(20_260_105)
    acknowledged_rows = unacknowledged_rows = 0
    for number in range(FILES):
        path, before = tmp_path / f"killed-{number}.journal", 0
        for _ in range(KILLS_A_FILE):
            # The first line says that the file is open; each more, that another eight batches are durable.
            acknowledged = killed_in_mid_burst(path, chance.randint(2, 8))
            last = assert_whole(path, acknowledged)
            acknowledged_rows += acknowledged - before
            unacknowledged_rows += last - acknowledged
            before = last
    assert unacknowledged_rows > 0  # some kill struck between a commit and its acknowledgement
    record_property("kills", FILES * KILLS_A_FILE)
    record_property("acknowledged_rows", acknowledged_rows)
    record_property("durable_rows_never_acknowledged", unacknowledged_rows)


def assert_whole(path: Path, acknowledged: int) -> int:
    """All that was acknowledged is there, in whole batches, once, and the newest state belongs to it."""
    journal = FileJournal(path, encode, decode, SystemClock())
    try:
        last = journal.last_sequence
        assert last >= acknowledged
        assert last % BATCH == 0
        fills = [item for item in journal.pending(0, 1_000_000, 10**9) if isinstance(item.record, FillRecord)]
        assert [item.sequence for item in fills] == [number for number in range(1, last + 1) if number % BATCH]
        assert len({item.record.fill_key for item in fills if isinstance(item.record, FillRecord)}) == len(fills)
        assert list(journal.newest_states()) == [sample(AccountRecord, name=f"after {last - 1}")]
    finally:
        journal.close()
    return last
