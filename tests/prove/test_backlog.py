"""A hundred thousand undelivered records, taken up by a new process. Run by `make prove ONLY=backlog`; needs no data.

`make test` runs a sample of it, tests/adapters/queue/test_backlog.py.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters.queue.backlog import put_backlog, taken_up

pytestmark = pytest.mark.prove

RECORDS = 100_000
GROWN_MB_MAX = 100


def test_a_hundred_thousand_records_are_taken_up_in_order_within_a_hundred_megabytes(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    path = tmp_path / "a.journal"
    put_backlog(path, RECORDS)
    record_property("records", RECORDS)
    record_property("journal_mb", round(path.stat().st_size / 1e6, 1))
    found = taken_up(path)
    record_property("peak_memory_grown_mb", found["grown_mb"])
    assert (found["arrived"], found["left"]) == (RECORDS, 0)
    assert found["in_order"]
    assert found["grown_mb"] < GROWN_MB_MAX
