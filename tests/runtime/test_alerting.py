"""The alert desk: written, sent directly and counted, whatever the store, the disk or a channel does meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

import pytest

from engine.adapters.clock import SystemClock
from engine.adapters.notify.apprise_channel import AppriseChannel
from engine.domain.alert_kinds import KINDS
from engine.domain.effects import PublishRecord
from engine.domain.errors import Fenced, JournalFailed
from engine.domain.events import EntriesHeld, HaltChanged
from engine.domain.instant import instant_of
from engine.domain.records import AlertRecord
from engine.outbox.backoff import Backoff
from engine.outbox.memory import MemoryJournal
from engine.runtime.alert_sender import AlertSender
from engine.runtime.alerting import AlertDesk, alert_of_failure
from engine.simulation.clock import ManualClock
from tests.adapters.notify.receiver import Receiver, receiving
from tests.runtime.demo_account import SPEC, begin
from tests.runtime.letterbox import Letterbox, alert, channel, sender
from tests.runtime.world import Life, ListFeed, eventually


def written(journal: MemoryJournal) -> list[AlertRecord]:
    """Every alert in the journal, in order."""
    return [item.record for item in journal.pending(0, 10**6, 10**9) if isinstance(item.record, AlertRecord)]


def quick(receiver: Receiver, clock: SystemClock) -> AlertSender:
    """A real sender by apprise to a real server."""
    to = channel(name="hook", url=receiver.url())
    return AlertSender(to, AppriseChannel(to), clock, Backoff(lambda: 0.1))


@contextmanager
def at_work(receiver: Receiver) -> Iterator[tuple[AlertDesk, MemoryJournal]]:
    """A desk with its threads."""
    clock = SystemClock()
    journal = MemoryJournal(clock)
    desk = AlertDesk(SPEC.account_id, clock, journal, [quick(receiver, clock)])
    desk.start()
    try:
        yield desk, journal
    finally:
        desk.end()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def test_an_alert_is_written_and_arrives_and_its_document_says_so(receiver: Receiver) -> None:
    with at_work(receiver) as (desk, journal):
        desk.tell("broker_away", "since noon", "The broker does not answer")
        receiver.wait_for(1)
        eventually(lambda: len(written(journal)) == 2, "the delivery is written")
    first, delivered = written(journal)
    assert (first.severity, first.kind, first.text, first.delivered_to) == (
        "critical", "broker_away", "The broker does not answer", (),
    )  # fmt: skip
    assert delivered.alert_id == first.alert_id
    assert [(each.channel, each.failed) for each in delivered.delivered_to] == [("hook", None)]
    assert receiver.messages[0]["title"] == "Lockstep, critical: Broker session lost"


def test_ten_thousand_identical_causes_give_one_message_and_a_count(receiver: Receiver) -> None:
    with at_work(receiver) as (desk, journal):
        for _ in range(10_000):
            desk.tell("order_rejected", "ORDER", "INFY: rejected, no margin")
        receiver.wait_for(1)
        eventually(lambda: len(written(journal)) == 2, "the delivery is written")
        assert receiver.bodies == ["INFY: rejected, no margin"]
    receiver.wait_for(2)  # the end of the engine closes the window
    assert receiver.bodies[1:] == ["INFY: rejected, no margin … and 9,999 more in the last minute"]
    counted = [each for each in written(journal) if each.count > 1]
    assert {each.count for each in counted} == {10_000}
    assert counted[0].delivered_to, "what was delivered before is still said"


def test_a_service_that_fails_is_asked_again_and_the_document_says_why_meanwhile(receiver: Receiver) -> None:
    receiver.status = 503
    with at_work(receiver) as (desk, journal):
        desk.tell("broker_away", "since noon", "The broker does not answer")
        eventually(lambda: len(written(journal)) == 2, "the failure is written")
        (failed,) = written(journal)[-1].delivered_to
        assert failed.failed is not None
        assert "503" in failed.failed
        assert failed.failed.endswith("it is tried again")
        receiver.status = 200
        receiver.wait_for(1)
        eventually(lambda: len(written(journal)) == 3, "the delivery is written")
    assert [each.failed for each in written(journal)[-1].delivered_to] == [None]


def test_a_channel_that_hangs_holds_up_neither_the_caller_nor_another_channel(receiver: Receiver) -> None:
    clock = SystemClock()
    with receiving() as hanging:
        hanging.gate.clear()
        desk = AlertDesk("a", clock, MemoryJournal(clock), [quick(hanging, clock), quick(receiver, clock)])
        desk.start()
        began = monotonic()
        for number in range(1_000):
            desk.tell("order_rejected", str(number), f"order {number}")
        assert monotonic() - began < 30, "it hangs for longer than that each time"
        receiver.wait_for(1)
        assert hanging.messages == []
        hanging.gate.set()
        desk.end()


def test_the_message_leaves_though_the_journal_takes_nothing(receiver: Receiver) -> None:
    class Broken(MemoryJournal):
        def put(self, batch: object) -> None:
            raise JournalFailed("the disk is gone")

    clock = SystemClock()
    desk = AlertDesk("a", clock, Broken(clock), [quick(receiver, clock)])
    desk.start()
    desk.tell("held", "disk", "The disk is full")
    receiver.wait_for(1)
    desk.end()
    assert receiver.bodies == ["The disk is full"]


def test_what_is_raised_as_the_engine_ends_still_leaves(receiver: Receiver) -> None:
    with at_work(receiver) as (desk, _):
        alert_of_failure(desk, "session", ValueError("no such thing"))
    assert receiver.bodies == ["The engine ends, session failed: ValueError: no such thing"]


def test_a_lost_lease_is_an_alert_of_its_own() -> None:
    box, clock = Letterbox(), ManualClock()
    to = sender(box, clock)
    alert_of_failure(AlertDesk("a", clock, MemoryJournal(clock), [to]), "lease", Fenced("epoch 4 is over"))
    to.step()
    assert box.letters[0][1] == "Lockstep, critical: Lease lost: this engine has the account no more"
    assert box.bodies == ["This engine stops sending and ends (lease): epoch 4 is over"]


def test_a_message_says_the_count_when_its_window_closes_and_so_does_the_document() -> None:
    box, clock = Letterbox(), ManualClock()
    to, journal = sender(box, clock), MemoryJournal(clock)
    desk = AlertDesk("paper-test", clock, journal, [to])
    for _ in range(3):
        desk.tell("broker_away", "x", "The broker does not answer")
    to.step()
    clock.advance(60)
    desk.count()
    to.step()
    assert box.bodies == [
        "The broker does not answer",
        "The broker does not answer … and 2 more in the last minute",
    ]
    assert [each.count for each in written(journal)] == [1, 1, 3, 3]


def test_a_batch_loses_its_repeated_alerts_and_nothing_else() -> None:
    clock = ManualClock()
    desk = AlertDesk("paper-test", clock, MemoryJournal(clock), [])
    other = PublishRecord(7, alert(subject="another day"))
    batch = [PublishRecord(7, alert()), other, PublishRecord(7, alert())]
    assert desk.admit(batch) == batch[:2]
    assert desk.admit([PublishRecord(8, alert())]) == []


def test_what_the_core_raises_leaves_by_the_session_while_nothing_reaches_the_store() -> None:
    box, clock = Letterbox(), ManualClock()
    to = sender(box, clock)
    journal, household = begin()
    desk = AlertDesk(SPEC.account_id, clock, journal, [to])
    life = Life(ListFeed(), journal, household, spec=SPEC, alerts=desk).begin()
    life.session.step(HaltChanged(True, "a person"))
    life.session.step(EntriesHeld("The disk is full"))
    to.step()
    assert box.bodies == ["Entries are halted: a person\nEntries are held: The disk is full"]
    assert [each.kind for each in written(journal)][:2] == ["halt", "held"], "written first"


def test_an_alert_of_the_runtime_is_dated_by_the_markets_clock() -> None:
    clock = ManualClock()
    journal = MemoryJournal(clock)
    desk = AlertDesk("a", clock, journal, [])
    desk.tell("dead_letter", "1", "before the market is known")
    desk.market_at = lambda: 1_772_433_000_000_000
    desk.tell("dead_letter", "2", "after")
    assert [each.at for each in written(journal)] == [instant_of(clock.now()), 1_772_433_000_000_000]


def test_a_kind_that_is_not_registered_is_an_error_of_ours() -> None:
    clock = ManualClock()
    assert "nonsense" not in KINDS
    with pytest.raises(KeyError):
        AlertDesk("a", clock, MemoryJournal(clock), []).tell("nonsense", "", "")
