"""The twins beside the real parts: every contract test runs on both. Fed by the emulator; feeds the tests here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.wire import Wire
from engine.adapters.queue.journal import FileJournal
from engine.outbox.codec import decode, encode
from engine.outbox.memory import MemoryJournal

AnyJournal = MemoryJournal | FileJournal


@pytest.fixture(params=["twin", "emulator"])
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    """An empty Firestore."""
    if request.param == "twin":
        yield MemoryWire()
        return
    emulator = request.getfixturevalue("firestore_emulator")
    real = connect(request.getfixturevalue("firestore_project"), emulator.host)
    yield real
    real.close()


@pytest.fixture(params=["twin", "disk"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AnyJournal]:
    """An empty journal."""
    if request.param == "twin":
        yield MemoryJournal(SystemClock())
        return
    real = FileJournal(tmp_path / "a.journal", encode, decode, SystemClock())
    yield real
    real.close()


@pytest.fixture
def rows_of() -> Callable[[AnyJournal], list[int]]:
    """The rows that wait, once everything put is durable."""

    def rows(journal: AnyJournal) -> list[int]:
        assert journal.flush(60)
        return [item.row for item in journal.pending(0, 1000, 10_000_000)]

    return rows
