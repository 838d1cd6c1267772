"""A rehearsal over a restart, and what a recorded day knows of it: a command and its answer."""

from __future__ import annotations

from decimal import Decimal

from engine.core.engine import Engine
from engine.domain.account import Desired, TradingState
from engine.domain.events import BotChanged, MarketEnded
from engine.domain.order import ExitReason, OrderState
from engine.domain.records import AccountRecord, ClosedTradeRecord, FillRecord, OrderRecord, SignalRecord
from engine.domain.signal import Outcome
from engine.runtime.engine_tap import QueuedTap
from tests.builders.market import tick
from tests.builders.paper import bot
from tests.builders.scripted import scripted
from tests.builders.times import at
from tests.runtime.test_rehearsal import DAY, SCRIPTS, life, result, simulate, steps, told


def test_a_position_survives_a_restart_with_its_stop() -> None:
    one = life(stop="1")
    steps(one, tick("09:26:10", 500), simulate(), tick("09:26:20", 500), tick("09:27:10", 500))
    again = life(one.journal, stop="1")
    assert again.session.rehearsal.awake
    assert not again.state.portfolio.all()
    steps(again, tick("09:28:10", 494), tick("09:28:20", 494))
    (trade,) = told(again, ClosedTradeRecord)
    assert trade.exit_reason is ExitReason.STOP
    gone = told(one, FillRecord) + told(again, FillRecord)
    paid = sum((fill.charges + fill.side.sign * fill.quantity * fill.price for fill in gone), Decimal(0))
    assert told(again, AccountRecord)[-1].cash == 1_000_000 - paid


def test_an_order_on_its_way_at_a_restart_is_cancelled() -> None:
    one = life()
    steps(one, tick("09:26:10", 500), simulate())
    assert told(one, OrderRecord)[-1].state not in (OrderState.FILLED, OrderState.CANCELLED)
    again = life(one.journal)
    steps(again, tick("09:27:10", 500), tick("09:27:20", 500))
    assert told(again, OrderRecord)[-1].state is OrderState.CANCELLED
    assert not told(again, FillRecord)


def test_what_halted_it_is_lifted_by_the_next_signal_that_is_tried() -> None:
    one = life()
    steps(one, tick("09:26:10", 500), simulate("c1"), tick("09:26:20", 500))
    loop = one.session.rehearsal._loop
    assert loop is not None
    loop.engine.state.breaker.halt("something broke")
    steps(one, tick("09:27:10", 500), simulate("c2"))
    assert [signal.outcome for signal in told(one, SignalRecord)] == [Outcome.ORDERED, Outcome.ORDERED]
    assert told(one, AccountRecord)[-1].trading_state is TradingState.ACTIVE


def test_where_a_bot_has_the_copys_name_nothing_is_tried() -> None:
    one = life()
    steps(one, BotChanged(bot("alpha-rehearsal", quantity=10), Desired.RUNNING, 1), tick("09:26:10", 500), simulate())
    state, said = result(one)
    assert (state, "has a bot alpha-rehearsal" in said["reason"]) == ("failed", True)
    assert not told(one, SignalRecord)


def test_at_the_end_of_a_replay_it_is_closed_as_all_else_is() -> None:
    one = life()
    steps(one, tick("09:26:10", 500), simulate("c1"), tick("09:26:20", 500), MarketEnded(at("15:30")))
    (trade,) = told(one, ClosedTradeRecord)
    assert trade.exit_reason in (ExitReason.END, ExitReason.FLATTEN)


def test_a_recorded_day_with_simulated_signals_is_decided_alike() -> None:
    tap = QueuedTap()
    one = life(taps=[tap])
    for number, price in enumerate(DAY):
        steps(one, price)
        if number % 8 == 2:
            steps(one, simulate(f"c{number}"))
    heard = tap.take(100_000)
    again = Engine(one.spec, scripted(SCRIPTS))
    again.state.breaker.await_comparison()  # as a session's
    events = [event for event in heard if not isinstance(event, list | tuple)]
    given = [effect for event in events for effect in again.process(event)]
    assert given == [effect for effects in heard if isinstance(effects, list | tuple) for effect in effects]
    assert len(told(one, FillRecord)) > 3
