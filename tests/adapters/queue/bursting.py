"""A process that writes bursts into a journal until it is killed, and says what was acknowledged. Run by test_kill."""

import sys
from pathlib import Path

from engine.adapters.clock import SystemClock
from engine.adapters.queue.journal import FileJournal
from engine.domain.records import AccountRecord, FillRecord
from engine.outbox.codec import decode, encode
from tests.outbox.sample_records import published, sample

BURST = 25  # fills in a batch, and the account's state after them


def say(line: str) -> None:
    """A line for the test that reads this process's output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(path: Path) -> None:
    """Goes on from the file's last sequence; prints the last acknowledged sequence after every flush."""
    journal = FileJournal(path, encode, decode, SystemClock())
    sequence = journal.last_sequence
    say("open")
    while True:
        for _ in range(8):
            fills = [sample(FillRecord, sequence + number) for number in range(1, BURST + 1)]
            journal.put(published(sequence + 1, *fills, sample(AccountRecord, name=f"after {sequence + BURST}")))
            sequence += BURST + 1
        assert journal.flush(60)
        say(str(sequence))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
