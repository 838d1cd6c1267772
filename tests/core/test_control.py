"""What people want is carried out: bots that come, change and go, commands, halts, policies."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.domain.account import Desired
from engine.domain.effects import CancelOrder
from engine.domain.events import (
    BotChanged,
    BotRemoved,
    ClockTicked,
    CommandReceived,
    FillReceived,
    HaltChanged,
    OrderRejected,
    PolicyChanged,
    SessionOpened,
)
from engine.domain.order import ExitReason, OrderState
from engine.domain.records import (
    BotForgotten,
    BotStatusRecord,
    CommandResult,
    PositionRecord,
)
from engine.domain.risk import RiskPolicy
from engine.domain.signal import SignalType
from engine.simulation.fill_model import FillModel
from tests.builders.market import tick
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import TUESDAY, at, session

BUY, SELL = SignalType.BUY, SignalType.SELL
SPEC = bot(strategy="script", quantity=10)


def trading(script: dict[str, SignalType], model: FillModel | None = None, **options: Any) -> Books:
    closes = {at(clock): signal for clock, signal in script.items()}
    return paper_loop((SPEC,), make_strategy=scripted({"script": closes}, **options), model=model)


def holding(model: FillModel | None = None, **script: SignalType) -> Books:
    """Ten bought at 09:30."""
    books = trading({"09:30": BUY}, model)
    books.step(tick("09:29:50", 500), tick("09:30", 500))
    return books


def command(books: Books, kind: str, **arguments: str) -> CommandResult:
    books.step(CommandReceived(f"c{len(books.effects)}", kind, arguments))
    return books.all(CommandResult)[-1]


def status(books: Books) -> BotStatusRecord:
    return books.all(BotStatusRecord)[-1]


def test_a_deleted_bot_closes_what_it_holds_and_is_forgotten_then() -> None:
    books = holding()
    books.step(BotRemoved("alpha"))
    assert books.all(BotForgotten) == []
    books.step(tick("09:30:05", 501))
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.MANUAL]
    assert [record.bot_id for record in books.all(BotForgotten)] == ["alpha"]
    books.step(ClockTicked(at("09:40")))
    assert [e.record for e in books.effects if e.record.document_id == "alpha"][-1] == BotForgotten("alpha")


def test_a_deleted_bot_that_holds_nothing_is_forgotten_at_once() -> None:
    books = trading({})
    books.step(BotRemoved("alpha"), BotRemoved("alpha"), BotRemoved("nobody"))
    assert len(books.all(BotForgotten)) == 1
    assert books.state.bots == {}


def test_a_deleted_bots_entry_that_waits_is_taken_back_and_buys_nothing() -> None:
    books = trading({"09:30": BUY})
    books.step(tick("09:29:50", 500), ClockTicked(at("09:30")), BotRemoved("alpha"))
    assert [order.state for order in books.orders] == [OrderState.CANCELLED]
    assert len(books.all(BotForgotten)) == 1
    books.step(tick("09:30:10", 500))
    assert books.fills == []


def test_a_bot_deleted_overnight_closes_when_the_market_lets_it() -> None:
    books = holding()
    books.step(ClockTicked(at("15:30")), BotRemoved("alpha"))
    tuesday = session(TUESDAY)
    books.step(SessionOpened(tuesday, tuesday.open_at))
    for clock in ("09:15:10", "09:16:10", "09:16:20"):
        books.step(tick(clock, 505, day=TUESDAY))
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.MANUAL]
    assert len(books.all(BotForgotten)) == 1


def test_what_a_fill_that_won_the_race_gives_a_deleted_bot_is_sold_at_the_next_minute() -> None:
    books = trading({"09:30": BUY})
    books.step(tick("09:29:50", 500), ClockTicked(at("09:30")))
    engine, (order,) = books.loop.engine, books.orders
    (asked,) = [effect for effect in engine.process(BotRemoved("alpha")) if isinstance(effect, CancelOrder)]
    books.loop.venue.cancel(asked)  # this venue's answer is lost: it had filled the order already
    engine.process(FillReceived(order.order_id, "race", order.quantity, Decimal(500), at("09:30:01")))
    books.step(tick("09:30:50", 500), tick("09:31", 500), tick("09:31:01", 500))
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.MANUAL]
    assert len(books.all(BotForgotten)) == 1


def test_flatten_closes_everything_and_takes_entries_back() -> None:
    books = trading({"09:30": BUY, "09:31": BUY})
    books.step(tick("09:29:50", 500), tick("09:30", 500), tick("09:30:50", 500), ClockTicked(at("09:31")))
    result = command(books, "flatten")
    assert result.state == "done"
    books.step(tick("09:31:05", 501), tick("09:31:06", 501))
    entry, waiting, exit_ = books.orders
    assert (entry.state, waiting.state, exit_.state) == (OrderState.FILLED, OrderState.CANCELLED, OrderState.FILLED)
    assert result.result == {"orders": exit_.order_id}
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.KILL]
    assert len(books.state.portfolio) == 0


def test_a_position_is_closed_by_hand_once() -> None:
    books = holding()
    first = command(books, "close_position", bot_id="alpha", symbol="ACME")
    again = command(books, "close_position", bot_id="alpha", symbol="ACME")
    assert (first.state, first.result) == ("done", {"order_id": books.orders[-1].order_id})
    assert again.result == {"reason": "an exit of this position is already on its way"}
    books.step(tick("09:30:05", 501))
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.MANUAL]
    assert command(books, "close_position", bot_id="alpha", symbol="ACME").state == "failed"


def test_an_open_order_is_cancelled_by_hand_and_a_finished_one_is_not() -> None:
    books = trading({"09:30": BUY})
    books.step(tick("09:29:50", 500), ClockTicked(at("09:30")))
    identity = books.orders[0].order_id
    assert command(books, "cancel_order", order_id=identity).state == "done"
    assert (books.orders[0].state, books.orders[0].reason) == (OrderState.CANCELLED, "cancelled by hand")
    assert command(books, "cancel_order", order_id=identity).state == "failed"


def test_an_unknown_command_fails_and_says_so() -> None:
    assert command(trading({}), "dance").result == {"reason": "unknown command dance"}


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        (bot(symbols=("NOBODY",)), "NOBODY is not traded here"),
        (bot(strategy="astrology"), "unknown strategy 'astrology'"),
        (bot(buy_at=300), "at most 100"),
    ],
)
def test_a_spec_that_cannot_run_is_shown_as_the_bots_error_and_heals_with_the_next(spec: Any, says: str) -> None:
    books = paper_loop((spec,))
    assert status(books).state == "error"
    assert says in (status(books).blocking_detail or "")
    assert status(books).can_trade is False
    books.step(tick("09:20", 500), tick("09:21", 500), BotChanged(bot(), Desired.RUNNING, 2))
    assert (status(books).state, status(books).observed_generation) == ("warming", 2)


def test_another_spec_keeps_the_days_counters_and_the_cooldown() -> None:
    books = trading({"09:30": BUY, "09:40": BUY}, cooldown_s=900)
    books.step(tick("09:29:50", 500), tick("09:30", 500))
    changed = bot(strategy="script", quantity=20)
    books.step(BotChanged(changed, Desired.RUNNING, 2), tick("09:39:50", 500), tick("09:40", 500))
    assert [signal.blocking_reason for signal in books.signals] == [None, "cooldown"]
    assert (status(books).signals_today, status(books).orders_today) == (2, 1)


def test_a_new_policy_is_in_force_at_the_next_entry() -> None:
    books = trading({"09:30": BUY, "09:31": BUY})
    books.step(tick("09:29:50", 500), tick("09:30", 500))
    books.step(PolicyChanged(RiskPolicy(notional_min=Decimal(6_000))), tick("09:30:50", 500), tick("09:31", 500))
    assert [signal.blocking_reason for signal in books.signals] == [None, "minimum_notional"]


def test_a_persons_resume_does_not_lift_a_broken_invariant_before_it_was_compared() -> None:
    books = holding()
    filled = books.fills[0].order_id
    books.step(OrderRejected(filled, "after it was filled", at("09:31")))
    assert books.account.trading_state == "HALTED"
    assert filled in (books.account.halted_reason or "")
    assert [alert.severity for alert in books.alerts] == ["critical"]
    books.step(HaltChanged(False, ""))
    assert books.account.trading_state == "HALTED"
    assert [alert.kind for alert in books.alerts] == ["invariant", "resume_refused"]


def test_bots_of_two_timeframes_are_judged_narrowest_first_whoever_came_first() -> None:
    """One position is allowed and both bots want it at the same close: the same one must get it."""
    scripts = {"script": {at("09:30"): BUY}}
    specs = [bot("alpha", strategy="script", timeframe="3m", quantity=10), bot("beta", strategy="script", quantity=10)]
    answers = []
    for order in (specs, specs[::-1]):
        books = paper_loop(order, make_strategy=scripted(scripts))
        books.step(PolicyChanged(RiskPolicy(positions_max=1)), tick("09:29:50", 500), tick("09:30", 500))
        answers.append([(signal.bot_id, signal.blocking_reason) for signal in books.signals])
    assert answers[0] == answers[1] == [("beta", None), ("alpha", "positions")]


def test_a_bots_counters_begin_anew_with_the_day() -> None:
    books = holding()
    books.step(ClockTicked(at("15:30")))
    assert status(books).orders_today > 0
    tuesday = replace(session(TUESDAY), flatten_at=None)
    books.step(
        SessionOpened(tuesday, tuesday.open_at), tick("09:15:10", 500, day=TUESDAY), tick("09:16:10", 500, day=TUESDAY)
    )
    assert (status(books).signals_today, status(books).orders_today, status(books).charges_day) == (0, 0, 0)


def test_one_symbols_indicators_are_shared_by_the_bots_of_a_timeframe() -> None:
    books = paper_loop((bot("alpha"), bot("beta"), bot("gamma", timeframe="5m")))
    assert list(books.state.series["ACME"]) == ["1m", "5m"]


def test_a_halt_takes_entries_back_that_are_on_their_way() -> None:
    books = trading({"09:30": BUY})
    books.step(tick("09:29:50", 500), ClockTicked(at("09:30")), HaltChanged(True, "lunch"), tick("09:30:10", 500))
    assert [(order.state, order.reason) for order in books.orders] == [(OrderState.CANCELLED, "entries are halted")]
    assert books.fills == []


def test_new_exits_hold_for_what_is_held_already() -> None:
    books = holding()
    books.step(BotChanged(bot(strategy="script", quantity=10, stop="1"), Desired.RUNNING, 2))
    assert books.all(PositionRecord)[-1].stop_price == Decimal("495.00")
    books.step(tick("09:30:10", 494), tick("09:30:11", 494))
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.STOP]
