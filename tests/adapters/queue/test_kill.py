"""kill -9 in mid-burst, again and again on one file: what was acknowledged is there, once, in whole batches."""

import subprocess
import sys
from pathlib import Path

from engine.adapters.clock import SystemClock
from engine.adapters.queue.journal import FileJournal
from engine.domain.records import AccountRecord, FillRecord
from engine.outbox.codec import decode, encode
from tests.adapters.queue.bursting import BURST
from tests.outbox.sample_records import sample

KILLS = 6


def killed_in_mid_burst(path: Path, lines: int) -> int:
    """Let the process acknowledge so many times, kill it while it writes; the last acknowledged sequence."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.adapters.queue.bursting", str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    acknowledged = ""
    for _ in range(lines):
        acknowledged = process.stdout.readline()
    process.kill()
    rest = process.stdout.read().split()
    process.wait()
    process.stdout.close()
    return int((rest or [acknowledged])[-1])


def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(tmp_path: Path) -> None:
    path = tmp_path / "killed.journal"
    for kill in range(KILLS):
        acknowledged = killed_in_mid_burst(path, 2 + kill)
        journal = FileJournal(path, encode, decode, SystemClock())
        fills = [item for item in journal.pending(0, 1_000_000, 10**9) if isinstance(item.record, FillRecord)]
        keys = [item.record.fill_key for item in fills if isinstance(item.record, FillRecord)]
        last = journal.last_sequence
        assert last >= acknowledged
        assert last % (BURST + 1) == 0  # whole batches
        assert len(set(keys)) == len(keys) == last // (BURST + 1) * BURST
        expected = [number for number in range(1, last + 1) if number % (BURST + 1)]
        assert [item.sequence for item in fills] == expected
        assert list(journal.newest_states()) == [sample(AccountRecord, name=f"after {last - 1}")]
        journal.close()
