"""A replay that was cut plays again up to where it was, at once, and writes nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.adapters.feeds.replay import ReplayFeed
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.events import HaltChanged
from engine.domain.records import ClosedTradeRecord, FillRecord
from engine.market_data.columns import MarketData
from engine.market_data.readers import read_market_data
from engine.outbox.memory import MemoryJournal
from engine.simulation.clock import ManualClock
from tests.builders.paper import account
from tests.cli.generated import tick_rows, write_ticks
from tests.runtime.world import Household, Life, books, facts

SPEC: AccountSpec = account(market="replay")
PARAMETERS = {"buy_at": 45, "sell_at": 45, "confirm_s": 120, "cooldown_s": 300}
BOTS = [BotSpec("quick", "confluence", ("RELIANCE", "TATAMOTORS"), parameters=PARAMETERS)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> MarketData:
    """Three generated hours."""
    return read_market_data([write_ticks(tmp_path_factory.mktemp("replay") / "day.csv", tick_rows())])


def replay(data: MarketData, journal: MemoryJournal, household: Household) -> Life:
    """A session on the replay, recovered from what the journal holds."""
    return Life(ReplayFeed(data, ManualClock(), 0), journal, household, spec=SPEC).begin()


def play(life: Life, events: int | None = None) -> Life:
    """Take the feed's events, all of them or so many."""
    for number, event in enumerate(life.events()):
        if number == events:
            break
        life.session.step(event)
    return life


@pytest.fixture(scope="module")
def whole(data: MarketData) -> Life:
    """The replay without a cut."""
    return play(replay(data, MemoryJournal(ManualClock()), Household(BOTS, SPEC)))


def test_the_replay_is_worth_cutting(whole: Life, data: MarketData) -> None:
    assert len(whole.outbox.all(ClosedTradeRecord)) >= 4
    assert whole.session.pulse.finished
    assert data.tick_count > 10_000


@pytest.mark.parametrize("share", [0.0, 0.1, 0.35, 0.62, 0.9, 0.999])
def test_a_replay_cut_anywhere_ends_with_the_same_facts_under_the_same_numbers(
    share: float, data: MarketData, whole: Life
) -> None:
    journal, household = MemoryJournal(ManualClock()), Household(BOTS, SPEC)
    play(replay(data, journal, household), int(data.tick_count * share))
    again = play(replay(data, journal, household))
    assert facts(journal) == facts(whole.journal)
    assert books(again.state) == books(whole.state)
    assert journal.last_sequence == whole.journal.last_sequence


def test_a_replay_cut_many_times_ends_with_the_same_facts(data: MarketData, whole: Life) -> None:
    journal, household = MemoryJournal(ManualClock()), Household(BOTS, SPEC)
    for share in (0.2, 0.1, 0.5, 0.5):
        play(replay(data, journal, household), int(data.tick_count * share))
    play(replay(data, journal, household))
    assert facts(journal) == facts(whole.journal)


def test_what_is_played_again_before_the_cut_is_not_given_to_the_journal(data: MarketData) -> None:
    journal, household = MemoryJournal(ManualClock()), Household(BOTS, SPEC)
    events = data.tick_count // 2
    first = play(replay(data, journal, household), events)
    assert first.outbox.all(FillRecord)
    again = play(replay(data, journal, household), events)
    assert again.outbox.all(FillRecord) == []
    assert books(again.state) == books(first.state)


def test_a_finished_replay_stays_finished_and_shows_its_result(data: MarketData, whole: Life) -> None:
    journal, household = MemoryJournal(ManualClock()), Household(BOTS, SPEC)
    first = play(replay(data, journal, household))
    again = replay(data, journal, household)
    assert again.place.finished
    assert again.session.pulse.finished
    assert books(again.state) == books(first.state)
    assert again.session.snapshot.fields(journal.status())["account"]["clock"]["finished"]


def test_no_price_comes_before_the_bots_run(data: MarketData, tmp_path: Path) -> None:
    life = replay(data, MemoryJournal(ManualClock()), Household(BOTS, SPEC))
    assert set(life.state.bots) == {"quick"}
    assert life.state.ticks == 0


def test_a_replay_that_a_person_changed_halts_when_played_again_comes_to_other_books(data: MarketData) -> None:
    journal, household = MemoryJournal(ManualClock()), Household(BOTS, SPEC)
    first = play(replay(data, journal, household), int(data.tick_count * 0.6))
    household.write("bots", "quick", desired="paused")
    first.watch.look()
    first.session.step_all(first.session.inbox.take(0))
    assert first.state.ledger.cash != SPEC.cash
    again = play(replay(data, journal, household))
    (halt,) = [event for event in again.session.inbox.take(0) if isinstance(event, HaltChanged)]
    assert halt.halted
    assert "RESET=1" in halt.reason


def test_a_replay_that_nobody_changed_does_not_halt(data: MarketData) -> None:
    journal, household = MemoryJournal(ManualClock()), Household(BOTS, SPEC)
    play(replay(data, journal, household), int(data.tick_count * 0.6))
    again = play(replay(data, journal, household))
    assert not any(isinstance(event, HaltChanged) for event in again.session.inbox.take(0))
