"""A disk that takes no snapshot is told of in the log, and does not fill it."""

from __future__ import annotations

import threading
from typing import Any

from structlog.testing import capture_logs

from engine.domain.errors import OutcomeUnknown
from engine.ports import Fields
from tests.runtime.test_supervisor import firm

__all__ = ["firm"]  # the fixture


def test_a_disk_that_takes_no_snapshot_is_told_once_and_again_after_it_had_taken_one(firm: Any) -> None:
    """Two lines a second would fill the disk that has no room for the snapshot."""
    one = firm()
    takes = [False, False, False, True, False, False]

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            return not takes

    def write(snapshot: Fields) -> None:
        if not takes.pop(0):
            raise OutcomeUnknown("no space left on device")

    one.shelf.write = write
    with capture_logs() as lines:
        one.supervisor._run_snapshots(Stop())
    assert [line["event"] for line in lines] == ["the snapshot is not written"] * 2
