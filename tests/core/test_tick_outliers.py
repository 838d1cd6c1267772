"""Prints that stand out from recent prices, lie beyond circuit limits or come from the future trigger nothing.

They are counted by rule; a market that really moves is believed with its third print.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.domain.events import InstrumentListed, WallClock
from engine.domain.instant import MINUTE, SECOND
from engine.domain.order import ExitReason
from engine.domain.signal import SignalType
from tests.builders.market import instrument, tick, units
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at

D = Decimal


def quiet(minutes: int = 30, *, move: str = "0.10") -> Books:
    """A symbol around 500 that moves by so much from one minute to the next, until 09:45."""
    books = paper_loop()
    for number in range(minutes):
        books.step(tick(at("09:15") + number * MINUTE, 500 + D(move) * (number % 2)))
    return books


@pytest.mark.parametrize(
    ("move", "price", "dropped"),
    [
        ("0.10", 515.00, False),
        ("0.10", 515.11, True),
        ("0.10", 484.00, True),
        ("2.00", 540.00, False),
        ("2.00", 542.10, True),
        ("2.00", 462.10, False),
    ],
)
def test_a_print_three_percent_away_stands_out_unless_minutes_move_a_twentieth_of_that(
    move: str, price: float, dropped: bool
) -> None:
    books = quiet(move=move)
    last = books.state.tapes["ACME"].last_price
    books.step(tick("09:44:30", price))
    assert books.state.dropped == ({"outlier": 1} if dropped else {})
    assert books.state.tapes["ACME"].last_price == (last if dropped else units(price))


def test_the_third_print_in_a_row_on_the_same_side_is_believed() -> None:
    books = quiet()
    books.step(tick("09:44:30", 470), tick("09:44:31", 462), tick("09:44:32", 455))
    assert books.state.dropped == {"outlier": 2}
    assert books.state.tapes["ACME"].last_price == units(455)


@pytest.mark.parametrize("between", [500, 530])
def test_a_clean_print_between_or_one_on_the_other_side_begins_the_count_anew(between: int) -> None:
    books = quiet()
    books.step(tick("09:44:30", 470), tick("09:44:31", 470), tick("09:44:32", between), tick("09:44:33", 470))
    assert books.state.tapes["ACME"].last_price != units(470)


@pytest.mark.parametrize(("minutes", "dropped"), [(16, {"outlier": 1}), (15, {})])
def test_what_is_measured_by_too_few_minutes_is_believed(minutes: int, dropped: dict[str, int]) -> None:
    """Sixteen prices close fifteen bars and form the sixteenth: the fifteen have fourteen moves."""
    books = quiet(minutes + 1)
    books.step(tick(at("09:15") + minutes * MINUTE + 30 * SECOND, 470))
    assert books.state.dropped == dropped


def test_after_minutes_without_a_print_the_next_one_is_not_measured_against_the_last() -> None:
    books = quiet()
    books.step(tick("09:49:00.000001", 470))
    assert books.state.dropped == {}


def test_a_wrong_print_does_not_sell_what_is_held_and_a_fall_does() -> None:
    closes = {at("09:40"): SignalType.BUY}
    spec = bot(strategy="script", quantity=10, stop="2")
    books = paper_loop((spec,), make_strategy=scripted({"script": closes}))
    for number in range(30):
        books.step(tick(at("09:14:50") + number * MINUTE, 500 + D("0.10") * (number % 2)))
    assert len(books.fills) == 1
    books.step(tick("09:44:30", 470), tick("09:44:31", 500))
    assert (books.state.dropped["outlier"], len(books.orders)) == (1, 1)
    books.step(*(tick(at("09:44:40") + number * SECOND, 480 - number) for number in range(4)))
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.STOP]


def banded() -> Books:
    low_high = replace(instrument(), band_low=D("450.00"), band_high=D("550.00"))
    return paper_loop(instruments=(low_high,))


@pytest.mark.parametrize(("price", "dropped"), [(450, {}), (449.95, {"band": 1}), (550, {}), (550.05, {"band": 1})])
def test_a_print_beyond_the_circuit_limits_is_dropped_and_the_limits_are_not_beyond(
    price: float, dropped: dict[str, int]
) -> None:
    books = banded()
    books.step(tick("09:20", 500), tick("09:20:01", price))
    assert books.state.dropped == dropped


def test_within_a_calm_minute_a_print_beyond_the_limits_is_dropped_as_well() -> None:
    books = banded()
    books.step(tick("09:20", 549), tick("09:20:01", 549.5), tick("09:20:02", 550.5))
    assert books.state.dropped == {"band": 1}
    assert books.state.tapes["ACME"].high == units(549.5)


def test_limits_that_are_told_anew_hold_from_then_on() -> None:
    books = banded()
    wider = replace(instrument(), band_low=D(400), band_high=D(600))
    books.step(tick("09:20", 500), InstrumentListed(wider), tick("09:20:01", 580))
    assert books.state.dropped == {}
    assert books.state.instruments["ACME"].band_high == D(600)


def two_symbols() -> Books:
    books = paper_loop(instruments=(instrument(), instrument("BOLT")))
    books.step(WallClock(at("09:20:10")), tick("09:20:10", 500), tick("09:20:10", 100, symbol="BOLT"))
    return books


@pytest.mark.parametrize("stamp", ["09:21:10.000001", "14:00", "15:45", "23:59"])
def test_a_stamp_of_the_future_does_not_move_the_clock_of_any_symbol(stamp: str) -> None:
    books = two_symbols()
    books.step(tick(stamp, 500))
    assert books.state.dropped == {"ahead": 1}
    books.step(tick("09:20:11", 101, symbol="BOLT"), tick("09:20:12", 501))
    assert books.state.dropped == {"ahead": 1}
    assert books.state.now < at("09:21")


def test_a_stamp_of_up_to_a_minute_ahead_of_the_wall_is_taken() -> None:
    books = two_symbols()
    books.step(tick("09:21:10", 500))
    assert books.state.dropped == {}


def test_of_a_market_that_has_its_own_clock_no_stamp_is_ahead() -> None:
    books = paper_loop()
    books.step(tick("09:20", 500), tick("14:00", 501))
    assert books.state.dropped == {}
