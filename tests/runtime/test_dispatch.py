"""Orders leave once, after they were written down, and what no answer came to is asked for until the venue says."""

from __future__ import annotations

from dataclasses import replace

from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder
from engine.domain.errors import BackPressure, OutcomeUnknown
from engine.domain.events import (
    CancelRefused,
    FillReceived,
    OrderAccepted,
    OrderCancelled,
    OrderDispatched,
    OrderExpired,
    OrderUnknown,
)
from engine.domain.order import Purpose
from engine.outbox.memory import MemoryJournal
from engine.runtime.outgoing import in_the_journal
from tests.runtime.broker_desk import AT, BrokerDesk, ScriptedVenue, listed, order

LOST = OutcomeUnknown("no answer")
CANCEL = CancelOrder("ONE", AT, "the position is being closed", False, "V-ONE")


def kinds(told: list[object]) -> list[type]:
    return [type(event) for event in told]


def test_an_order_is_sent_once_and_its_answer_told() -> None:
    desk = BrokerDesk()
    assert kinds(desk.ask(order()).step()) == [OrderDispatched, OrderAccepted]
    assert kinds(desk.step(3600)) == []
    assert desk.calls("submit") == ["ONE"]


def test_nothing_is_sent_before_it_is_written_down() -> None:
    desk = BrokerDesk()
    seen: list[tuple[float, list[tuple[str, str]]]] = []

    class Watched(MemoryJournal):
        def flush(self, timeout_s: float) -> bool:
            seen.append((timeout_s, list(desk.venue.calls)))
            return super().flush(timeout_s)

    desk.written = in_the_journal(Watched(desk.clock))([])
    desk.ask(order()).step()
    assert seen == [(5.0, [])]
    assert desk.calls("submit") == ["ONE"]


def test_what_can_not_be_written_down_is_not_sent_and_expires_with_the_reason() -> None:
    desk = BrokerDesk()

    def never(timeout_s: float) -> None:
        raise OutcomeUnknown(f"not on disk within {timeout_s:g} s")

    desk.written = never
    (told,) = desk.ask(order()).step()
    assert told == OrderExpired(
        "ONE", "not sent: it could not be written down (not on disk within 5 s)", AT, unsent=True
    )
    assert desk.venue.calls == []


def test_cancellations_go_before_exits_and_exits_before_entries() -> None:
    desk = BrokerDesk()
    desk.ask(order("E1"), order("X1", Purpose.EXIT), order("E2"), CANCEL, order("X2", Purpose.EXIT)).step()
    assert [identity for _, identity in desk.venue.calls] == ["ONE", "X1", "X2", "E1", "E2"]


def test_an_entry_that_waited_too_long_behind_others_is_not_sent_but_an_exit_is() -> None:
    desk = BrokerDesk()
    desk.ask(order("E1"), order("X1", Purpose.EXIT))
    told = desk.step(10.1)
    assert desk.calls("submit") == ["X1"]
    assert OrderExpired("E1", "not sent: it waited too long behind others", AT, unsent=True) in told


def test_an_entry_that_was_decided_before_a_kill_does_not_leave_after_it_but_an_exit_does() -> None:
    desk = BrokerDesk()
    desk.outgoing.barred = "Killed: odd prices"
    told = desk.ask(order("IN"), order("OUT", Purpose.EXIT)).step()
    assert desk.calls("submit") == ["OUT"]
    assert OrderExpired("IN", "not sent: Killed: odd prices", AT, unsent=True) in told


def test_an_order_without_an_answer_is_unknown_never_rejected_and_never_sent_again() -> None:
    desk = BrokerDesk(ScriptedVenue())
    desk.venue.on_submit.append(LOST)
    assert kinds(desk.ask(order()).step()) == [OrderDispatched, OrderUnknown]
    desk.until(lambda: isinstance(desk.told[-1], OrderExpired), 120)
    assert desk.calls("submit") == ["ONE"]


def test_absence_is_believed_after_sixty_seconds_and_two_answers_in_a_row() -> None:
    desk = BrokerDesk()
    desk.venue.on_submit.append(LOST)
    desk.ask(order()).step()
    passed = desk.until(lambda: isinstance(desk.told[-1], OrderExpired), 120)
    assert 60 <= passed <= 75
    assert desk.told[-1] == OrderExpired("ONE", "never reached the broker", AT)


def test_of_an_order_that_was_decided_before_the_venues_book_began_absence_is_never_believed() -> None:
    desk = BrokerDesk(ScriptedVenue(since=AT + 1))
    desk.dispatch.begin({"ONE": AT, "TWO": AT + 1})
    for _ in range(90):
        desk.step(1.0)
    assert desk.told == [OrderExpired("TWO", "never reached the broker", AT)]
    asked = len(desk.calls("find"))
    for _ in range(90):
        desk.step(1.0)
    assert len(desk.calls("find")) == asked, "a book that can't know is not asked for ever: reports judge the order"
    assert len(desk.calls("find")) >= 2
    found = len(desk.calls("find"))
    desk.step(600)
    assert len(desk.calls("find")) == found, "it is not asked about any more"


def test_an_answer_that_fails_breaks_the_row() -> None:
    desk = BrokerDesk()
    desk.venue.on_submit.append(LOST)
    desk.venue.on_find.extend([None, LOST] * 200)
    desk.ask(order()).step()
    for _ in range(300):
        desk.step(1)
    assert kinds(desk.told) == [OrderDispatched, OrderUnknown]


def test_the_first_look_is_after_a_second_and_waits_double_up_to_fifteen() -> None:
    desk = BrokerDesk()
    desk.venue.on_submit.append(LOST)
    desk.venue.on_find.extend([LOST] * 50)
    desk.ask(order()).step()
    looked, before = [], 0
    for second in range(1, 80):
        desk.step(1)
        if len(desk.calls("find")) > before:
            before = len(desk.calls("find"))
            looked.append(second)
    assert looked[:7] == [1, 3, 7, 15, 30, 45, 60]


def test_an_order_that_is_found_is_adopted_as_listed_with_its_fills() -> None:
    desk = BrokerDesk()
    desk.venue.on_submit.append(LOST)
    desk.venue.on_find.append(listed("ONE", VenueState.CANCELLED, filled=40))
    desk.ask(order()).step()
    told = desk.step(1)
    assert kinds(told) == [OrderAccepted, FillReceived, OrderCancelled]
    assert isinstance(told[1], FillReceived)
    assert (told[1].venue_fill_id, told[1].quantity) == ("F-ONE", 40)


def test_an_order_that_certainly_did_not_leave_expires_at_once() -> None:
    desk = BrokerDesk()
    desk.venue.on_submit.append(BackPressure("can't be reached"))
    assert desk.ask(order()).step()[-1] == OrderExpired("ONE", "not sent: can't be reached", AT, unsent=True)


def test_an_exit_that_did_not_leave_is_given_up_a_little_later_so_that_ticks_do_not_send_hundreds() -> None:
    desk = BrokerDesk()
    desk.venue.on_submit.append(BackPressure("can't be reached"))
    assert kinds(desk.ask(order("X", Purpose.EXIT)).step()) == [OrderDispatched]
    assert desk.step(4.9) == []
    assert kinds(desk.step(0.2)) == [OrderExpired]


def test_a_cancellation_without_an_answer_is_asked_for_again_while_the_order_works() -> None:
    desk = BrokerDesk()
    desk.venue.on_cancel.extend([LOST, LOST])
    desk.venue.on_find.extend([listed("ONE", VenueState.WORKING)] * 2 + [listed("ONE", VenueState.CANCELLED)])
    desk.ask(CANCEL).step()
    desk.until(lambda: any(isinstance(event, OrderCancelled) for event in desk.told), 20)
    assert len(desk.calls("cancel")) >= 2


def test_a_cancellation_that_is_never_answered_is_given_up_after_a_minute() -> None:
    desk = BrokerDesk()
    desk.venue.on_cancel.extend([LOST] * 50)
    desk.venue.on_find.extend([listed("ONE", VenueState.WORKING)] * 50)
    desk.ask(CANCEL).step()
    passed = desk.until(lambda: any(isinstance(event, CancelRefused) for event in desk.told), 120)
    assert 60 <= passed <= 76


def test_somebody_elses_order_is_cancelled_without_telling_the_books() -> None:
    desk = BrokerDesk()
    assert desk.ask(replace(CANCEL, order_id="")).step() == []
    assert desk.calls("cancel") == [""]


def test_orders_of_before_a_restart_are_looked_up_at_once_and_believed_absent_a_minute_later() -> None:
    desk = BrokerDesk()
    desk.venue.on_find.append(listed("ONE", VenueState.WORKING))
    desk.dispatch.begin({"ONE": AT, "TWO": AT})
    assert kinds(desk.step()) == [OrderAccepted]
    passed = desk.until(lambda: isinstance(desk.told[-1], OrderExpired), 120)
    assert (desk.told[-1].order_id, passed >= 59) == ("TWO", True)  # type: ignore[union-attr]


def test_open_orders_are_looked_at_when_the_stream_comes_back_and_absence_is_left_to_the_report() -> None:
    desk = BrokerDesk()
    desk.outgoing.begin(["ONE", "TWO"])
    desk.outgoing.look_again()
    desk.venue.on_find.extend([listed("ONE", VenueState.FILLED, filled=100), None])
    assert kinds(desk.step()) == [OrderAccepted, FillReceived]
    assert desk.calls("find") == ["ONE", "TWO"]
    assert desk.step(600) == []


def test_more_entries_than_there_is_room_for_are_left_out_not_queued_for_ever() -> None:
    desk = BrokerDesk()
    entries = [order(f"E{number}") for number in range(1_003)]
    left_out = desk.outgoing.put(entries, desk.written)
    assert [one.order_id for one in left_out] == ["E1000", "E1001", "E1002"]
