"""A session's thread: one batch an event, health and prices in their rhythm, and no trading without a journal."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import pairwise

import pytest

from engine.domain.account import Desired
from engine.domain.errors import JournalFailed
from engine.domain.events import BotChanged, HaltChanged, InstrumentListed, MarketEnded, SessionOpened
from engine.domain.records import (
    FillRecord,
    HealthRecord,
    OrderRecord,
    SignalRecord,
)
from engine.domain.signal import SignalType
from engine.outbox.memory import MemoryJournal
from engine.simulation.clock import ManualClock
from tests.builders.market import instrument, tick
from tests.builders.paper import bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.runtime.world import Household, Life, ListFeed

MONDAY = session()


def life(
    *,
    watched: Callable[[], bool] | bool = False,
    clock: ManualClock | None = None,
    buys: tuple[str, ...] = ("09:31",),
) -> Life:
    """A session ready for Monday's first price, one scripted bot that buys at 09:31 or when it is told to."""
    clock = clock or ManualClock()
    one = Life(
        ListFeed(),
        MemoryJournal(clock),
        Household(),
        make_strategy=scripted({"confluence": {at(when): SignalType.BUY for when in buys}}),
        clock=clock,
        watched=watched if callable(watched) else lambda: watched,
    )
    one.session.step(InstrumentListed(instrument()))
    one.session.step(BotChanged(bot(quantity=10), Desired.RUNNING, 1))
    one.session.step(SessionOpened(MONDAY, MONDAY.open_at))
    return one


def test_everything_that_one_event_brings_leaves_as_one_batch_in_the_engines_order() -> None:
    one = life()
    one.session.step(tick("09:30:55", 500))
    before = len(one.outbox.given)
    one.session.step(tick("09:31:01", 501))
    assert len(one.outbox.given) == before + 1
    batch = one.outbox.given[-1]
    kinds = [type(effect.record) for effect in batch]
    for kind in (SignalRecord, OrderRecord, FillRecord):
        assert kind in kinds, "the minute, the signal, its order and the fill at the tick that reached it"
    sequences = [effect.sequence for effect in batch]
    assert sequences == list(range(sequences[0], sequences[0] + len(batch)))


def test_an_event_that_brings_nothing_leaves_no_batch() -> None:
    one = life()
    one.session.step(tick("09:30:01", 500))
    before = len(one.outbox.given)
    one.session.step(tick("09:30:02", 500))
    assert len(one.outbox.given) == before


def test_sequences_grow_by_one_over_a_whole_session_and_never_repeat() -> None:
    one = life()
    for minute in range(20, 40):
        one.session.step(tick(f"09:{minute}:01", 500 + minute))
    sequences = [effect.sequence for batch in one.outbox.given for effect in batch]
    assert all(after == before + 1 for before, after in pairwise(sequences))


def test_health_says_how_old_the_last_tick_is() -> None:
    clock = ManualClock()
    one = life(watched=True, clock=clock)
    pulse, states = one.session.pulse, []
    for age in (0.0, 5.0, 1.0, 24.0, 1.0):
        clock.advance(age)
        if age == 0.0:
            one.session.step(tick("10:00:00", 500))
            pulse.see(one.state.ticks, clock.monotonic())
        one.session.tell(force=True)
        states.append(one.outbox.all(HealthRecord)[-1].feed_state)
    assert states == ["live", "live", "late", "late", "stale"]
    one.session.step(MarketEnded(at("10:01")))
    last = one.outbox.all(HealthRecord)[-1]
    assert (last.feed_state, last.clock_finished) == ("finished", True)


def test_what_health_tells_never_goes_back_behind_the_engines_records() -> None:
    one = life(watched=True)
    one.session.written_until = 1000
    one.session.tell(force=True)
    assert one.outbox.given[-1][0].sequence == 1000
    assert one.journal.last_sequence == 1000


def test_a_journal_that_fails_ends_the_session_with_nothing_more_decided() -> None:
    one = life()
    one.session.step(tick("09:30:01", 500))
    one.journal.failure = JournalFailed("the disk is full")
    for event in (tick("09:31:01", 501), tick("09:32:01", 502)):
        one.session.inbox.put(event)
    with pytest.raises(JournalFailed, match="the disk is full"):
        one.session.run(threading.Event())
    assert one.state.tapes["ACME"].last_at == at("09:31:01"), "the event after the failure was not taken"


def test_a_stopped_session_does_what_people_said_leaves_the_prices_that_wait_and_ends() -> None:
    one, stop = life(), threading.Event()
    one.session.step(tick("09:30:01", 500))
    for number in range(3_000):
        one.session.inbox.put(tick("09:31:01", 500 + number % 7))
    one.session.inbox.put(HaltChanged(True, "a person", "them"))
    stop.set()
    one.session.run(stop)
    assert len(one.session.inbox) == 0
    assert one.state.breaker.halted is not None
    assert one.state.ticks == 1


def test_events_of_the_past_leave_as_one_batch() -> None:
    one = life()
    before = len(one.outbox.given)
    tuesday = session("2026-03-03")
    one.session.step_all([SessionOpened(tuesday, tuesday.open_at), BotChanged(bot("beta"), Desired.RUNNING, 1)])
    assert len(one.outbox.given) == before + 1
