"""A signal the other way comes while an entry is on its way: the entry is taken back, and what it fills all the same
is closed, whatever the venue says, in whatever order, and over a restart.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.engine import Engine
from engine.domain.account import Desired
from engine.domain.events import BotChanged, InstrumentListed, SessionOpened
from engine.domain.exits import Exits
from engine.domain.instant import MINUTE
from engine.domain.order import ExitReason, OrderState, Purpose, Side
from engine.domain.records import ClosedTradeRecord, OrderRecord, SignalRecord
from engine.domain.signal import Outcome, SignalType
from tests.builders.copying import follower
from tests.builders.desk import CASH, LOOSE
from tests.builders.market import instrument
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import session
from tests.core.copy_desk import close, copy_desk, fill, held, signals
from tests.core.leg_desk import LIMIT, START, LegDesk
from tests.core.stop_wire import StopWire

D = Decimal


def overtaken(
    *, answered: bool = True, filled: int = 0, exits: Exits | None = None, again: tuple[int, ...] = ()
) -> tuple[StopWire, str]:
    """Ten are bought, `filled` of them unheard, and a minute later the bot sells; at the minutes `again` it buys."""
    wire = StopWire(buys=(1, *again), sells=(2,), exits=exits or Exits())
    wire.close_minute()
    entry = wire.arrive(answered=answered)
    wire.hear()
    if filled:
        wire.fill(entry.order_id, filled, heard=False)
    wire.close_minute()
    return wire, entry.order_id


def exits_of(wire: StopWire) -> list[str]:
    return [order.order_id for order in wire.sent.values() if order.purpose is Purpose.EXIT]


def reasons(wire: StopWire) -> set[ExitReason]:
    return {record.exit_reason for record in wire.records if isinstance(record, ClosedTradeRecord)}


def settled(wire: StopWire) -> None:
    """Everything arrives, is answered and filled, until nothing moves."""
    for _ in range(6):
        wire.settle()
        for order_id in wire.working(Purpose.EXIT):
            wire.fill(order_id)
        wire.hear()
        wire.close_minute("500")


def assert_flat(wire: StopWire) -> None:
    assert (wire.position, wire.net()) == (None, 0)
    assert wire.working(Purpose.ENTRY, Purpose.EXIT) == []


def test_the_signal_names_itself_on_the_entry_that_it_takes_back() -> None:
    wire, entry = overtaken()
    signal = next(r for r in reversed(wire.records) if isinstance(r, SignalRecord))
    assert (signal.outcome, signal.blocking_reason) == (Outcome.BLOCKED, "entry_in_flight")
    order = next(r for r in reversed(wire.records) if isinstance(r, OrderRecord))
    assert (order.order_id, order.state, order.withdrawn_by) == (entry, OrderState.CANCEL_REQUESTED, signal.signal_id)


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("outcome", ["done", "unheard", "refused", "lost"])
@pytest.mark.parametrize("filled", [0, 4, 10])
def test_what_it_filled_is_closed_whatever_became_of_the_cancellation(
    filled: int, outcome: str, *, answered: bool
) -> None:
    wire, _ = overtaken(answered=answered, filled=filled)
    if wire.cancels:
        wire.cancel(outcome)
    wire.hear()
    settled(wire)
    assert_flat(wire)
    assert reasons(wire) == ({ExitReason.SIGNAL} if filled else set())
    assert sum(wire.sent[order_id].quantity for order_id in exits_of(wire)) == filled


def test_a_fill_told_before_the_cancellations_answer_is_closed_at_once_and_by_one_order() -> None:
    wire, entry = overtaken()
    wire.fill(entry)
    wire.hear()
    (way_out,) = exits_of(wire)
    assert (wire.sent[way_out].side, wire.sent[way_out].quantity) == (Side.SELL, 10)
    wire.cancel()
    wire.hear()
    assert exits_of(wire) == [way_out]


def test_a_fill_told_after_the_cancellations_answer_is_closed() -> None:
    wire, entry = overtaken(filled=4)
    wire.cancel("unheard")
    wire.look_up(entry)
    (way_out,) = exits_of(wire)
    assert wire.sent[way_out].quantity == 4


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("filled", [0, 4, 10])
def test_a_restart_between_the_signal_and_the_fill_closes_it_too(filled: int, *, answered: bool) -> None:
    wire, _ = overtaken(answered=answered, filled=filled)
    wire.restart()
    settled(wire)
    assert_flat(wire)
    assert reasons(wire) == ({ExitReason.SIGNAL} if filled else set())


def test_a_refused_cancellation_is_asked_for_again() -> None:
    wire, entry = overtaken()
    wire.cancel("refused")
    wire.hear()
    assert wire.state.orders[entry].state is OrderState.ACCEPTED
    wire.close_minute()
    assert [cancel.order_id for cancel in wire.cancels] == [entry]


def test_no_further_entry_is_made_before_the_one_taken_back_has_ended() -> None:
    wire, entry = overtaken(again=(4, 5))
    wire.close_minute()
    wire.close_minute()
    signal = next(r for r in reversed(wire.records) if isinstance(r, SignalRecord))
    assert (signal.outcome, signal.blocking_reason) == (Outcome.BLOCKED, "entry_in_flight")
    wire.cancel()
    wire.hear()
    assert not wire.state.orders[entry].open
    wire.close_minute()
    assert [order.purpose for order in wire.outgoing] == [Purpose.ENTRY]


def test_what_was_bought_anew_after_it_ended_is_kept() -> None:
    wire, _ = overtaken(again=(4,))
    wire.cancel()
    wire.hear()
    wire.close_minute()
    wire.close_minute()
    again = wire.arrive()
    wire.hear()
    wire.fill(again.order_id)
    wire.hear()
    assert wire.position is not None
    assert wire.position.quantity == 10
    assert exits_of(wire) == []


STEPS = ("arrive", "cancel", "cancel lost", "cancel refused", "fill some", "fill all", "hear", "minute", "restart")


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.sampled_from(STEPS), max_size=12), answered=st.booleans(), stop=st.booleans())
def test_any_order_of_events_ends_flat_and_never_sells_what_is_not_held(
    steps: list[str], answered: bool, stop: bool
) -> None:
    wire, entry = overtaken(answered=answered, exits=Exits(stop_pct=D(1)) if stop else None)
    for step in steps:
        take(wire, step, entry)
        assert wire.net() >= 0
        assert len(wire.working(Purpose.EXIT)) <= 1
    settled(wire)
    assert wire.net() >= 0
    assert_flat(wire)
    assert reasons(wire) <= {ExitReason.SIGNAL}


def test_a_late_fill_of_an_attempt_that_was_replaced_before_the_signal_is_closed_too() -> None:
    made = sold_at(4)
    first = made.enter()
    made.pass_minute()
    made.cancelled(first)
    second = made.accepted()
    made.pass_minute(times=2)
    assert made.cancels[-1].order_id == second.order_id
    made.cancelled(second)
    made.fill(first, 40)
    assert (made.sent[-1].purpose, made.sent[-1].quantity) == (Purpose.EXIT, 40)
    assert made.sent[-1].exit_reason is ExitReason.SIGNAL


def test_a_follower_closes_what_its_entry_fills_after_the_leaders_signal_took_it_back() -> None:
    made = copy_desk(follower(follow="signals"))
    _, copied = close(made, "10:19")
    close(made, "10:20")
    assert made.engine.state.orders[copied.order_id].withdrawn_by == signals(made, "leader")[-1].signal_id
    (way_out,) = fill(made, copied)
    assert (way_out.quantity, way_out.exit_reason) == (copied.quantity, ExitReason.SIGNAL)
    fill(made, way_out)
    assert (held(made), held(made, "leader")) == (0, 0)


def sold_at(minute: int) -> LegDesk:
    """A bot that buys 100 at a limit at 09:21, replaced after a minute, and sells at a later one."""
    script = {START + MINUTE: SignalType.BUY, START + minute * MINUTE: SignalType.SELL}
    made = LegDesk(Engine(account(str(CASH), LOOSE), scripted({"script": script})), [], [])
    made.take(InstrumentListed(instrument()))
    spec = replace(bot("alpha", strategy="script", quantity=100), execution=replace(LIMIT, replace_after_s=60))
    made.take(BotChanged(spec, Desired.RUNNING, 1))
    made.take(SessionOpened(session(), session().open_at))
    return made


def take(wire: StopWire, step: str, entry: str) -> None:
    match step.split():
        case ["arrive"] if wire.outgoing:
            wire.arrive()
        case ["cancel", *how] if wire.cancels:
            wire.cancel(*how)
        case ["fill", how]:
            for order_id in wire.working(Purpose.ENTRY, Purpose.EXIT)[:1]:
                wire.fill(order_id, None if how == "all" else 1)
        case ["hear"]:
            wire.hear()
        case ["minute"]:
            wire.close_minute()
        case ["restart"]:
            wire.restart()
        case _:
            pass
