"""A replay that was cut plays again up to where it was, at once, and writes nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.adapters.feeds.replay import ReplayFeed
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.recovery import FirestorePast
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.events import HaltChanged
from engine.domain.records import ClosedTradeRecord, FillRecord, SignalRecord
from engine.market_data.columns import MarketData
from engine.market_data.readers import read_market_data
from engine.outbox.backoff import Backoff
from engine.outbox.memory import MemoryJournal
from engine.outbox.relay import Relay
from engine.ports import Grant
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


def sent(journal: MemoryJournal, household: Household, instance: str) -> tuple[Grant, Relay]:
    """A lease on the household's store, and the relay of a journal to it."""
    clock = ManualClock()
    lease = FirestoreLease(household.wire, clock, patience_s=1e9)
    grant = lease.acquire(SPEC, instance, f"journal of {instance}", old_holder_dead=False)
    store = FirestoreRecordStore(household.wire, lease, clock, lambda symbol: 2)
    return grant, Relay(journal, store, grant, clock, Backoff(lambda: 0.5), pace_s=0.0)


@pytest.mark.parametrize("steps", [1, 3, 10**6])
def test_a_replay_whose_journal_is_lost_ends_with_the_same_facts_in_the_store(
    steps: int, data: MarketData, whole: Life
) -> None:
    """After so many commits; what the lease knows as delivered lags behind what the account's document shows."""
    journal, household = MemoryJournal(ManualClock()), Household(BOTS, SPEC)
    _, relay = sent(journal, household, "one")
    play(replay(data, journal, household), int(data.tick_count * 0.6))
    for _ in range(steps):
        if relay.step() is None:
            break
    again = MemoryJournal(ManualClock())
    grant, relay = sent(again, household, "two")
    life = play(Life(ReplayFeed(data, ManualClock(), 0), again, household, spec=SPEC).begin(grant))
    assert not any(isinstance(event, HaltChanged) for event in life.session.inbox.take(0))
    assert books(life.state) == books(whole.state)
    while relay.step() is not None:
        pass
    past = FirestorePast(household.wire).facts(SPEC, 0)
    given = [record for _, record in facts(whole.journal)]
    assert list(past.fills) == [record for record in given if isinstance(record, FillRecord)]
    assert list(past.trades) != []
    assert past.trades == {record.trade_id for record in given if isinstance(record, ClosedTradeRecord)}
    assert past.signals == {record.signal_id: record for record in given if isinstance(record, SignalRecord)}


def test_a_replay_that_a_person_changed_halts_though_its_journal_is_lost(data: MarketData) -> None:
    journal, household = MemoryJournal(ManualClock()), Household(BOTS, SPEC)
    _, relay = sent(journal, household, "one")
    first = play(replay(data, journal, household), int(data.tick_count * 0.6))
    while relay.step() is not None:
        pass
    assert first.state.ledger.cash != SPEC.cash
    household.write("bots", "quick", desired="paused")
    again = MemoryJournal(ManualClock())
    grant, _ = sent(again, household, "two")
    life = play(Life(ReplayFeed(data, ManualClock(), 0), again, household, spec=SPEC).begin(grant))
    assert [event.halted for event in life.session.inbox.take(0) if isinstance(event, HaltChanged)] == [True]
