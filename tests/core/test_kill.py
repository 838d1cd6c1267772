"""A kill proves each of its steps by the broker's own words, whatever the broker refuses and in whatever order."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.core.kill_proofs import TRIES_MAX
from engine.domain.events import (
    FillReceived,
    KillAsked,
    KillReviewed,
    OrderAccepted,
    OrderCancelled,
    OrderUnknown,
)
from engine.domain.order import ExitReason, OrderState, Purpose
from engine.domain.records import AlertRecord, KillState, KillStepName, Proof, SignalRecord
from tests.core.slow_venue import ASKED, FLATTEN, HELD, KILL, SlowDesk, a_minute_later, busy

D = Decimal


def test_a_kill_of_twenty_orders_and_ten_positions_on_a_slow_venue_that_refuses_one_cancel_leaves_nothing() -> None:
    desk = busy(parted=True)
    entries = [order for order in desk.state.open_orders() if order.purpose is Purpose.ENTRY]
    assert (len(desk.state.open_orders()), len(desk.state.portfolio)) == (20, 10)
    desk.refusals[entries[3].order_id] = 1
    desk.take(FLATTEN)
    assert (desk.step(0).state, desk.step(1).done, desk.step(2).done) == (Proof.DONE, 0, 0)
    desk.settle()
    assert (desk.state.open_orders(), len(desk.state.portfolio), desk.working) == ([], 0, {})
    counted = [(step.step, step.state, step.total, step.done, step.failed) for step in desk.kill.steps]
    assert counted == [
        (KillStepName.ENTRIES_BLOCKED, Proof.DONE, 1, 1, 0),
        (KillStepName.ORDERS_CANCELLED, Proof.DONE, 18, 18, 0),
        (KillStepName.POSITIONS_FLATTENED, Proof.DONE, 10, 10, 0),
    ]
    assert {item.subject for item in desk.step(1).items} == {order.order_id for order in entries}
    assert {item.subject for item in desk.step(2).items} == {f"alpha_{symbol}" for symbol in HELD}
    refused = next(item for item in desk.step(1).items if item.tries)
    assert (refused.subject, refused.tries, refused.state) == (entries[3].order_id, 1, Proof.DONE)
    assert desk.kill.state is KillState.DONE
    assert len(desk.alerts("kill")) == 1
    assert len(desk.alerts("kill_step")) == 3
    assert desk.alerts("kill_failed") == []
    told = [record.alert_id for record in desk.records if isinstance(record, AlertRecord)]
    assert len(told) == len(set(told))


@pytest.mark.parametrize("seed", range(25))
def test_in_whatever_order_the_venue_answers_nothing_is_left_and_nothing_is_sold_twice(seed: int) -> None:
    desk = busy(seed, parted=True)
    desk.refusals = {name: desk.chance.randrange(3) for name in desk.working}
    desk.rejections = {symbol: desk.chance.randrange(2) for symbol in HELD}
    desk.take(FLATTEN)
    for number in range(8):
        for _ in range(desk.chance.randrange(40) if number < 4 else 1_000):
            desk.tell()
        a_minute_later(desk)
    assert (desk.state.open_orders(), len(desk.state.portfolio), desk.working) == ([], 0, {})
    assert desk.kill.state is KillState.DONE


def test_a_kill_without_flattening_leaves_positions_and_what_closes_them() -> None:
    desk = busy()
    desk.take(KILL)
    desk.settle()
    assert [step.step for step in desk.kill.steps] == ["entries_blocked", "orders_cancelled"]
    assert desk.kill.state is KillState.DONE
    assert len(desk.state.portfolio) == 8  # two exits were at work, and have filled


def test_two_kills_are_one_and_the_second_may_add_the_positions() -> None:
    desk = busy()
    desk.take(KILL)
    asked = len(desk.cancels)
    desk.take(KILL)
    assert (len(desk.cancels), len(desk.alerts("kill"))) == (asked, 1)
    desk.take(KillAsked("by another", True, "bob", 2_000))
    assert (desk.kill.by, desk.kill.reason, desk.kill.flatten) == ("ann", "odd prices", True)
    assert len(desk.alerts("kill")) == 2
    desk.settle()
    assert (desk.kill.state, len(desk.state.portfolio)) == (KillState.DONE, 0)


def test_a_cancel_that_the_broker_refuses_for_good_is_shown_as_failed_and_the_rest_goes_on() -> None:
    desk = busy()
    stuck = desk.state.open_orders()[-1]
    desk.refusals[stuck.order_id] = 99
    desk.take(FLATTEN)
    desk.settle()
    for _ in range(TRIES_MAX + 3):
        desk.take(KillReviewed())
        desk.settle()
    assert desk.cancels.count(stuck.order_id) == TRIES_MAX
    step = desk.step(1)
    assert (step.state, step.done, step.failed) == (Proof.FAILED, 17, 1)
    assert (desk.step(2).state, desk.kill.state) == (Proof.DONE, KillState.RUNNING)
    (text,) = desk.alerts("kill_failed")
    assert "refused 5 times to cancel it (busy)" in text
    assert "Cancel it at the broker" in text
    desk.take(desk.fill(desk.working[stuck.order_id].order, D(100)))  # it trades after all
    desk.settle()
    assert (desk.kill.state, desk.step(1).done, len(desk.state.portfolio)) == (KillState.DONE, 18, 0)
    assert len(desk.alerts("kill_failed")) == 1


def test_a_kill_asked_again_tries_what_had_failed() -> None:
    desk = busy()
    stuck = desk.state.open_orders()[-1]
    desk.refusals[stuck.order_id] = TRIES_MAX
    desk.take(KILL)
    for _ in range(TRIES_MAX):
        desk.settle()
        desk.take(KillReviewed())
    assert desk.step(1).failed == 1
    desk.take(KILL)
    desk.settle()
    assert desk.kill.state is KillState.DONE


def test_an_exit_that_the_broker_rejects_is_tried_again_then_shown_as_failed() -> None:
    desk = busy()
    desk.rejections[HELD[5]] = 99
    desk.take(FLATTEN)
    for _ in range(TRIES_MAX + 3):
        desk.settle()
        a_minute_later(desk)
    step = desk.step(2)
    assert (step.state, step.done, step.failed) == (Proof.FAILED, 9, 1)
    exits = [o for o in desk.sent if o.symbol == HELD[5] and o.purpose is Purpose.EXIT]
    assert len(exits) == TRIES_MAX
    (text,) = desk.alerts("kill_failed")
    assert "the broker rejected 5 closing orders" in text


def test_what_an_entry_still_fills_after_the_exit_was_sent_is_closed_as_well() -> None:
    desk = SlowDesk().open()
    desk.buy(HELD[:1], filled=True)
    (entry,) = desk.buy(HELD[:1], filled=False)
    desk.take(FLATTEN)
    desk.take(FillReceived(entry.order_id, "F-40", D(40), D(500), desk.state.now))
    desk.settle()
    exits = [order.quantity for order in desk.sent if order.purpose is Purpose.EXIT]
    assert exits == [D(100), D(40)]
    assert (len(desk.state.portfolio), desk.kill.state) == (0, KillState.DONE)
    assert all(order.exit_reason is ExitReason.KILL for order in desk.sent if order.purpose is Purpose.EXIT)


def test_an_entry_without_an_answer_keeps_the_kill_open_until_the_broker_speaks() -> None:
    desk = SlowDesk().open()
    (entry,) = desk.buy(ASKED[:1], filled=False)
    order = desk.state.orders[entry.order_id]
    order.state = OrderState.IN_FLIGHT
    desk.take(OrderUnknown(entry.order_id, "timed out", desk.state.now))
    desk.take(KILL)
    assert (desk.step(1).state, desk.cancels) == (Proof.RUNNING, [])
    desk.take(OrderAccepted(entry.order_id, "V-1", desk.state.now))
    assert desk.cancels == [entry.order_id]
    desk.settle()
    assert desk.kill.state is KillState.DONE


def test_while_killed_no_entry_is_made_and_the_signal_says_why() -> None:
    desk = SlowDesk().open()
    desk.take(KILL)
    desk.buy(ASKED[:2], filled=False)
    assert desk.sent == []
    signal = [record for record in desk.records if isinstance(record, SignalRecord)][-1]
    assert (signal.outcome, signal.blocking_reason, signal.blocking_detail) == ("blocked", "kill", "Killed: odd prices")


def test_a_closing_order_that_the_venue_ends_at_once_goes_anew_with_the_review_and_not_before() -> None:
    desk = SlowDesk().open()
    desk.buy(HELD[:1], filled=True)
    desk.take(FLATTEN)
    for number in range(1, 4):
        exits = [order for order in desk.sent if order.purpose is Purpose.EXIT]
        assert len(exits) == number
        desk.working.clear()
        desk.waiting.clear()
        desk.take(OrderCancelled(exits[-1].order_id, "nobody buys", desk.state.now))
        assert len([order for order in desk.sent if order.purpose is Purpose.EXIT]) == number
        desk.take(KillReviewed())
    desk.settle()
    assert len(desk.state.portfolio) == 0
