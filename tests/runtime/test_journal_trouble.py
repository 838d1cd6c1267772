"""What the start finds wrong with the journal reaches a person, and does not keep the start."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from structlog.testing import capture_logs

from engine.adapters.queue.journal import FileJournal
from engine.domain.instant import MINUTE, instant_of
from engine.domain.records import AccountRecord, AlertRecord
from engine.outbox.codec import decode, encode
from engine.outbox.memory import MemoryJournal
from engine.ports import QueueStatus, Salvage
from engine.runtime.journal_trouble import tell_journal_trouble
from engine.simulation.clock import ManualClock
from tests.runtime.demo_account import SPEC, START, begin, demo_life

SENTENCE = "The journal was damaged: 12 records were saved, 1 was lost."
DAMAGE = Salvage(12, 1, 0, "paper-test.journal.damaged-1", SENTENCE)


def alerts(journal: MemoryJournal | FileJournal) -> list[AlertRecord]:
    """Those that wait to be sent."""
    waiting = [item.record for item in journal.pending(0, 10**6, 10**9)]
    return [record for record in waiting if isinstance(record, AlertRecord)]


def test_a_damage_is_an_alert_in_the_journals_own_words_and_one_however_often_the_start_is_made() -> None:
    clock = ManualClock()
    journal = MemoryJournal(clock, salvaged=DAMAGE)
    with capture_logs() as lines:
        tell_journal_trouble(journal, "paper-test", clock)
        tell_journal_trouble(journal, "paper-test", clock)
    first, second = alerts(journal)
    assert first == second, "one document"
    assert (first.severity, first.kind, first.text) == ("critical", "journal_damaged", SENTENCE)
    assert first.at == instant_of(clock.now())
    assert lines[0]["told"] == SENTENCE


def test_the_alert_is_dated_by_the_markets_clock_where_the_account_is_known() -> None:
    journal, household = begin()
    demo_life(journal, household).run_until(START + 5 * MINUTE)
    (known,) = [record for record in journal.newest_states() if isinstance(record, AccountRecord)]
    journal.salvaged = DAMAGE
    tell_journal_trouble(journal, SPEC.account_id, ManualClock())
    assert alerts(journal)[-1].at == known.market_at
    assert known.market_at >= START


def test_a_journal_without_room_is_told_in_the_log_and_goes_on() -> None:
    class Full(MemoryJournal):
        def status(self) -> QueueStatus:
            return replace(super().status(), journal_state="full", journal_detail="The disk is full.")

    clock = ManualClock()
    journal = Full(clock)
    with capture_logs() as lines:
        tell_journal_trouble(journal, "paper-test", clock)
    assert [(line["log_level"], line["told"]) for line in lines] == [("error", "The disk is full.")]
    assert alerts(journal) == []


def test_a_sound_journal_is_nothing_to_speak_of(tmp_path: Path) -> None:
    clock = ManualClock()
    journal = FileJournal(tmp_path / "own.journal", encode, decode, clock)
    try:
        with capture_logs() as lines:
            tell_journal_trouble(journal, "paper-test", clock)
        assert (lines, alerts(journal)) == ([], [])
    finally:
        journal.close()
