"""What goes wrong at a venue, one by one: told as red within two reports, no entry on the symbol, books untouched, and
each resolution ends in step. The venue is the practice venue in a process of its own; the engine is stepped here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from engine.domain.events import CommandReceived
from engine.domain.order import OrderState
from engine.domain.records import AlertRecord, CommandResult, DifferenceKind, SignalRecord
from tests.venue.running import RunningVenue
from tests.venue.trading_floor import TradingFloor

D = Decimal
K = DifferenceKind
RESOLUTIONS = ("adopt", "ignore", "flatten")


@pytest.fixture
def venue() -> Iterator[RunningVenue]:
    """Fills soon, whole, unless a test says otherwise."""
    running = RunningVenue("--whole")
    yield running
    running.end()


@pytest.fixture
def floor(venue: RunningVenue) -> Iterator[TradingFloor]:
    """An account with a bot that buys 10 ACME at each minute's close from 09:31 on."""
    made = TradingFloor(venue)
    yield made
    made.close()


def resolved(floor: TradingFloor, resolution: str) -> CommandResult:
    """A person decides about the one open difference."""
    (standing,) = floor.state.truth.open()
    arguments = {"difference_id": standing.difference_id, "resolution": resolution, "by": "ann"}
    floor.session.step(CommandReceived("c", "resolve_difference", arguments))
    return floor.outbox.all(CommandResult)[-1]


def assert_red(floor: TradingFloor, kind: DifferenceKind, cash: Decimal) -> None:
    """It is told, the money is as it was, and the next signal makes no order."""
    assert [found.kind for found in floor.state.truth.open()] == [kind]
    assert floor.state.ledger.cash == cash
    assert any(alert.kind == "difference" for alert in floor.outbox.all(AlertRecord))
    orders = len(floor.venue.book()["orders"])
    floor.minute()
    assert floor.outbox.all(SignalRecord)[-1].blocking_reason == "difference"
    assert len(floor.venue.book()["orders"]) == orders


def test_an_order_goes_to_the_venue_fills_there_and_all_is_in_step(floor: TradingFloor) -> None:
    floor.minute()
    floor.until(lambda: floor.held() == D(10), "the fill is booked")
    floor.cycle(2)
    assert (floor.state.truth.state, floor.at_venue()) == ("in_step", D(10))


@pytest.mark.parametrize(
    "fault", [{"what": "lose_reply"}, {"what": "answer_late", "seconds": 4.0}], ids=lambda f: f["what"]
)
def test_an_order_whose_answer_is_lost_or_late_is_unknown_then_adopted_as_listed(
    floor: TradingFloor, fault: dict
) -> None:
    floor.venue.do("rest")
    floor.venue.do(**fault)
    floor.venue.do("mute")
    floor.minute()
    (order,) = floor.state.orders.values()
    assert order.state is OrderState.UNKNOWN
    assert floor.state.truth.state == "differs"
    floor.until(lambda: order.state is OrderState.ACCEPTED, "it is found", step_s=1)
    floor.cycle(2)
    assert floor.state.truth.state == "in_step"
    assert len(floor.venue.book()["orders"]) == 1


def test_an_order_that_was_refused_on_the_way_is_unknown_then_never_reached_the_broker(floor: TradingFloor) -> None:
    floor.venue.do("refuse_503")
    floor.minute()
    (order,) = floor.state.orders.values()
    assert order.state is OrderState.UNKNOWN
    floor.until(lambda: order.state is OrderState.EXPIRED, "it is given up", step_s=5)
    floor.cycle(2)
    assert (order.reason, floor.state.truth.state) == ("never reached the broker", "in_step")
    assert floor.venue.book()["orders"] == []


@pytest.mark.parametrize("switch", ["drop_stream", "restart_stream"])
def test_fills_of_while_nobody_listened_are_looked_up_when_the_stream_is_back(floor: TradingFloor, switch: str) -> None:
    floor.venue.do("mute")
    floor.minute()
    floor.until(lambda: floor.at_venue() == D(10), "the venue has filled it")
    assert floor.held() == 0
    floor.venue.do(switch)
    floor.until(lambda: floor.held() == D(10), "the fill is booked", step_s=1)
    floor.cycle(2)
    assert floor.state.truth.state == "in_step"


@pytest.mark.parametrize("switch", ["duplicate", "reorder"])
def test_what_is_told_twice_or_out_of_turn_is_booked_once(floor: TradingFloor, switch: str) -> None:
    floor.minute()
    floor.until(lambda: floor.held() == D(10), "the fill is booked")
    cash, heard = floor.state.ledger.cash, floor.heard
    floor.venue.do(switch)
    floor.until(lambda: floor.heard >= heard + 2, "it is told again")
    floor.cycle(2)
    assert (floor.held(), floor.state.ledger.cash, floor.state.truth.state) == (D(10), cash, "in_step")


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_an_order_that_the_broker_killed(floor: TradingFloor, resolution: str) -> None:
    floor.venue.do("rest")
    floor.minute()
    (order,) = floor.state.orders.values()
    floor.until(lambda: order.state is OrderState.ACCEPTED, "it is accepted")
    cash = floor.state.ledger.cash
    floor.venue.do("mute")
    floor.venue.do("kill")
    floor.cycle(2)
    assert_red(floor, K.KILLED_BY_BROKER, cash)
    assert resolved(floor, resolution).state == "done"
    floor.cycle(2)
    assert floor.state.truth.state == "in_step"
    assert order.state is (OrderState.ACCEPTED if resolution == "ignore" else OrderState.CANCELLED)


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_an_order_placed_by_hand(floor: TradingFloor, resolution: str) -> None:
    floor.minute()
    floor.until(lambda: floor.held() == D(10), "the fill is booked")
    cash = floor.state.ledger.cash
    floor.venue.do("by_hand", symbol="ACME", side="BUY", quantity="7", price="500", at=floor.state.now, rests=True)
    floor.cycle(2)
    assert_red(floor, K.FOREIGN_ORDER, cash)
    assert resolved(floor, resolution).state == "done"
    floor.pump()
    floor.cycle(2)
    assert floor.state.truth.state == "in_step"
    assert floor.venue.book()["orders"][-1]["state"] == ("cancelled" if resolution == "flatten" else "working")


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_a_position_carried_overnight(floor: TradingFloor, resolution: str) -> None:
    floor.venue.do("carry", symbol="ACME", quantity="5", price="490")
    cash = floor.state.ledger.cash
    floor.cycle(2)
    assert_red(floor, K.OVERNIGHT_POSITION, cash)
    assert resolved(floor, resolution).state == "done"
    held, there = {"adopt": (5, 5), "ignore": (0, 5), "flatten": (0, 0)}[resolution]
    floor.until(lambda: (floor.held(), floor.at_venue()) == (held, there), "it is done at the venue too")
    floor.cycle(2)
    assert floor.state.truth.state == "in_step"


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_a_fill_that_was_never_told(floor: TradingFloor, resolution: str) -> None:
    cash = floor.state.ledger.cash
    floor.venue.do("mute")
    floor.minute()
    floor.until(lambda: floor.at_venue() == D(10), "the venue has filled it")
    floor.cycle(2)
    assert_red(floor, K.MISSED_FILL, cash)
    floor.venue.do("unmute")
    assert resolved(floor, resolution).state == "done"
    held, there = {"adopt": (10, 10), "ignore": (0, 10), "flatten": (0, 0)}[resolution]
    floor.until(lambda: (floor.held(), floor.at_venue()) == (held, there), "it is done at the venue too")
    floor.cycle(2)
    assert floor.state.truth.state == "in_step"


def test_a_venue_that_gives_no_report_leaves_the_truth_unknown(floor: TradingFloor) -> None:
    floor.cycle(1)
    floor.venue.do("fail_reports")
    floor.cycle(1)
    assert floor.truth()[0] == "unknown"
    floor.venue.do("give_reports")
    floor.cycle(1)
    assert floor.truth() == ("in_step", ())
