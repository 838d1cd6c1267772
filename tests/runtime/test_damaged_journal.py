"""A journal that was damaged while the store was away: what is whole of it and what the store has make the books."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.adapters.queue.journal import FileJournal
from engine.domain.instant import MINUTE
from engine.outbox.codec import decode, encode
from engine.simulation.clock import ManualClock
from tests.runtime.small_market import DAY, Desk, SmallFeed, facts_in, new_household, uncut
from tests.runtime.tied_books import assert_books_tie
from tests.runtime.world import Household

AWAY, DIED, BACK, END = (DAY.open_at + number * MINUTE for number in (45, 60, 72, 90))
PAGE = 4096


@contextmanager
def journal_at(path: Path) -> Iterator[FileJournal]:
    """A journal on disk, closed at the end."""
    journal = FileJournal(path, encode, decode, ManualClock())
    try:
        yield journal
    finally:
        journal.close()


def written(path: Path) -> Household:
    """A life on a journal on disk, whose store went away before the end."""
    household = new_household()
    with journal_at(path) as journal:
        desk = Desk(household, journal=journal, clock=ManualClock()).run(AWAY)
        settle(desk)
        desk.run(DIED, away=lambda at: True)
        assert journal.flush(60)
    return household


def settle(desk: Desk) -> None:
    """What was put is on disk, then in the store."""
    assert desk.journal.flush(60)
    desk.drain()


def damage(path: Path, seed: int) -> None:
    """Some pages are zeros now, as a torn disk leaves them."""
    content = bytearray(path.read_bytes())
    pages = range(1, len(content) // PAGE)
    for page in random.Random(seed).sample(pages, len(pages) // 5):
        content[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
    path.write_bytes(content)


@pytest.mark.parametrize("seed", range(6))
def test_books_tie_and_no_signal_is_missing_whatever_pages_are_gone(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "own.journal"
    household = written(path)
    damage(path, seed)
    before = facts_in(household.wire)
    with journal_at(path) as journal:
        assert journal.salvaged is not None
        desk = Desk(household, SmallFeed(now=BACK), instance="two", journal=journal, clock=ManualClock())
        settle(desk)
        assert journal.salvaged is None
    after = facts_in(household.wire)
    assert_books_tie(household, lost=True)
    assert after.signals.keys() == {key for key, signal in uncut(END).items() if signal.confirmed_at <= BACK}
    assert {key: after.signals[key] for key in before.signals} == before.signals
    assert {fill.fill_key for fill in before.fills} <= {fill.fill_key for fill in after.fills}


def test_a_start_that_was_cut_before_the_books_were_written_down_finds_the_damage_again(tmp_path: Path) -> None:
    path = tmp_path / "own.journal"
    household = written(path)
    damage(path, 1)
    with journal_at(path) as journal:
        salvaged = journal.salvaged
        assert salvaged is not None
    with journal_at(path) as journal:
        assert journal.salvaged == salvaged
        settle(Desk(household, SmallFeed(now=BACK), instance="two", journal=journal, clock=ManualClock()))
    assert_books_tie(household, lost=True)
    with journal_at(path) as journal:
        assert journal.salvaged is None
