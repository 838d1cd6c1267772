"""The audit log over every kind of restart: no fork, no gap, and what was lost is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.adapters.firestore.recovery import FirestorePast
from engine.domain.instant import MINUTE
from engine.domain.records import AuditHead
from engine.domain.records.audit import AuditRecord
from engine.outbox.memory import MemoryJournal
from engine.simulation.clock import ManualClock
from tests.builders.audited import checked, stored_log
from tests.runtime.small_market import DAY, SPEC, Desk, SmallFeed, household_of, new_household
from tests.runtime.test_damaged_journal import BACK, damage, journal_at, settle, written
from tests.runtime.world import Household

FIRST, CUT, END = (DAY.open_at + number * MINUTE for number in (37, 55, 65))


def log_of(household: Household) -> tuple[list[AuditRecord], AuditHead | None]:
    """The store's log, newest first, and what the account says its newest is."""
    states = FirestorePast(household.wire).states(SPEC.account_id).records
    return stored_log(household.wire), next((one for one in states if isinstance(one, AuditHead)), None)


def resumed(entries: list[AuditRecord]) -> list[AuditRecord]:
    return [entry for entry in entries if entry.action == "chain_resumed"]


def test_a_day_leaves_a_whole_log_in_the_store() -> None:
    household = new_household()
    Desk(household).run(END).drain()
    entries, head = log_of(household)
    assert len(entries) > 15
    assert checked(entries, head, newest_first=True) == []
    assert {"bot_changed", "order_sent", "order_accepted", "order_filled"} <= {entry.action for entry in entries}


@pytest.mark.parametrize("delivered", [True, False])
def test_a_restart_with_its_journal_goes_on_without_a_word(delivered: bool) -> None:
    household, journal = new_household(), MemoryJournal(ManualClock())
    first = Desk(household, journal=journal).run(CUT, away=lambda at: not delivered and at > FIRST)
    if delivered:
        first.drain()
    Desk(household, instance="two", journal=journal).run(END).drain()
    entries, head = log_of(household)
    assert checked(entries, head, newest_first=True) == []
    assert resumed(entries) == []
    bots = [entry.subject for entry in entries if entry.action == "bot_changed"]
    assert sorted(bots) == ["short", "swift", "wide"]


def test_after_any_write_a_lost_journal_leaves_neither_fork_nor_gap() -> None:
    desk = Desk(new_household()).run(FIRST)
    desk.keep_every_write()
    desk.run(CUT)
    assert len(desk.saved) > 60
    for number, saved in list(enumerate(desk.saved))[:: len(desk.saved) // 12]:
        household = household_of(saved)
        before, _ = log_of(household)
        Desk(household, instance="two").run(CUT).drain()
        entries, head = log_of(household)
        assert checked(entries, head, newest_first=True) == [], f"cut {number}"
        said = resumed(entries)
        assert [entry.before for entry in said] == [{"number": str(before[0].number), "hash": before[0].hash}]
        assert said[0].number == before[0].number + 1


@pytest.mark.parametrize("again", ["before it was written", "after it was written"])
def test_a_crash_amid_going_on_leaves_neither_fork_nor_gap(again: str) -> None:
    household = new_household()
    Desk(household).run(CUT)
    if again == "before it was written":
        Desk(household, instance="two")  # its journal is lost too, and nothing of it reached the store
    else:
        Desk(household, instance="two").drain()
    Desk(household, instance="three").run(END).drain()
    entries, head = log_of(household)
    assert checked(entries, head, newest_first=True) == []
    assert len(resumed(entries)) == (1 if again == "before it was written" else 2)


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_journal_leaves_no_fork_and_every_gap_is_told(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "own.journal"
    household = written(path)
    before, _ = log_of(household)
    damage(path, seed)
    with journal_at(path) as journal:
        settle(Desk(household, SmallFeed(now=BACK), instance="two", journal=journal, clock=ManualClock()))
    entries, head = log_of(household)
    found = checked(entries, head, newest_first=True)
    assert {one.what for one in found} <= {"missing"}, found
    assert all(one.number > before[0].number for one in found), "what had reached the store is whole"
    assert len(resumed(entries)) == 1
