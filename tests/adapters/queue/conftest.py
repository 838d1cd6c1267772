"""Journals to damage, made once: as a kill -9 leaves one, and as an end in order does. Fed by damaging."""

import pytest

from tests.adapters.queue.damaging import Original, original


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """What a kill -9 left: some of it in the file, some in its log."""
    return original(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """What an end in order left: all of it in the file."""
    folder = tmp_path_factory.mktemp("closed")
    made = original(folder)
    names = ("a.journal", "a.journal.lock")
    return Original({name: (folder / name).read_bytes() for name in names}, made.facts, made.states)
