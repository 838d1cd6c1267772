"""The stop that rests at the venue: placed, changed, taken out before an exit, missed when it is not there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.core.protect import TRIES_MAX
from engine.domain.events import ClockTicked
from engine.domain.exits import Exits
from engine.domain.instant import SECOND
from engine.domain.order import ExitReason, OrderState, OrderType, Purpose, Side
from engine.domain.records import ClosedTradeRecord, DifferenceState, OrderRecord, SignalRecord
from tests.builders.paper import bot, paper_loop
from tests.builders.times import at
from tests.core.stop_wire import StopWire, protected

D = Decimal


def trades(wire: StopWire) -> list[ClosedTradeRecord]:
    return [record for record in wire.records if isinstance(record, ClosedTradeRecord)]


def test_the_first_fill_of_an_entry_is_protected_whole_and_what_follows_makes_it_anew() -> None:
    wire = StopWire()
    wire.close_minute()
    entry = wire.arrive()
    wire.fill(entry.order_id, 4)
    wire.hear()
    (first,) = wire.outgoing
    assert (first.side, first.quantity, first.purpose) == (Side.SELL, D(4), Purpose.PROTECT)
    assert (first.order_type, first.trigger_price, first.limit_price) == (OrderType.STOP_LIMIT, D(495), D("485.10"))
    wire.fill(entry.order_id, 6)
    wire.hear()
    assert wire.outgoing == [first]  # nothing is asked about what the venue has not answered to
    wire.arrive()
    wire.hear()
    assert [cancel.order_id for cancel in wire.cancels] == [first.order_id]
    assert wire.outgoing == []  # never two at the venue
    wire.cancel()
    wire.hear()
    (second,) = wire.outgoing
    assert second.quantity == D(10)
    assert second.order_id != first.order_id


def test_a_stop_that_fills_at_the_venue_closes_the_trade_by_its_reason() -> None:
    wire = StopWire()
    stop = protected(wire)
    wire.price = "494.90"
    wire.fill(stop)
    wire.hear()
    assert wire.position is None
    (trade,) = trades(wire)
    assert (trade.exit_reason, trade.exit_price) == (ExitReason.STOP, D("494.90"))
    assert wire.outgoing == wire.cancels == []


def test_an_exit_waits_until_the_venue_says_that_the_stop_is_gone() -> None:
    wire = StopWire()
    stop = protected(wire)
    wire.ask_to_close()
    assert wire.outgoing == []
    assert [cancel.order_id for cancel in wire.cancels] == [stop]
    waiting = [order for order in wire.state.open_orders() if order.purpose is Purpose.EXIT]
    assert [order.state for order in waiting] == [OrderState.CREATED]
    wire.cancel()
    assert wire.outgoing == []  # it was done, and is not heard of yet
    wire.hear()
    (leaving,) = wire.outgoing
    assert (leaving.order_id, leaving.quantity, leaving.purpose) == (waiting[0].order_id, D(10), Purpose.EXIT)


@pytest.mark.parametrize("part", [4, 10])
def test_what_the_stop_filled_meanwhile_is_not_sold_again(part: int) -> None:
    wire = StopWire()
    stop = protected(wire)
    wire.ask_to_close()
    wire.fill(stop, part, heard=part == 10)
    wire.cancel()  # done with 4 filled, which is not told yet; or refused, since it has filled
    wire.hear()
    if part == 4:
        assert wire.outgoing == []  # the venue says that it filled 4, and the books have none of it
        wire.look_up(stop)
        (leaving,) = wire.outgoing
        assert leaving.quantity == D(6)
    else:
        assert wire.outgoing == []
        last = [r for r in wire.records if isinstance(r, OrderRecord) and r.purpose is Purpose.EXIT][-1]
        assert (last.state, last.reason) == (OrderState.CANCELLED, "the stop at the broker has closed the position")


def test_a_refused_cancellation_is_asked_again_at_once_three_times_then_every_few_seconds() -> None:
    wire = StopWire()
    protected(wire)
    wire.ask_to_close()
    asked = 0
    while wire.cancels and asked < 20:
        asked += 1
        wire.cancel("refused")
        wire.hear()
    assert asked == 4
    wire.take(ClockTicked(wire.now + 5 * SECOND))
    wire.tick("500", 5)
    wire.close_minute()
    assert len(wire.cancels) == 1
    assert wire.outgoing == []


def test_a_touched_stop_is_left_to_the_venue_for_five_seconds_and_then_taken_over() -> None:
    wire = StopWire()
    stop = protected(wire)
    wire.tick("495")
    wire.tick("494.50", 4)
    assert wire.cancels == []
    wire.tick("494.50", 1)
    assert [cancel.order_id for cancel in wire.cancels] == [stop]


def test_a_trailing_stop_is_moved_at_the_venue_but_not_more_often_than_every_ten_seconds() -> None:
    wire = StopWire(exits=Exits(trail_pct=D(1)))
    stop = protected(wire)
    wire.tick("503", 9)
    assert wire.cancels == []
    wire.tick("505", 1)
    assert [cancel.order_id for cancel in wire.cancels] == [stop]
    wire.cancel()
    wire.hear()
    (anew,) = wire.outgoing
    assert wire.position is not None
    assert anew.trigger_price == wire.position.stop_price > D(499)  # type: ignore[operator]


def test_a_stop_that_is_rejected_is_told_of_closes_the_symbol_and_is_tried_a_bounded_number_of_times() -> None:
    wire = StopWire(buys=(1, 4))
    wire.close_minute()
    entry = wire.arrive()
    wire.fill(entry.order_id)
    wire.hear()
    tries = 0
    while tries < 20 and wire.outgoing:
        tries += 1
        wire.reject()
        for _ in range(3):
            wire.close_minute()
            wire.outgoing = [order for order in wire.outgoing if order.purpose is Purpose.PROTECT]
    assert tries == TRIES_MAX
    told = wire.alerts("unprotected")
    assert len(told) == TRIES_MAX
    assert told[0].startswith("ACME: no stop rests at the broker for the 10 of alpha (rejected: no stop orders now)")
    assert "it is tried again" in told[0]
    assert "5 tries, no further one" in told[-1]
    refused = [r for r in wire.records if isinstance(r, SignalRecord) and r.blocking_reason == "unprotected"]
    assert len(refused) == 1


def test_a_stop_that_vanishes_is_placed_anew_and_entries_go_on_once_it_rests() -> None:
    wire = StopWire()
    stop = protected(wire)
    wire.end(stop)
    wire.hear()
    assert len(wire.alerts("unprotected")) == 1
    assert wire.state.unprotected
    wire.close_minute()
    wire.arrive()
    wire.hear()
    assert not wire.state.unprotected


def test_a_stop_that_reports_show_as_gone_is_taken_as_gone_without_asking_anybody() -> None:
    wire = StopWire()
    stop = protected(wire)
    wire.end(stop, heard=False)
    for _ in range(2):
        wire.report()
    assert wire.state.orders[stop].state is OrderState.CANCELLED
    assert [found.state for found in wire.state.truth.differences.values()] == [DifferenceState.ADOPTED]
    assert wire.alerts("unprotected")


def test_a_resting_stop_is_not_somebody_elses_order() -> None:
    wire = StopWire()
    protected(wire)
    for _ in range(3):
        wire.report()
    assert wire.state.truth.open() == []


def test_a_restart_finds_its_stop_and_books_what_that_filled_meanwhile() -> None:
    wire = StopWire()
    stop = protected(wire)
    wire.fill(stop, heard=False)  # the engine is dead
    wire.restart()
    wire.settle()
    assert wire.position is None
    assert wire.net() == 0
    assert [trade.exit_reason for trade in trades(wire)] == [ExitReason.STOP]


def test_an_exit_that_waited_when_the_engine_died_is_decided_anew() -> None:
    wire = StopWire()
    protected(wire)
    wire.ask_to_close()
    wire.restart()
    assert wire.outgoing == []
    wire.settle()
    wire.settle()
    assert wire.working(Purpose.PROTECT) == []
    (leaving,) = wire.working(Purpose.EXIT)
    assert wire.sent[leaving].exit_reason is ExitReason.MANUAL


def test_the_next_stop_after_a_restart_has_an_id_of_its_own() -> None:
    wire = StopWire()
    stop = protected(wire)
    wire.end(stop, heard=True)
    wire.hear()
    wire.restart()
    wire.report()
    wire.close_minute()
    (anew,) = wire.outgoing
    assert anew.purpose is Purpose.PROTECT
    assert anew.order_id != stop


def test_no_entry_is_made_while_the_stop_of_what_was_held_is_not_gone() -> None:
    wire = StopWire(buys=(1, 3))
    protected(wire)
    wire.ask_to_close()
    wire.cancel()
    wire.hear()
    leaving = wire.arrive()
    wire.fill(leaving.order_id)
    wire.hear()
    assert wire.position is None
    wire.close_minute()
    wire.close_minute()
    assert [order.purpose for order in wire.outgoing] == [Purpose.ENTRY]


def test_the_paper_venue_has_no_resting_stops() -> None:
    books = paper_loop([bot(stop="1")])
    assert not books.state.protects
    assert at("09:20") > 0
