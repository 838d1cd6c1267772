"""What a session publishes of prices and health, and when; and that it holds entries while the disk is full."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from engine.domain.account import TradingState
from engine.domain.instant import SECOND, instant_of, iso
from engine.domain.records import AccountRecord, AlertRecord, HealthRecord, QuotesRecord, SignalRecord
from engine.domain.signal import Outcome
from engine.ports import QueueStatus
from engine.simulation.clock import ManualClock
from tests.builders.market import tick
from tests.builders.times import at
from tests.runtime.test_session import life
from tests.runtime.world import Batches, Life


def tell(one: Life) -> None:
    """What the session's thread does after each round; the market's ticks keep coming, and the store takes all."""
    one.journal.mark_delivered([item.row for item in one.journal.pending(0, 10**6, 10**9)])
    one.session.pulse.last_tick_at = one.clock.monotonic()
    one.session.tell(force=False)


def tell_for(one: Life, clock: ManualClock, seconds: int) -> tuple[int, int]:
    """Let wall time pass with a fresh price each second; how often health and prices were told meanwhile."""
    health, quotes = len(one.outbox.all(HealthRecord)), len(one.outbox.all(QuotesRecord))
    for _ in range(seconds):
        clock.advance(1.0)
        one.session.step(tick(at("10:00") + one.state.ticks * SECOND, 500 + one.state.ticks))
        tell(one)
    return len(one.outbox.all(HealthRecord)) - health, len(one.outbox.all(QuotesRecord)) - quotes


def test_prices_are_told_each_second_while_a_screen_watches_and_health_each_ten() -> None:
    clock = ManualClock()
    one = life(watched=True, clock=clock)
    tell(one)
    assert tell_for(one, clock, 30) == (3, 30)


def test_prices_and_health_are_told_each_ten_seconds_while_nobody_watches() -> None:
    clock = ManualClock()
    one = life(clock=clock)
    tell(one)
    assert tell_for(one, clock, 30) == (3, 3)


def test_who_begins_to_watch_sees_prices_within_a_second() -> None:
    clock = ManualClock()
    watching: list[bool] = []
    one = life(clock=clock, watched=lambda: bool(watching))
    tell(one)
    assert tell_for(one, clock, 4)[1] == 0
    watching.append(True)
    assert tell_for(one, clock, 1)[1] == 1


def test_prices_that_did_not_move_are_not_told_again() -> None:
    clock = ManualClock()
    one = life(watched=True, clock=clock)
    one.session.step(tick("10:00:00", 500))
    for _ in range(25):
        clock.advance(1.0)
        tell(one)
    assert len(one.outbox.all(QuotesRecord)) == 1


def test_a_loop_that_comes_round_as_it_can_is_late_by_a_second_at_most() -> None:
    clock = ManualClock()
    one = life(clock=clock)
    beats: list[float] = []
    for _ in range(570):  # a minute of a loop that comes round every 0.105 s
        told = len(one.outbox.all(HealthRecord))
        tell(one)
        beats += [clock.monotonic()] * (len(one.outbox.all(HealthRecord)) - told)
        clock.advance(0.105)
    assert len(beats) == 6
    assert all(10.0 <= after - before <= 11.0 for before, after in pairwise(beats))


def test_health_between_two_beats_is_in_the_snapshot_and_nowhere_else() -> None:
    clock = ManualClock()
    one = life(watched=True, clock=clock)
    tell(one)
    told = len(one.outbox.all(HealthRecord))
    for _ in range(3):
        clock.advance(1.0)
        one.session.step(tick(at("10:00") + one.state.ticks * SECOND, 500))
        tell(one)
        shown = one.session.snapshot.fields(one.journal.status())["account"]
        assert shown["engine"]["heartbeat_at"] == iso(instant_of(clock.now()))
        assert shown["feed"]["ticks"] == one.state.ticks
    assert len(one.outbox.all(HealthRecord)) == told


def test_health_goes_along_with_the_accounts_money_and_the_next_beat_is_ten_seconds_later() -> None:
    clock = ManualClock()
    one = life(clock=clock)
    one.session.step(tick("09:59:58", 500))
    tell(one)
    clock.advance(4.0)
    one.session.step(tick("10:00:02", 500))
    kinds = [type(effect.record) for effect in one.outbox.given[-1]]
    assert kinds[-1] is HealthRecord, "in the batch of the minute's mark: one document, one write"
    assert AccountRecord in kinds
    told = len(one.outbox.all(HealthRecord))
    for second in range(1, 11):
        clock.advance(1.0)
        tell(one)
        assert len(one.outbox.all(HealthRecord)) - told == (second == 10)


FULL = "The disk is full: 1 batch waits"


class FillingDisk(Batches):
    """A journal whose disk fills up when a test says so."""

    said: tuple[str, str] = ("writing", "")

    def status(self) -> QueueStatus:
        state, detail = self.said
        return replace(self.journal.status(), journal_state=state, journal_detail=detail)


def on_a_filling_disk(clock: ManualClock) -> tuple[Life, FillingDisk]:
    """A session that was told once, on such a disk; its bot buys at 09:31 and 09:33."""
    one = life(clock=clock, buys=("09:31", "09:33"))
    disk = FillingDisk(one.journal)
    one.outbox = disk
    one.session._doors = replace(one.session._doors, outbox=disk)
    tell(one)
    return one, disk


def pass_a_second(one: Life, clock: ManualClock) -> None:
    """A second of the session's thread."""
    clock.advance(1.0)
    for event in one.session.inbox.take(0):
        one.session.step(event)
    tell(one)
    for event in one.session.inbox.take(0):
        one.session.step(event)


def test_while_the_disk_is_full_entries_wait_and_go_on_by_themselves_once_there_is_room() -> None:
    clock = ManualClock()
    one, disk = on_a_filling_disk(clock)
    one.session.step(tick("09:30:55", 500))
    disk.said = ("full", FULL)
    pass_a_second(one, clock)
    account = one.outbox.all(AccountRecord)[-1]
    assert (account.trading_state, account.held) == (TradingState.HALTED, True)
    assert (account.halted_reason or "").startswith(FULL)
    assert one.outbox.all(AlertRecord)[-1].severity == "critical"
    one.session.step(tick("09:31:01", 500))
    assert [signal.outcome for signal in one.outbox.all(SignalRecord)] == [Outcome.BLOCKED]
    disk.said = ("writing", "")
    pass_a_second(one, clock)
    assert one.outbox.all(AccountRecord)[-1].trading_state is TradingState.ACTIVE
    for when in ("09:32:55", "09:33:01"):
        one.session.step(tick(when, 500))
    assert [signal.outcome for signal in one.outbox.all(SignalRecord)] == [Outcome.BLOCKED, Outcome.ORDERED]


def test_a_full_disk_is_given_news_and_what_was_decided_and_nothing_that_only_moves() -> None:
    clock = ManualClock()
    one, disk = on_a_filling_disk(clock)
    disk.said = ("full", FULL)
    pass_a_second(one, clock)
    assert one.outbox.all(HealthRecord)[-1].journal_state == "full"
    given = len(one.outbox.given)
    for number in range(60):
        disk.said = ("full", f"The disk is full: {number} batches wait")
        one.session.step(tick(at("09:30:01") + number * SECOND // 2, 500 + number))
        pass_a_second(one, clock)
    assert len(one.outbox.given) == given
    assert len(one.outbox.all(AlertRecord)) == 1
