"""A kill stands over restarts and until a person lifts it, which only what is proven allows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.account import TradingState
from engine.domain.events import (
    FillReceived,
    KillAsked,
    KillReviewed,
    KillSwitchRemoved,
)
from engine.domain.instant import SECOND
from engine.domain.records import AlertRecord, KillState
from tests.builders.market import tick
from tests.core.slow_venue import ASKED, FLATTEN, HELD, KILL, RESUME, START, SlowDesk, busy

D = Decimal


def test_a_resume_is_refused_in_words_until_every_step_is_done_and_then_lifts_the_kill() -> None:
    desk = busy()
    desk.take(FLATTEN)
    desk.take(RESUME)
    (refused,) = desk.alerts("resume_refused")
    assert refused.startswith("The kill is not done yet: BUY 100 HELD2 of alpha: the broker is asked to cancel it")
    assert refused.endswith("and 15 more")
    assert desk.account.trading_state is TradingState.HALTED
    desk.settle()
    desk.take(RESUME)
    assert (desk.account.kill, desk.account.trading_state) == (None, TradingState.ACTIVE)
    assert len(desk.alerts("kill_lifted")) == 1
    before = len(desk.sent)
    desk.buy(ASKED[:2], filled=False)
    assert len(desk.sent) == before + 2


def test_a_kill_by_the_file_is_not_lifted_while_the_file_is_there_nor_by_its_removal() -> None:
    desk = SlowDesk().open()
    desk.take(KillAsked("the file KILL_SWITCH", False, "file", 1_000))
    desk.take(RESUME)
    assert desk.alerts("resume_refused") == ["The file KILL_SWITCH is still there: remove it, then resume"]
    desk.take(KillSwitchRemoved())
    assert (desk.kill.switch, desk.account.trading_state) == (False, TradingState.HALTED)
    desk.take(RESUME)
    assert desk.state.kill is None


@pytest.mark.parametrize("told", [0, 1, 7, 15, 30, 45])
def test_a_restart_in_the_middle_goes_on_where_it_was(told: int) -> None:
    desk = busy(seed=told, parted=True)
    refused = desk.state.open_orders()[5].order_id
    desk.refusals[refused] = 1
    desk.take(FLATTEN)
    for _ in range(told):
        desk.tell()
    done_before = [step.done for step in desk.kill.steps]
    desk.restart()
    assert desk.state.breaker.halted == "Killed: odd prices"
    exits = len(desk.sent)
    desk.take(KillReviewed())
    assert len(desk.sent) == exits  # before the first report an id that the venue knows might be given again
    desk.compared()
    desk.settle()
    desk.take(KillReviewed())
    desk.settle()
    assert [now >= then for now, then in zip([s.done for s in desk.kill.steps], done_before, strict=True)] == [True] * 3
    assert (desk.kill.state, [step.total for step in desk.kill.steps]) == (KillState.DONE, [1, 18, 10])
    assert (desk.state.open_orders(), len(desk.state.portfolio), desk.working) == ([], 0, {})
    told_alerts = [r.alert_id for r in desk.records if isinstance(r, AlertRecord) and r.kind.startswith("kill")]
    assert len(told_alerts) == len(set(told_alerts)) == 4


def test_a_cancellation_that_was_lost_with_the_engine_is_asked_for_again() -> None:
    desk = SlowDesk().open()
    (entry,) = desk.buy(ASKED[:1], filled=False)
    desk.take(KILL)
    desk.waiting.clear()  # the request never left
    desk.restart()
    assert len(desk.cancels) > 1
    assert set(desk.cancels) == {entry.order_id}
    desk.take(desk.waiting.pop())
    assert desk.kill.state is KillState.DONE


def test_a_kill_that_is_done_runs_again_when_something_comes_to_light() -> None:
    desk = SlowDesk().open()
    desk.buy(HELD[:1], filled=True)
    (entry,) = desk.buy(ASKED[:1], filled=False)
    desk.take(FLATTEN)
    desk.settle()
    assert desk.kill.state is KillState.DONE
    late = FillReceived(entry.order_id, "F-late", D(60), D(500), desk.state.now)
    desk.take(late)  # it was filled before it was cancelled, and is told of after
    assert (desk.kill.state, desk.step(2).total) == (KillState.RUNNING, 2)
    desk.settle()
    assert (desk.kill.state, len(desk.state.portfolio)) == (KillState.DONE, 0)
    assert len(desk.alerts("kill_step")) == 3


def test_the_market_time_of_a_kill_is_that_of_the_newest_price() -> None:
    desk = SlowDesk().open()
    desk.take(tick(START + 30 * SECOND, "500", ASKED[0]))
    desk.take(KILL)
    assert desk.kill.at == START + 30 * SECOND
