"""Python's collector of cycles while a history runs: it looks rarely, since the engine leaves it nothing to find."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from engine.research.collector import NEW_OBJECTS, rarely_collecting
from tests.builders.times import MONDAY
from tests.core import days


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    """The collector as it was."""
    before, running = gc.get_threshold(), gc.isenabled()
    yield
    gc.set_threshold(*before)
    if running:
        gc.enable()


def test_thresholds_are_up_within_and_back_after_it_also_when_it_fails() -> None:
    before, within = gc.get_threshold(), 0

    def fail() -> None:
        nonlocal within
        with rarely_collecting():
            within = gc.get_threshold()[0]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (within, gc.get_threshold()) == (NEW_OBJECTS, before)


def test_one_that_is_off_stays_off() -> None:
    gc.set_threshold(0)
    with rarely_collecting():
        assert gc.get_threshold()[0] == 0


def test_an_engine_that_trades_leaves_no_cycles() -> None:
    books = days.desk()
    events = list(days.market((MONDAY,), every_s=30))
    gc.collect()
    gc.disable()
    books.run(events)
    assert len(books.fills) > 10
    assert gc.collect() == 0
