"""No exit waits for the answer to an entry, nor to a question: each has a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.events import BrokerEvent
from engine.domain.order import Purpose
from engine.ports import Sighting
from engine.runtime.lookups import LookUps
from tests.runtime.broker_desk import AT, BrokerDesk, ScriptedVenue, order
from tests.runtime.test_last_word import WatchedDesk
from tests.runtime.world import eventually

CANCEL = CancelOrder("REST", AT, "the position is being closed", False, "V-REST")


class Gate(ScriptedVenue):
    """Answers to entries and questions wait until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.open = threading.Event(), threading.Event()

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        if order.purpose is Purpose.ENTRY:
            self._wait()
        return super().submit(order)

    def find(self, client_order_id: str) -> Sighting | None:
        self._wait()
        return super().find(client_order_id)

    def _wait(self) -> None:
        self.asked.set()
        assert self.open.wait(30), "nobody opened it"


@contextmanager
def running(desk: BrokerDesk) -> Iterator[None]:
    """Both lanes, each in its thread."""
    stop = threading.Event()
    lanes = (desk.dispatch.run_exits, desk.dispatch.run_entries)
    threads = [threading.Thread(target=lane, args=(stop,)) for lane in lanes]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


@pytest.mark.parametrize("busy", ["an entry", "a question"])
def test_an_exit_and_a_cancellation_leave_while_another_answer_is_waited_for(busy: str) -> None:
    venue = Gate()
    desk = BrokerDesk(venue)
    if busy == "an entry":
        desk.ask(order("IN"))
    else:
        desk.dispatch.begin(["LOST"])
    with running(desk):
        assert venue.asked.wait(30), "it is under way"
        desk.ask(order("OUT", Purpose.EXIT), CANCEL)
        eventually(lambda: desk.calls("submit") == ["OUT"], "the exit left")
        eventually(lambda: desk.calls("cancel") == ["REST"], "the cancellation left")
        assert not desk.calls("find")
        venue.open.set()
        eventually(lambda: desk.calls("submit" if busy == "an entry" else "find")[-1:] != ["OUT"], "it was answered")
    assert sorted(desk.calls("submit")) == (["IN", "OUT"] if busy == "an entry" else ["OUT"]), "each once"


def test_entries_leave_one_after_the_other() -> None:
    venue = Gate()
    desk = BrokerDesk(venue).ask(order("E1"), order("E2"))
    with running(desk):
        assert venue.asked.wait(30)
        assert desk.calls("submit") == []
        venue.open.set()
        eventually(lambda: desk.calls("submit") == ["E1", "E2"], "both left, in their order")


def look_ups_at(now: float) -> tuple[LookUps, Callable[[], list[str]]]:
    """One order that is due, and who is due a second later."""
    look_ups = LookUps()
    look_ups.add("ONE", now, lost=True, in_s=0.0)
    return look_ups, lambda: [asked.order_id for asked in look_ups.due(now + 1.0)]


def test_a_wish_amid_a_question_is_not_settled_by_the_answer_to_it() -> None:
    look_ups, due = look_ups_at(100.0)
    (asked,) = look_ups.due(100.0)
    look_ups.asking(asked)
    look_ups.add("ONE", 100.0, lost=False, cancel=CANCEL, in_s=1.0)
    look_ups.settled(asked)
    assert due() == ["ONE"]
    assert look_ups.due(100.9) == []


def test_a_wish_amid_a_question_comes_before_the_next_one_that_was_due_anyhow() -> None:
    look_ups, due = look_ups_at(100.0)
    (asked,) = look_ups.due(100.0)
    asked.tries = 10
    look_ups.asking(asked)
    look_ups.add("ONE", 100.0, lost=False, in_s=1.0)
    look_ups.again(asked, 100.0, absent=False)
    assert due() == ["ONE"]


def test_what_is_settled_is_asked_about_no_more() -> None:
    look_ups, due = look_ups_at(100.0)
    (asked,) = look_ups.due(100.0)
    look_ups.asking(asked)
    look_ups.settled(asked)
    assert due() == []


class OneRest(threading.Event):
    """Stops whoever rests once; and whoever asks a hundred times without having rested."""

    asked, rested = 0, 0

    def is_set(self) -> bool:
        self.asked += 1
        return super().is_set() or self.asked > 100

    def wait(self, timeout: float | None = None) -> bool:
        self.rested += 1
        self.set()
        return True


def test_a_lane_rests_while_what_waits_must_not_leave_any_more() -> None:
    """The account is another engine's: to spin would keep the end from the journal and the store."""
    desk = WatchedDesk()
    desk.hold.lost = True
    desk.ask(order("IN"), order("OUT", Purpose.EXIT))
    for lane in (desk.dispatch.run_exits, desk.dispatch.run_entries):
        stop = OneRest()
        lane(stop)
        assert stop.rested == 1
    assert desk.calls("submit") == []
