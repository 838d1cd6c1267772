"""A bot that is paused, stopped or in error makes no entry: what it has at work at a limit is taken back, too."""

from __future__ import annotations

import pytest

from engine.domain.account import Desired
from engine.domain.effects import SubmitOrder
from engine.domain.events import BotChanged, CancelRefused, FillReceived
from engine.domain.instant import SECOND
from engine.domain.order import OrderState, Purpose
from tests.core.leg_desk import D, LegDesk, leg_desk


def change(made: LegDesk, desired: Desired, generation: int = 2) -> None:
    made.take(BotChanged(made.engine.state.bots["alpha"].spec, desired, generation))


def cancelled(made: LegDesk) -> list[str]:
    return [cancel.order_id for cancel in made.cancels]


def at_work() -> tuple[LegDesk, SubmitOrder]:
    made = leg_desk(replace_after_s=600)
    return made, made.enter()


@pytest.mark.parametrize("desired", [Desired.PAUSED, Desired.STOPPED])
def test_the_entry_of_a_bot_that_is_stopped_is_taken_back_and_not_tried_again(desired: Desired) -> None:
    made, order = at_work()
    change(made, desired)
    assert cancelled(made) == [order.order_id]
    assert made.cancels[0].reason == f"the bot is {desired.value}"
    made.cancelled(order)
    made.pass_minute(times=3)
    change(made, Desired.RUNNING, 3)
    made.pass_minute(times=3)
    assert made.sent == [order]


def test_an_entry_without_an_answer_is_taken_back_as_soon_as_the_broker_has_it() -> None:
    made = leg_desk()
    made.pass_minute()
    (order,) = made.sent
    change(made, Desired.PAUSED)
    assert cancelled(made) == []
    made.accept(order)
    assert cancelled(made) == [order.order_id]


def test_a_refused_cancellation_is_asked_for_again_at_the_next_minute() -> None:
    made, order = at_work()
    change(made, Desired.PAUSED)
    made.take(CancelRefused(order.order_id, "busy", made.now))
    made.pass_minute()
    assert cancelled(made) == [order.order_id] * 2
    assert made.engine.state.orders[order.order_id].state is OrderState.CANCEL_REQUESTED


def test_the_entry_of_a_bot_whose_strategy_failed_is_taken_back() -> None:
    made, order = at_work()
    made.engine.state.bots["alpha"].error = "The strategy failed on ACME"
    made.pass_minute()
    assert cancelled(made) == [order.order_id]


def test_the_exit_of_a_paused_bot_goes_on() -> None:
    made = leg_desk()
    made.hold()
    slow = made.leave()
    change(made, Desired.PAUSED)
    assert cancelled(made) == []
    made.pass_minute()
    made.cancelled(slow)
    assert made.sent[-1].purpose is Purpose.EXIT
    assert made.sent[-1].order_id != slow.order_id
    made.take(FillReceived(made.sent[-1].order_id, "out", D(100), D(490), made.now + SECOND))
    assert len(made.engine.state.portfolio) == 0
