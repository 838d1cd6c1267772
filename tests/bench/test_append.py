"""The figure of the journal's speed counts what it says: every record waited for, every rank of what was taken."""

from pathlib import Path

import pytest

from bench.append import WRITERS, at_rank, grouped, one_fdatasync, paced
from engine.adapters.clock import SystemClock
from engine.adapters.queue.journal import FileJournal
from engine.outbox.codec import decode, encode


def test_each_writer_waits_for_each_of_its_records(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "a.journal", encode, decode, SystemClock())
    puts, durables = paced(journal, seconds=0.08)
    assert len(puts) == len(durables) == 20 * WRITERS
    assert journal.status().depth == 20 * WRITERS
    assert all(durable >= put > 0 for put, durable in zip(puts, durables, strict=True))
    journal.close()


def test_the_grouped_rate_is_of_records_on_disk(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path / "a.journal", encode, decode, SystemClock())
    assert grouped(journal, rows=800) > 0
    assert journal.status().depth == 800
    journal.close()


def test_ranks_are_of_the_times_taken_in_microseconds(tmp_path: Path) -> None:
    taken = [number / 1e6 for number in range(1, 102)]
    assert at_rank(taken, 0.5) == pytest.approx(51.0)
    assert at_rank(taken, 0.99) == pytest.approx(100.0)
    flush = one_fdatasync(tmp_path)
    assert 0 < flush["durable_p50_us"] <= flush["durable_p99_us"]
