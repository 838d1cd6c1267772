"""Trailing stop, break-even, time exit and flattening: their prices, their order within a bar, the same in ticks as in
their bars, kept over restarts and changes of the bot.
"""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from engine.core.exits import place, ratchet
from engine.core.position import Position
from engine.domain.account import BotSpec, Desired
from engine.domain.events import BotChanged, ClockTicked, InstrumentListed, Recovered, SessionOpened
from engine.domain.exits import Exits
from engine.domain.instant import MINUTE, SECOND
from engine.domain.order import ExitReason
from engine.domain.records import PositionRecord
from engine.domain.signal import SignalType
from tests.builders.market import bar, bar_events, instrument, tick
from tests.builders.paper import Books, paper_loop
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.core.leavers import START, held, leaver, prices

D = Decimal


Row = tuple[float, float, float, float]
FLAT: Row = (500, 500, 500, 500)


def stop(books: Books) -> tuple[str, ExitReason]:
    (position,) = books.state.portfolio.all()
    return str(position.stop_price), position.stop_reason


@pytest.mark.parametrize("side", list(SignalType))
@pytest.mark.parametrize("ahead", ["0.90", "3", "9.95", "20"])
def test_a_trailing_stop_follows_the_best_price_in_steps_of_a_tenth(side: SignalType, ahead: str) -> None:
    books = held(side, trail_pct="2")
    (position,) = books.state.portfolio.all()
    entry, sign = position.entry_price, position.sign
    furthest = entry + sign * D(ahead)
    prices(books, str(furthest))
    best = position.best_price
    assert best is not None
    assert 0 <= (furthest - best) * sign < D("1.05")  # a step is a tenth of 2 %, down to a tick: 1.00, or 0.95 and 1.05
    assert (best != entry) is (D(ahead) >= 1)
    assert position.stop_price is not None
    assert 0 <= (best * (1 - sign * D("0.02")) - position.stop_price) * sign < D("0.05")
    assert position.stop_reason is ExitReason.TRAILING


def test_a_trailing_stop_never_goes_back_and_closes_as_trailing() -> None:
    books = held(trail_pct="1")
    seen = []
    for price in ("502", "506", "504", "503", "508", "505"):
        prices(books, price)
        seen.append(books.state.portfolio.all()[0].stop_price)
    assert seen == sorted(seen)  # type: ignore[type-var]
    prices(books, "502", "502")
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.TRAILING]


def test_the_way_there_does_not_matter_only_the_furthest_price_does() -> None:
    chance, exits = random.Random(4), Exits(trail_pct=D("0.7"))
    for _ in range(200):
        furthest = chance.randint(50_000, 56_000)
        way = [*sorted(chance.sample(range(50_000, furthest + 1), k=min(5, furthest - 49_999))), furthest]
        results = []
        for path in (way, [furthest]):
            position = Position("a", instrument(), 0, quantity=D(10), turnover=D(5_000))
            place(exits, position)
            for units in path:
                ratchet(exits, position, units)
            place(exits, position)
            results.append((position.best_price, position.stop_price))
        assert results[0] == results[1]


def test_break_even_moves_the_stop_once_exactly_when_the_price_is_there() -> None:
    books = held(stop_pct="2", break_even_at_pct="1", break_even_plus_bps="13")
    (position,) = books.state.portfolio.all()
    entry = position.entry_price  # 500.05: the paper venue takes a basis point
    trigger = (entry * D("1.01") / D("0.05")).to_integral_value("ROUND_CEILING") * D("0.05")
    prices(books, str(trigger - D("0.05")))
    assert stop(books)[1] is ExitReason.STOP
    prices(books, str(trigger))
    moved = stop(books)
    assert moved[1] is ExitReason.BREAK_EVEN
    assert entry * D("1.0013") <= D(moved[0]) < entry * D("1.0013") + D("0.05")
    prices(books, "520", "515")
    assert stop(books) == moved  # once
    prices(books, moved[0], "500")
    assert [trade.exit_reason for trade in books.trades] == [ExitReason.BREAK_EVEN]


def test_the_tightest_stop_counts_and_names_the_reason() -> None:
    books = held(stop_pct="1", trail_pct="3")
    assert stop(books)[1] is ExitReason.STOP
    prices(books, "520")
    assert stop(books)[1] is ExitReason.TRAILING


def bars(books: Books, *rows: Row) -> None:
    """Minutes from 09:30 on, as bars of data: open, high, low, close."""
    for number, row in enumerate(rows):
        books.step(*bar_events(bar(START + number * MINUTE, row)))


def on_bars(**exits: Any) -> Books:
    """Ten at 500, filled at the open of the bar of 09:30, which is flat; the next row is that of 09:31."""
    books = paper_loop([leaver(**exits)], make_strategy=scripted({"script": {START: SignalType.BUY}}))
    books.step(*bar_events(bar(START - MINUTE, FLAT)))
    return books


def test_a_time_exit_is_due_at_the_minute_its_time_is_over_to_the_second() -> None:
    books = on_bars(time_exit_s=180)  # held from 09:30:00
    bars(books, FLAT, FLAT, FLAT)
    books.step(ClockTicked(at("09:33") - 1))
    assert [order.exit_reason for order in books.orders] == [None]
    books.step(ClockTicked(at("09:33")))
    assert [order.exit_reason for order in books.orders] == [None, ExitReason.TIME]


def test_a_time_exit_between_two_minutes_waits_for_the_second() -> None:
    books = held(time_exit_s=180)  # held from 09:30:01
    books.step(ClockTicked(at("09:33")))
    assert len(books.orders) == 1
    books.step(ClockTicked(at("09:34")))
    assert books.orders[-1].exit_reason is ExitReason.TIME


@pytest.mark.parametrize(("row", "reason"), [
    ((500, 520, 494.90, 519), ExitReason.STOP),  # both touched: the stop as it was comes first
    ((500, 510.10, 500, 509), ExitReason.TARGET),
    ((500, 508, 500, 507.90), None),  # followed, and the close is above what the stop is now
    ((500, 508, 500, 502), ExitReason.TRAILING),  # 508 came before 502, and the stop is above it
    ((500, 500, 494.90, 499), ExitReason.STOP),
])  # fmt: skip
def test_within_a_bar_the_worse_is_assumed(row: Row, reason: ExitReason | None) -> None:
    books = on_bars(stop_pct="1", target_pct="2", trail_pct="1")
    bars(books, FLAT, row)
    books.step(ClockTicked(at("09:32")))
    assert [order.exit_reason for order in books.orders][1:] == ([] if reason is None else [reason])


def test_ticks_and_their_bars_move_the_stop_alike() -> None:
    chance = random.Random(9)
    for _ in range(30):
        prints = [[50_100 + chance.randint(0, 400) + 40 * minute for _ in range(6)] for minute in range(12)]
        whole = on_bars(trail_pct="4", break_even_at_pct="0.6")
        spec = leaver(trail_pct="4", break_even_at_pct="0.6")
        single = paper_loop([spec], make_strategy=scripted({"script": {START: SignalType.BUY}}))
        single.step(tick(START - SECOND, "500"))
        for number, row in enumerate([[50_000] * 6, *prints]):
            o, h, low, c = (units / 100 for units in (row[0], max(row), min(row), row[-1]))
            whole.step(*bar_events(bar(START + number * MINUTE, (o, h, low, c))))
            for place_in_minute, units in enumerate(row):
                single.step(tick(START + number * MINUTE + place_in_minute * SECOND, str(D(units) / 100)))
        assert stop(whole) == stop(single)
        assert whole.state.portfolio.all()[0].best_price == single.state.portfolio.all()[0].best_price


def restarted(books: Books, spec: BotSpec) -> Books:
    """Another engine on what was written down."""
    again = paper_loop(opened=False, make_strategy=scripted({}), instruments=())
    again.step(InstrumentListed(instrument()))
    again.step(Recovered(books.newest(), books.state.sequence))
    again.step(BotChanged(spec, Desired.RUNNING, 1))
    again.step(SessionOpened(session(), books.state.now))
    return again


def test_what_the_stops_have_come_to_survives_a_restart() -> None:
    exits = {"trail_pct": "1", "break_even_at_pct": "3", "stop_pct": "2"}
    books = held(**exits)
    prices(books, "506", "518", "516")
    again = restarted(books, leaver(**exits))
    before, after = books.state.portfolio.all()[0], again.state.portfolio.all()[0]
    for name in ("best_price", "break_even_price", "stop_price", "stop_reason"):
        assert getattr(after, name) == getattr(before, name)
    assert before.break_even_price is not None
    assert (again.state.tapes["ACME"].trigger_low, again.state.tapes["ACME"].trigger_high) == (
        books.state.tapes["ACME"].trigger_low,
        books.state.tapes["ACME"].trigger_high,
    )


def test_other_exits_of_the_bot_hold_at_once_and_a_new_trail_counts_from_the_price_of_then() -> None:
    books = held(stop_pct="2")
    prices(books, "512")
    books.step(BotChanged(leaver(trail_pct="1"), Desired.RUNNING, 2))
    (position,) = books.state.portfolio.all()
    assert position.best_price is not None
    assert D("511") < position.best_price <= D("512")
    books.step(BotChanged(leaver(stop_pct="2"), Desired.RUNNING, 3))
    assert stop(books)[1] is ExitReason.STOP
    assert books.all(PositionRecord)[-1].best_price is None
