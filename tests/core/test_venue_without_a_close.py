"""A venue that never closes: the day turns, and what rests there, what leaves and what enters goes on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.core.orders import Order
from engine.domain.account import Desired
from engine.domain.events import BotChanged, ClockTicked, SessionOpened
from engine.domain.exits import Exits
from engine.domain.instant import MINUTE, SECOND
from engine.domain.market import TradingSession
from engine.domain.order import ExitReason, OrderState, Purpose
from engine.domain.records import SignalRecord
from engine.domain.signal import Outcome, SignalType
from engine.market_data.calendar import calendar_for
from engine.simulation.fill_model import FillModel
from tests.builders.market import tick
from tests.builders.paper import bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import TUESDAY, at, session
from tests.core.stop_wire import StopWire, protected
from tests.core.test_rebook import facts_of, recovered

D = Decimal
OPENS, TURNS, ENDS = at("09:15"), at("09:30"), at("09:45")
FIRST = replace(session(flatten=None), open_at=OPENS, entry_from=OPENS, entry_until=TURNS, close_at=TURNS, closes=False)
NEXT = replace(FIRST, day=TUESDAY, open_at=TURNS, entry_from=TURNS, entry_until=ENDS, close_at=ENDS)


class Endless(StopWire):
    """Days of a quarter of an hour, one after the other; `day` is the one that is on."""

    day = FIRST

    def _open(self) -> None:
        spec = replace(bot(strategy="script", quantity=self.quantity), exits=self.exits)
        self.take(BotChanged(spec, Desired.RUNNING, 1))
        self.take(SessionOpened(self.day, self.day.open_at))

    def end_the_day(self) -> None:
        """The clock comes to the day's end; of the next one nothing was told yet."""
        self.now = TURNS
        self.take(ClockTicked(TURNS))

    def turn(self, day: TradingSession = NEXT) -> None:
        """The day turns, and a price comes."""
        self.end_the_day()
        self.day = day
        self.take(SessionOpened(day, day.open_at))
        self.tick("501")

    def own(self, purpose: Purpose) -> list[Order]:
        return [order for order in self.state.open_orders() if order.purpose is purpose]


def test_a_venue_that_never_closes_says_so_in_its_sessions_and_no_other_does() -> None:
    for venue, closes in (("COINBASE", False), ("NSE", True), ("DEMO", True)):
        opened = calendar_for(venue).session_at(at("10:00"))
        assert opened is not None
        assert opened.closes is closes
        assert opened.trading(opened.close_at) is not closes
        assert opened.takes_entries(opened.entry_until) is not closes
        assert opened.over(opened.close_at) is closes


def test_a_stop_rests_on_when_the_day_turns() -> None:
    wire = Endless()
    stop = protected(wire)
    wire.turn()
    wire.settle()
    assert wire.working(Purpose.PROTECT) == [stop]
    assert len([order for order in wire.sent.values() if order.purpose is Purpose.PROTECT]) == 1
    assert wire.state.ledger.day == TUESDAY  # for the day's limits and roll-ups it is another day


def test_a_stop_rests_on_where_days_passed_before_the_next_one_was_told() -> None:
    wire = Endless()
    stop = protected(wire)
    later = replace(NEXT, day="2026-03-09", open_at=TURNS + MINUTE, entry_from=TURNS + MINUTE)
    wire.turn(later)
    wire.settle()
    assert wire.working(Purpose.PROTECT) == [stop]


def test_a_stop_of_the_day_before_rests_on_over_a_restart() -> None:
    wire = Endless()
    stop = protected(wire)
    wire.turn()
    wire.settle()
    wire.restart()
    wire.settle()
    assert wire.working(Purpose.PROTECT) == [stop]
    assert len([order for order in wire.sent.values() if order.purpose is Purpose.PROTECT]) == 1


def test_at_a_venue_that_closes_the_stop_is_out_with_its_day_as_before() -> None:
    wire = Endless()
    wire.day = replace(FIRST, closes=True)
    wire.take(SessionOpened(wire.day, OPENS))
    stop = protected(wire)
    wire.end_the_day()
    assert [(cancel.order_id, cancel.expire) for cancel in wire.cancels] == [(stop, True)]


def test_a_stop_that_vanishes_while_the_day_turns_is_placed_anew_at_once() -> None:
    wire = Endless()
    stop = protected(wire)
    wire.end_the_day()  # nothing was told of the next day yet
    wire.end(stop)
    wire.hear()
    wire.now += 10 * SECOND
    wire.take(ClockTicked(wire.now))
    assert [order.purpose for order in wire.outgoing] == [Purpose.PROTECT]


def test_an_exit_on_its_way_is_left_alone_when_the_day_turns() -> None:
    wire = Endless()
    protected(wire)
    wire.ask_to_close()
    wire.cancel()
    wire.hear()
    leaving = wire.arrive()
    wire.hear()
    wire.turn()
    assert wire.cancels == []
    assert [order.order_id for order in wire.own(Purpose.EXIT)] == [leaving.order_id]


def test_an_entry_at_the_venue_is_left_alone_when_the_day_turns() -> None:
    wire = Endless()
    wire.close_minute()
    entry = wire.arrive()
    wire.hear()
    wire.turn()
    assert wire.cancels == []
    assert [(order.order_id, order.state) for order in wire.own(Purpose.ENTRY)] == [
        (entry.order_id, OrderState.ACCEPTED)
    ]


def test_an_entry_of_before_a_restart_is_taken_back_as_anywhere_else() -> None:
    wire = Endless()
    wire.close_minute()
    entry = wire.arrive()
    wire.hear()
    wire.restart()
    assert [cancel.order_id for cancel in wire.cancels] == [entry.order_id]


def test_the_bar_that_ends_with_the_day_is_acted_on() -> None:
    wire = Endless(buys=((TURNS - at("09:20")) // MINUTE,))
    wire.tick("500", (TURNS - MINUTE - wire.now) // SECOND + 1)
    wire.turn()
    signals = [record for record in wire.records if isinstance(record, SignalRecord)]
    assert [signal.outcome for signal in signals] == [Outcome.ORDERED]
    assert [order.purpose for order in wire.outgoing] == [Purpose.ENTRY]


def test_what_was_held_for_its_time_is_left_at_the_minute_at_which_the_day_turns() -> None:
    wire = Endless(exits=Exits(stop_pct=D(1), time_exit_s=9 * 60))
    protected(wire)  # at 09:21
    wire.end_the_day()
    leaving = wire.own(Purpose.EXIT)
    assert [(order.exit_reason, order.created_at) for order in leaving] == [(ExitReason.TIME, TURNS)]


def test_an_order_at_work_that_was_filled_in_part_days_ago_keeps_what_it_filled() -> None:
    old = paper_loop(
        (bot(strategy="script", quantity=10),),
        make_strategy=scripted({"script": {at("09:30"): SignalType.BUY}}),
        model=FillModel(partial_pct=100),
    )
    old.step(tick("09:29:50", 500), tick("09:30", 500))
    (before,) = old.state.open_orders()
    assert 0 < before.filled_quantity < 10
    fresh = recovered(old, facts_of(old, old.fills[-1].filled_at + 1))
    after = fresh.state.orders[before.order_id]
    assert (after.filled_quantity, after.fill_keys) == (before.filled_quantity, before.fill_keys)
