"""No exit waits for the answer to an entry, to a question, to a cancellation or to another symbol's exit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.events import BrokerEvent, OrderCancelled
from engine.domain.order import Purpose
from engine.ports import Sighting
from engine.runtime.dispatch import HANDS
from engine.runtime.lookups import LookUps
from tests.runtime.broker_desk import AT, BrokerDesk, ScriptedVenue, order
from tests.runtime.watched_desk import WatchedDesk
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
        assert self.open.wait(60), "nobody opened it"


@contextmanager
def running(desk: BrokerDesk) -> Iterator[None]:
    """Every lane, each hand in its thread."""
    stop = threading.Event()
    hands = [desk.dispatch.run_cancels, desk.dispatch.run_exits] * HANDS
    lanes = [*hands, desk.dispatch.run_entries]
    threads = [threading.Thread(target=lane, args=(stop,)) for lane in lanes]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


@pytest.mark.parametrize("busy", ["an entry", "a question"])
def test_an_exit_and_a_cancellation_leave_while_another_answer_is_waited_for(busy: str) -> None:
    venue = Gate()
    desk = BrokerDesk(venue)
    if busy == "an entry":
        desk.ask(order("IN"))
    else:
        desk.dispatch.begin({"LOST": AT})
    with running(desk):
        assert venue.asked.wait(60), "it is under way"
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
        assert venue.asked.wait(60)
        assert desk.calls("submit") == []
        venue.open.set()
        eventually(lambda: desk.calls("submit") == ["E1", "E2"], "both left, in their order")


class Hanging(ScriptedVenue):
    """Of what is named no answer comes until it is opened; how many of each symbol's exits are under way at once."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names, self.open = names, threading.Event()
        self.under_way: list[str] = []
        self.most_at_once = 0

    def cancel(self, order: CancelOrder) -> Sequence[BrokerEvent]:
        told = super().cancel(order)
        self._hang(order.order_id)
        return told

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        self.under_way.append(order.symbol)
        self.most_at_once = max(self.most_at_once, self.under_way.count(order.symbol))
        told = super().submit(order)
        self._hang(order.order_id)
        self.under_way.remove(order.symbol)
        return told

    def _hang(self, name: str) -> None:
        if name in self.names:
            assert self.open.wait(60), "nobody opened it"


TEN = [f"SYMBOL{number}" for number in range(10)]


def test_of_ten_positions_that_are_flattened_one_hanging_cancellation_holds_back_its_own_alone() -> None:
    """Each exit is asked for when the stop of its position is out, as the engine does it."""
    venue = Hanging("STOP-SYMBOL0")
    desk = BrokerDesk(venue)
    with running(desk):
        desk.ask(*(CancelOrder(f"STOP-{symbol}", AT, "the position is being closed") for symbol in TEN))
        eventually(lambda: len(desk.told) == 9, "nine stops are out")
        out = [event.order_id for event in desk.told if isinstance(event, OrderCancelled)]
        symbols = [identity.removeprefix("STOP-") for identity in out]
        desk.ask(*(order(f"EXIT-{symbol}", Purpose.EXIT, symbol=symbol) for symbol in symbols))
        eventually(lambda: len(desk.calls("submit")) == 9, "nine exits left")
        assert "EXIT-SYMBOL0" not in desk.calls("submit")
        venue.open.set()


def test_an_exit_whose_answer_hangs_holds_back_no_other_symbols() -> None:
    venue = Hanging("EXIT-SYMBOL0")
    desk = BrokerDesk(venue)
    with running(desk):
        desk.ask(*(order(f"EXIT-{symbol}", Purpose.EXIT, symbol=symbol) for symbol in TEN))
        eventually(lambda: len(desk.calls("submit")) == 10, "all ten left")
        venue.open.set()


def test_exits_of_one_symbol_leave_one_after_the_other_in_their_order() -> None:
    """Whether another engine has left anything to close counts what went before."""
    venue = Hanging("FIRST")
    desk = BrokerDesk(venue)
    with running(desk):
        desk.ask(*(order(name, Purpose.EXIT) for name in ("FIRST", "SECOND", "THIRD")))
        desk.ask(order("OTHER", Purpose.EXIT, symbol="OTHER"))
        eventually(lambda: "OTHER" in desk.calls("submit"), "another symbol's left")
        assert [name for name in desk.calls("submit") if name != "OTHER"] == ["FIRST"]
        venue.open.set()
        eventually(lambda: len(desk.calls("submit")) == 4, "all left")
    assert [name for name in desk.calls("submit") if name != "OTHER"] == ["FIRST", "SECOND", "THIRD"]
    assert venue.most_at_once == 1


def test_an_order_is_asked_to_be_cancelled_once_at_a_time() -> None:
    venue = Hanging("REST")
    desk = BrokerDesk(venue)
    with running(desk):
        desk.ask(CANCEL, CANCEL, CancelOrder("OTHER", AT, "the day is over"))
        eventually(lambda: "OTHER" in desk.calls("cancel"), "another order's was asked for")
        assert desk.calls("cancel").count("REST") == 1
        venue.open.set()
        eventually(lambda: desk.calls("cancel").count("REST") == 2, "and then the second")


def test_a_cancellation_that_is_asked_for_again_waits_once() -> None:
    desk = BrokerDesk()
    for _ in range(3):
        desk.outgoing.cancel_again(CANCEL)
    desk.step()
    assert desk.calls("cancel") == ["REST"]


def look_ups_at(now: float) -> tuple[LookUps, Callable[[], list[str]]]:
    """One order that is due, and who is due a second later."""
    look_ups = LookUps()
    look_ups.add("ONE", now, lost_at=AT, in_s=0.0)
    return look_ups, lambda: [asked.order_id for asked in look_ups.due(now + 1.0)]


def test_a_wish_amid_a_question_is_not_settled_by_the_answer_to_it() -> None:
    look_ups, due = look_ups_at(100.0)
    (asked,) = look_ups.due(100.0)
    look_ups.asking(asked)
    look_ups.add("ONE", 100.0, cancel=CANCEL, in_s=1.0)
    look_ups.settled(asked)
    assert due() == ["ONE"]
    assert look_ups.due(100.9) == []


def test_a_wish_amid_a_question_comes_before_the_next_one_that_was_due_anyhow() -> None:
    look_ups, due = look_ups_at(100.0)
    (asked,) = look_ups.due(100.0)
    asked.tries = 10
    look_ups.asking(asked)
    look_ups.add("ONE", 100.0, in_s=1.0)
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
    for lane in (desk.dispatch.run_cancels, desk.dispatch.run_exits, desk.dispatch.run_entries):
        stop = OneRest()
        lane(stop)
        assert stop.rested == 1
    assert desk.calls("submit") == []
