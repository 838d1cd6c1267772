"""A recorded day decided again: alike by the same code, and where the code differs the first difference is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.core.strategy import Strategy
from engine.domain.errors import DataError
from engine.domain.events import ClockTicked, HistoryBar, SessionOpened
from engine.domain.instant import MINUTE
from engine.domain.market import Bar
from engine.domain.records import DecisionRecord, OrderRecord, SignalRecord
from engine.recording.day_file import DayReader
from engine.research.day_replay import replay_day
from engine.strategies.registry import make
from tests.recording.recorded import RecordedDay, recorder
from tests.runtime.small_market import DAY


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> RecordedDay:
    return RecordedDay(tmp_path_factory.mktemp("recordings")).trade(150)


def keener(strategy: str, parameters: Mapping[str, Any]) -> Strategy:
    """Tomorrow's code: nothing is confirmed for long."""
    return make(strategy, {**parameters, "confirm_s": 0})


def test_todays_code_decides_a_recorded_day_as_it_was(day: RecordedDay) -> None:
    found = replay_day(day.file, make)
    assert found.differing == 0
    assert found.ticks > 1_000
    said = day.life.outbox
    facts = len(said.all(SignalRecord)) + len(said.all(DecisionRecord)) + len(said.all(OrderRecord))
    assert len(said.all(OrderRecord)) > 20
    assert found.decisions > facts  # orders as they were sent, and what the account might do, besides
    assert not found.cut


def test_a_code_that_decides_otherwise_is_told_by_its_first_difference(day: RecordedDay) -> None:
    found = replay_day(day.file, keener)
    assert found.differing > 10
    first = found.differences[0]
    assert first.bot_id in ("swift", "short", "wide", "late")
    assert first.symbol in ("ACME", "BOLT")
    assert first.then is not None
    assert first.then.kind == "DecisionRecord"
    assert "rsi" in first.then.fields["inputs"]
    assert "verdict" in first.fields
    assert first.now is not None
    assert (first.then.fields["verdict"], first.now.fields["verdict"]) == ("candidate", "signal")


def test_one_bots_decisions_can_be_compared_alone(day: RecordedDay) -> None:
    shown = []
    found = replay_day(day.file, make, bot="late", show=lambda decision, at: shown.append((decision, at)))
    assert 0 < found.decisions == len(shown)
    named = {decision.bot_id for decision, _ in shown}
    assert named <= {"late", ""}  # an order as it was sent names its id alone
    assert min(at for _, at in shown) >= DAY.open_at + 70 * MINUTE


def test_a_replay_can_end_sooner(day: RecordedDay) -> None:
    half = replay_day(day.file, make, until=DAY.open_at + 60 * MINUTE)
    assert half.differing == 0
    assert half.reached_at <= DAY.open_at + 60 * MINUTE
    assert half.decisions < replay_day(day.file, make).decisions


def test_a_run_that_began_with_a_restart_replays_by_itself(tmp_path: Path) -> None:
    first = RecordedDay(tmp_path).trade(45)
    held = len(first.life.state.portfolio)
    second = RecordedDay(tmp_path, 2, first.journal, first.household).trade(120)
    assert held > 0, "a restart with nothing to go on from would prove little"
    first.file.unlink()
    found = replay_day(second.file, make)
    assert (found.differing, found.header.run) == (0, 2)
    assert found.decisions > 50


def test_a_recording_that_was_killed_is_replayed_up_to_its_last_whole_frame(day: RecordedDay, tmp_path: Path) -> None:
    whole = day.file.read_bytes()
    torn = tmp_path / "torn.day"
    torn.write_bytes(whole[: len(whole) * 2 // 3])
    found = replay_day(torn, make)
    assert found.cut
    assert found.differing == 0
    assert 0 < found.decisions < replay_day(day.file, make).decisions


def test_an_exception_of_todays_code_is_a_difference_with_its_place(tmp_path: Path) -> None:
    one = recorder(tmp_path)
    ghost = Bar("GHOST", "1m", DAY.open_at, DAY.open_at + MINUTE, 1, 1, 1, 1, 1.0)
    for event in (SessionOpened(DAY, DAY.open_at), HistoryBar(ghost), ClockTicked(DAY.open_at + MINUTE)):
        one.tap.took(event)
    one.write()
    one.close()
    found = replay_day(tmp_path / f"{DAY.day}-000001-000.day", make)
    difference = found.differences[-1]
    assert found.events == 1, "nothing after it is decided"
    assert (difference.event, difference.failed, difference.at) == ("HistoryBar", "KeyError: 'GHOST'", DAY.open_at)


def test_a_later_day_of_a_run_needs_the_days_before_it(day: RecordedDay, tmp_path: Path) -> None:
    later = tmp_path / "2026-03-03-000001-001.day"
    later.write_bytes(day.file.read_bytes())
    with pytest.raises(DataError, match="goes on from part 0 of run 1, which is not in its folder"):
        replay_day(later, make)


def test_the_header_names_the_account_and_the_version(day: RecordedDay) -> None:
    header = DayReader(day.file).header
    assert replace(header, account=header.account).account == day.life.spec
    assert (header.day, header.run, header.part, header.code) == (DAY.day, 1, 0, "test")
