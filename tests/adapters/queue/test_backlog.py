"""A backlog is taken up by a new process a little at a time. `make prove ONLY=backlog` has ten times the records."""

from pathlib import Path

from tests.adapters.queue.backlog import put_backlog, taken_up

RECORDS = 10_000


def test_a_backlog_is_taken_up_in_order_without_loading_it_all(tmp_path: Path) -> None:
    put_backlog(tmp_path / "a.journal", RECORDS)
    found = taken_up(tmp_path / "a.journal")
    assert (found["arrived"], found["left"]) == (RECORDS, 0)
    assert found["in_order"]
    assert found["grown_mb"] < 30
