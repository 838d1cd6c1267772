"""Dirty ticks are dropped by named rules and counted; a market that really moved is believed."""

from __future__ import annotations

import pytest

from engine.domain.events import ClockTicked, SessionOpened
from engine.domain.instant import NEVER
from engine.domain.market import Tick
from tests.builders.market import bar, bar_events, tick, units
from tests.builders.paper import Books, paper_loop
from tests.builders.times import MONDAY, TUESDAY, at, session


def after(*ticks: Tick) -> Books:
    books = paper_loop()
    books.step(*ticks)
    return books


CASES = [
    ("unknown_symbol", tick("09:30", 500, symbol="NOBODY")),
    ("not_positive", tick("09:30", 0)),
    ("not_positive", tick("09:30", -500)),
    ("wrong_day", tick("09:30", 500, day=TUESDAY)),
    ("wrong_day", tick("15:29", 500, day="2026-03-01")),
    ("wrong_day", Tick("ACME", 0, units(500), 1.0)),
    ("wrong_day", Tick("ACME", -1, units(500), 1.0)),
    ("outside_session", tick("09:14:59.999999", 500)),
    ("outside_session", tick("15:30", 500)),
    ("outside_session", tick("23:59:59", 500)),
    ("out_of_order", tick("09:19:59.999999", 500)),
    ("repeat", tick("09:20", 500, quantity=0)),
    ("jump", tick("09:20:01", 600.01)),
    ("jump", tick("09:20:01", 399.99)),
]


@pytest.mark.parametrize(("rule", "dirty"), CASES, ids=[f"{rule}-{number}" for number, (rule, _) in enumerate(CASES)])
def test_a_dirty_tick_is_dropped_by_its_rule_and_touches_nothing(rule: str, dirty: Tick) -> None:
    books = after(tick("09:20", 500))
    tape = books.state.tapes["ACME"]
    before = (tape.last_at, tape.last_price, tape.high, tape.low, tape.volume, tape.bar_open_at)
    books.step(dirty)
    assert books.state.dropped == {rule: 1}
    assert (tape.last_at, tape.last_price, tape.high, tape.low, tape.volume, tape.bar_open_at) == before
    assert not books.loop.engine.admits(dirty)


@pytest.mark.parametrize(
    "clean",
    [
        tick("09:20", 500, quantity=1),
        tick("09:20", 500.05, quantity=0),
        tick("09:20:00.000001", 500, quantity=0),
        tick("09:20:01", 600),
        tick("09:20:01", 400),
        tick("15:29:59.999999", 500),
    ],
)
def test_a_tick_at_the_edge_of_every_rule_is_clean(clean: Tick) -> None:
    books = after(tick("09:20", 500))
    assert books.loop.engine.admits(clean)
    books.step(clean)
    assert books.state.dropped == {}
    assert books.state.tapes["ACME"].last_price == clean.price


def test_before_any_session_nothing_is_taken() -> None:
    books = paper_loop(opened=False)
    books.step(tick("09:20", 500))
    assert books.state.dropped == {"no_session": 1}


@pytest.mark.parametrize(
    "late", [tick("09:30", 500, day=TUESDAY), Tick("ACME", 0, 50_000, 1.0), Tick("ACME", NEVER - 1, 50_000, 1.0)]
)
def test_rows_of_tomorrow_and_of_1970_never_move_the_clock(late: Tick) -> None:
    books = after(tick("09:20:10", 500))
    due, now = books.state.next_due_at, books.state.now
    books.run([late])
    books.step(late)
    assert (books.state.next_due_at, books.state.now) == (due, now)
    books.step(tick("09:20:20", 501))
    assert books.state.dropped == {"wrong_day": 2}


def test_a_tick_of_a_minute_that_is_closed_is_out_of_order() -> None:
    books = after(tick("09:20:10", 500), ClockTicked(at("09:21")), tick("09:20:30", 501))  # type: ignore[arg-type]
    assert books.state.dropped == {"out_of_order": 1}


def test_a_level_that_really_changed_is_believed_the_third_time() -> None:
    books = after(*(tick(f"09:20:0{n}", price) for n, price in enumerate([500, 650, 651, 652])))
    assert books.state.dropped == {"jump": 2}
    assert books.state.tapes["ACME"].last_price == units(652)
    books.step(tick("09:20:10", 650))
    assert books.state.dropped == {"jump": 2}


def test_jumps_that_do_not_agree_within_one_percent_are_never_believed() -> None:
    books = after(*(tick(f"09:20:0{n}", price) for n, price in enumerate([500, 650, 660, 670, 700, 900, 1, 650])))
    assert books.state.dropped == {"jump": 7}


def test_jumps_with_clean_ticks_between_them_are_never_believed() -> None:
    books = after(*(tick(f"09:20:{n:02d}", 650 if n % 2 else 500) for n in range(12)))
    assert books.state.dropped == {"jump": 6}
    assert books.state.tapes["ACME"].high == units(500)


def test_a_clean_tick_of_the_jumps_own_instant_comes_between_too() -> None:
    books = after(
        *(tick("09:20", price) for price in (500, 650, 500.5, 651, 500, 652)), tick("09:20", 500.5, quantity=0)
    )
    assert books.state.dropped == {"jump": 3}
    assert books.state.tapes["ACME"].last_price == units("500.5")


def test_prints_of_one_instant_are_taken_and_a_repeat_of_the_last_is_not() -> None:
    books = after(
        tick("09:20", 500, quantity=1), tick("09:20", 501, quantity=0), tick("09:20", 501, quantity=0),
        tick("09:20", 501, quantity=2), tick("09:20", 500, quantity=0), tick("09:21", 500),
    )  # fmt: skip
    assert books.state.dropped == {"repeat": 1}
    assert books.state.tapes["ACME"].history[-1][0].volume == 3.0


def test_a_days_first_price_is_not_measured_against_yesterdays() -> None:
    books = after(tick("09:20", 500))
    tuesday = session(TUESDAY)
    books.step(SessionOpened(tuesday, tuesday.open_at), tick("09:15", 300, day=TUESDAY))
    assert books.state.dropped == {}


def test_the_smallest_price_does_not_open_the_door_to_nothing() -> None:
    books = after(tick("09:20", "0.01"), tick("09:20:01", 0))
    assert books.state.dropped == {"not_positive": 1}


def test_volume_is_the_sum_of_what_clean_ticks_traded() -> None:
    books = after(
        tick("09:20", 500, quantity=5), tick("09:20", 500, quantity=0), tick("09:20:01", 900, quantity=1_000),
        tick("09:20:02", 501, quantity=0), tick("09:20:03", 502, quantity=2.5), tick("09:21", 502),
    )  # fmt: skip
    assert books.state.tapes["ACME"].history[-1][0].volume == 7.5


@pytest.mark.parametrize("quantities", [(-5.0,), (3.0, -5.0), (-5.0, 3.0), (2.0, -1.0, -4.0, 3.0)])
def test_a_bars_volume_is_never_negative(quantities: tuple[float, ...]) -> None:
    books = after(*(tick(f"09:20:0{n}", 500 + n / 10, quantity=q) for n, q in enumerate(quantities)))
    books.step(tick("09:21", 500))
    assert books.state.tapes["ACME"].history[-1][0].volume >= 0


def test_bars_of_another_day_are_dropped_and_counted() -> None:
    books = paper_loop()
    books.step(*bar_events(bar("09:30", (1, 1, 1, 1), day=TUESDAY)))
    assert books.state.dropped == {"outside_session": 1}
    assert books.state.tapes["ACME"].last_price == 0


def test_dropped_ticks_are_counted_among_the_ticks() -> None:
    books = after(tick("09:20", 500), tick("09:19", 500), tick("09:21", 500, day=MONDAY))
    assert books.state.ticks == 3
