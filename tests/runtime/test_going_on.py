"""What bootstrap goes on from: the journal, else the store; and the commands that were carried out before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.recovery import FirestorePast
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.queue.journal import FileJournal
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.effects import PublishRecord
from engine.domain.instant import MINUTE
from engine.domain.records import (
    AccountRecord,
    CommandResult,
    FillRecord,
    PositionRecord,
    ProfitRecord,
    Record,
    slot_of,
)
from engine.outbox.codec import decode, encode
from engine.outbox.memory import MemoryJournal
from engine.ports import Grant, Pending
from engine.runtime.recovery import answered_commands
from engine.runtime.rederive import SEQUENCE_GAP, Past, written_down
from engine.simulation.clock import ManualClock
from tests.builders.paper import account
from tests.runtime.demo_account import QUICK, SPEC, START, begin, demo_life
from tests.runtime.world import Household


@contextmanager
def file_journal(path: Path) -> Iterator[FileJournal]:
    """A journal on disk, closed at the end."""
    journal = FileJournal(path, encode, decode, ManualClock())
    try:
        yield journal
    finally:
        journal.close()


def by_key(records: object) -> dict[tuple[str, str, str], Record]:
    """Records by what they are the state of."""
    assert isinstance(records, list | tuple)
    return {(record.collection, record.document_id, slot_of(record)): record for record in records}


def delivered(household: Household) -> tuple[Grant, MemoryJournal]:
    """A lease on a store that has everything of forty minutes' trading."""
    journal, _ = begin()
    demo_life(journal, household).run_until(START + 40 * MINUTE)
    clock = ManualClock()
    lease = FirestoreLease(household.wire, clock)
    grant = lease.acquire(SPEC, "one", "gone", old_holder_dead=False)
    store = FirestoreRecordStore(household.wire, lease, clock, lambda symbol: 2)
    waiting: list[Pending] = list(journal.pending(0, 10**6, 10**9))
    for start in range(0, len(waiting), 200):
        store.commit(grant, waiting[start : start + 200])
    lease.release(grant)
    grant = lease.acquire(SPEC, "two", "new", old_holder_dead=False)
    return grant, journal


def past_of(journal: FileJournal, household: Household, grant: Grant, spec: AccountSpec = SPEC) -> Past:
    """What bootstrap goes on from."""
    return written_down(journal, FirestorePast(household.wire), spec, grant)


def test_with_a_new_journal_the_stores_states_and_facts_are_what_to_go_on_from(tmp_path: Path) -> None:
    _, household = begin()
    grant, source = delivered(household)
    with file_journal(tmp_path / "new.journal") as journal:
        past = past_of(journal, household, grant)
        assert by_key(past.records) == by_key(FirestorePast(household.wire).states(SPEC.account_id).records)
        assert any(isinstance(record, PositionRecord) for record in past.records)
        assert any(isinstance(record, ProfitRecord) and record.trades for record in past.records)
        assert past.sequence > SEQUENCE_GAP
        assert past.facts is not None
        fills = [item.record for item in source.pending(0, 10**6, 10**9) if isinstance(item.record, FillRecord)]
        assert list(past.facts.fills) == fills
        assert list(journal.newest_states()) == [], "nothing is written before all of it is known"


def test_a_journal_goes_before_the_store_and_sends_again_what_the_store_lacks(tmp_path: Path) -> None:
    _, household = begin()
    grant, source = delivered(household)
    states = list(source.newest_states())
    with file_journal(tmp_path / "own.journal") as journal:
        journal.put([PublishRecord(number + 1, record) for number, record in enumerate(states)])
        assert journal.flush(5)
        journal.mark_delivered(range(1, len(states) + 1))
    with file_journal(tmp_path / "own.journal") as journal:
        past = past_of(journal, household, replace(grant, delivered_sequence=4))
        assert (by_key(past.records), past.sequence, past.facts) == (by_key(states), len(states), None)
        assert [item.sequence for item in journal.pending(0, 1000, 10**9)] == list(range(5, len(states) + 1))


def test_an_account_that_never_traded_begins_anew(tmp_path: Path) -> None:
    household = Household([BotSpec("alpha", "confluence", ("TCS",), parameters=QUICK)], SPEC)
    with file_journal(tmp_path / "new.journal") as journal:
        assert past_of(journal, household, Grant(SPEC.account_id, "one", 1, 0)) == Past()


def test_a_replay_whose_journal_is_lost_sends_again_what_the_store_may_lack(tmp_path: Path) -> None:
    _, household = begin()
    grant, _ = delivered(household)
    lagging = Grant(grant.account_id, grant.instance, grant.epoch, 11)
    with file_journal(tmp_path / "new.journal") as journal:
        past = past_of(journal, household, lagging, account(market="replay"))
        assert (past.sequence, past.facts) == (11, None)
        assert past.account_at is not None
        assert past.account_at > 11, "where it must come to the account that is written down"
        assert list(journal.newest_states()) == []


def test_commands_whose_results_wait_in_the_journal_count_as_carried_out() -> None:
    journal = MemoryJournal(ManualClock())
    journal.put([PublishRecord(number, CommandResult(f"c{number}", "done", {})) for number in range(1, 451)])
    rows = [item.row for item in journal.pending(0, 1000, 10**9)]
    journal.mark_delivered(rows[:50])
    assert answered_commands(journal) == {f"c{number}" for number in range(51, 451)}


def test_a_restart_does_not_publish_the_account_at_the_prices_of_the_past() -> None:
    journal, household = begin()
    demo_life(journal, household).run_until(START + 40 * MINUTE)
    (before,) = [record for record in journal.newest_states() if isinstance(record, AccountRecord)]
    assert before.unrealized_pnl != 0
    demo_life(journal, household)
    (after,) = [record for record in journal.newest_states() if isinstance(record, AccountRecord)]
    assert (after.market_at, after.equity) == (before.market_at, before.equity)
    assert after.unrealized_pnl == before.unrealized_pnl
