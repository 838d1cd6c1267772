"""What bootstrap goes on from: the journal, else the store; and the commands that were carried out before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.queue.journal import FileJournal
from engine.bootstrap import written_down
from engine.domain.account import BotSpec
from engine.domain.effects import PublishRecord
from engine.domain.instant import MINUTE
from engine.domain.records import AccountRecord, CommandResult, PositionRecord, ProfitRecord, Record, slot_of
from engine.outbox.codec import decode, encode
from engine.outbox.memory import MemoryJournal
from engine.ports import Grant, Pending
from engine.runtime.recovery import answered_commands
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


def test_a_new_journal_takes_over_what_the_store_has_so_that_it_alone_is_enough_next_time(tmp_path: Path) -> None:
    _, household = begin()
    grant, _ = delivered(household)
    with file_journal(tmp_path / "new.journal") as journal:
        found, sequence = written_down(journal, household.wire, SPEC, grant)
        assert any(isinstance(record, PositionRecord) for record in found)
        assert any(isinstance(record, ProfitRecord) and record.trades for record in found)
        assert sequence > 0
    with file_journal(tmp_path / "new.journal") as journal:  # killed before it traded
        again, sequence_again = written_down(journal, household.wire, SPEC, grant)
        assert by_key(again) == by_key(found)
        assert sequence_again == sequence


def test_a_journal_goes_before_the_store_and_sends_again_what_the_store_lacks(tmp_path: Path) -> None:
    _, household = begin()
    grant, source = delivered(household)
    states = list(source.newest_states())
    with file_journal(tmp_path / "own.journal") as journal:
        journal.put([PublishRecord(number + 1, record) for number, record in enumerate(states)])
        assert journal.flush(5)
        journal.mark_delivered(range(1, len(states) + 1))
    with file_journal(tmp_path / "own.journal") as journal:
        found, sequence = written_down(journal, household.wire, SPEC, replace(grant, delivered_sequence=4))
        assert (by_key(found), sequence) == (by_key(states), len(states))
        assert [item.sequence for item in journal.pending(0, 1000, 10**9)] == list(range(5, len(states) + 1))


def test_an_account_that_never_traded_begins_anew(tmp_path: Path) -> None:
    household = Household([BotSpec("alpha", "confluence", ("TCS",), parameters=QUICK)], SPEC)
    with file_journal(tmp_path / "new.journal") as journal:
        assert written_down(journal, household.wire, SPEC, Grant(SPEC.account_id, "one", 1, 0)) == ((), 0)


def test_a_replay_whose_journal_is_lost_sends_again_what_the_store_may_lack(tmp_path: Path) -> None:
    _, household = begin()
    grant, _ = delivered(household)
    spec = account(market="replay")
    lagging = Grant(grant.account_id, grant.instance, grant.epoch, 11)
    with file_journal(tmp_path / "new.journal") as journal:
        _, sequence = written_down(journal, household.wire, spec, lagging)
        assert sequence == 11
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
