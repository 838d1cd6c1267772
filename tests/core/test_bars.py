"""Bars are half-open, counted from the session's open, made only where something traded, and end with the session."""

from __future__ import annotations

import pytest

from engine.domain.account import Desired
from engine.domain.events import BotChanged, ClockTicked, HistoryBar, InstrumentListed, MarketEnded, SessionOpened
from engine.domain.market import Bar
from tests.builders.market import bar, bar_events, instrument, tick, units
from tests.builders.paper import Books, bot, paper_loop
from tests.builders.scripted import Scripted, scripted
from tests.builders.times import MONDAY, TUESDAY, at, session


def watched(timeframe: str = "1m") -> tuple[Books, list[Bar]]:
    """A loop with one bot that signals nothing, and the bars that its strategy sees."""
    made: list[Scripted] = []
    books = paper_loop((bot(timeframe=timeframe),), make_strategy=scripted({}, made))
    return books, made[0].seen


def prices(one: Bar) -> tuple[int, int, int, int]:
    return one.open, one.high, one.low, one.close


def test_a_bar_holds_its_open_and_not_its_close() -> None:
    books, seen = watched()
    books.step(tick("09:15:00", 100), tick("09:15:30", 103), tick("09:15:59.999999", 99), tick("09:16:00", 105))
    assert [(one.open_at, one.close_at) for one in seen] == [(at("09:15"), at("09:16"))]
    assert prices(seen[0]) == (10_000, 10_300, 9_900, 9_900)


def test_a_tick_at_exactly_a_boundary_belongs_to_the_next_bar() -> None:
    books, seen = watched()
    books.step(tick("09:15:10", 100), tick("09:16:00", 105, quantity=7), tick("09:17:00", 101))
    assert [prices(one) for one in seen] == [(10_000,) * 4, (10_500,) * 4]
    assert [one.volume for one in seen] == [10.0, 7.0]


def test_a_minute_without_a_trade_makes_no_bar() -> None:
    books, seen = watched()
    books.step(tick("09:15:10", 100), tick("09:19:10", 101), tick("09:20:00", 102))
    assert [one.open_at for one in seen] == [at("09:15"), at("09:19")]


def test_a_late_tick_of_one_symbol_does_not_cut_anothers_bar_short() -> None:
    books = paper_loop(instruments=(instrument("ACME"), instrument("BETA")))
    books.step(
        tick("09:15:10", 200, "BETA"), tick("09:17:10", 100), tick("09:16:50", 201, "BETA"), tick("09:17:20", 101),
        tick("09:17:30", 202, "BETA"), tick("09:17:40", 102), tick("09:18", 103),
    )  # fmt: skip
    assert books.state.dropped == {}
    made = {symbol: [one for one, _ in books.state.tapes[symbol].history] for symbol in ("ACME", "BETA")}
    assert [(one.open_at, *prices(one)) for one in made["ACME"]] == [(at("09:17"), 10_000, 10_200, 10_000, 10_200)]
    assert [one.open_at for one in made["BETA"]] == [at("09:15"), at("09:16"), at("09:17")]


def test_a_symbol_listed_amid_the_day_whose_first_tick_is_an_old_one_loses_no_bar_of_another() -> None:
    books = paper_loop(instruments=(instrument("ACME"),))
    books.step(tick("09:20:10", 100), tick("09:21:10", 100), InstrumentListed(instrument("BETA")))
    books.step(tick("09:17:50", 200, "BETA"), tick("09:21:40", "100.5"), tick("09:22:10", "100.6"), tick("09:23", 100))
    made = [one for one, _ in books.state.tapes["ACME"].history]
    assert [(one.open_at, *prices(one)) for one in made] == [
        (at("09:20"), 10_000, 10_000, 10_000, 10_000),
        (at("09:21"), 10_000, 10_050, 10_000, 10_050),
        (at("09:22"), 10_060, 10_060, 10_060, 10_060),
    ]


def test_the_clock_alone_closes_a_bar() -> None:
    books, seen = watched()
    books.step(tick("09:15:10", 100), ClockTicked(at("09:15:59.999999")))
    assert seen == []
    books.step(ClockTicked(at("09:16")))
    assert [one.close_at for one in seen] == [at("09:16")]


@pytest.mark.parametrize(("timeframe", "minutes"), [("3m", 3), ("5m", 5), ("15m", 15), ("30m", 30), ("1h", 60)])
def test_wider_bars_are_counted_from_the_sessions_open(timeframe: str, minutes: int) -> None:
    books, seen = watched(timeframe)
    books.step(tick("09:15", 100), tick("12:00:30", 101), tick("15:29", 102), ClockTicked(at("15:30")))
    width = minutes * 60 * 1_000_000
    for one in seen:
        assert (one.open_at - at("09:15")) % width == 0
        assert one.close_at == min(one.open_at + width, at("15:30"))
    assert [one.open for one in seen] == [10_000, 10_100, 10_200]


def test_the_last_bar_of_the_day_ends_with_the_session() -> None:
    books, seen = watched("1h")
    books.step(tick("15:15", 100), tick("15:29:59", 101), ClockTicked(at("15:30")))
    assert [(one.open_at, one.close_at) for one in seen] == [(at("15:15"), at("15:30"))]


def test_a_wide_bar_merges_what_its_minutes_say() -> None:
    books, seen = watched("5m")
    books.step(tick("09:15", 100, quantity=1), tick("09:16", 107, quantity=2), tick("09:18", 95, quantity=3))
    books.step(tick("09:19:59", 98, quantity=4), tick("09:20", 110))
    assert prices(seen[0]) == (units(100), units(107), units(95), units(98))
    assert seen[0].volume == 10.0


def test_yesterdays_last_bar_precedes_todays_first() -> None:
    books, seen = watched()
    tuesday = session(TUESDAY)
    books.step(tick("15:29:30", 100), SessionOpened(tuesday, tuesday.open_at))
    books.step(tick("09:15", 110, day=TUESDAY), tick("09:16", 111, day=TUESDAY))
    assert [one.open_at for one in seen] == [at("15:29"), at("09:15", TUESDAY)]


def test_bars_of_data_reach_the_strategy_as_they_are() -> None:
    books, seen = watched()
    made = [bar(f"09:{15 + n}", (100 + n, 102 + n, 99 + n, 101 + n)) for n in range(3)]
    for one in made:
        books.step(*bar_events(one))
    books.step(MarketEnded(at("09:18")))
    assert [(one.open_at, prices(one), one.volume) for one in seen] == [
        (one.open_at, prices(one), one.volume) for one in made
    ]


def test_a_bar_that_comes_twice_is_counted_as_dropped_not_merged_twice() -> None:
    books, seen = watched("5m")
    first, second = bar("09:15", (100, 101, 99, 100), volume=5), bar("09:16", (100, 101, 99, 100), volume=5)
    books.step(*bar_events(first), *bar_events(second), *bar_events(first), *bar_events(second))
    books.step(MarketEnded(at("09:20")))
    assert [one.volume for one in seen] == [10.0]
    assert books.state.dropped == {"out_of_order": 2}


def test_history_with_a_hole_makes_the_bars_that_the_running_market_made() -> None:
    """A wide bar whose last minutes were empty is over all the same when the next one begins."""
    minutes = ["09:15", "09:16", "09:22", "09:23", "09:31"]
    live, seen_live = watched("5m")
    for number, minute in enumerate(minutes):
        live.step(tick(minute, 100 + number))
    live.step(ClockTicked(at("09:35")))
    told, seen_told = watched("5m")
    late, seen_late = paper_loop(), list[Bar]()
    for number, minute in enumerate(minutes):
        old = HistoryBar(bar(minute, (100 + number,) * 4, volume=10))
        told.step(old)
        late.step(old)
    made: list[Scripted] = []
    late.loop.engine.state.make_strategy = scripted({}, made)
    late.step(BotChanged(bot(timeframe="5m"), Desired.RUNNING, 1))
    seen_late = made[0].seen
    assert seen_told == seen_live[:2]  # the third is not over yet
    assert seen_late == seen_live[:2]


def test_a_wide_bar_left_open_by_history_takes_nothing_of_the_time_after_it() -> None:
    books, seen = watched("5m")
    books.step(HistoryBar(bar("09:15", (100, 101, 99, 100))), HistoryBar(bar("09:16", (100, 101, 99, 100))))
    books.step(tick("09:31", 105), tick("09:35", 106))
    assert [(one.open_at, one.close) for one in seen] == [(at("09:15"), units(100)), (at("09:30"), units(105))]
    assert books.signals == []


def test_hours_of_past_days_are_counted_from_their_own_opens_for_a_bot_that_comes_later() -> None:
    early_made: list[Scripted] = []
    early = paper_loop((bot(timeframe="1h"),), make_strategy=scripted({}, early_made))
    late_made: list[Scripted] = []
    late = paper_loop((), make_strategy=scripted({}, late_made))
    tuesday = session(TUESDAY)
    for books in (early, late):
        books.step(tick("09:20", 100), tick("10:20", 101), tick("15:20", 102), ClockTicked(at("15:30")))
        books.step(SessionOpened(tuesday, tuesday.open_at), tick("09:15", 103, day=TUESDAY))
    late.step(BotChanged(bot(timeframe="1h"), Desired.RUNNING, 1))
    assert late_made[0].seen == early_made[0].seen
    assert [one.open_at for one in late_made[0].seen] == [at("09:15"), at("10:15"), at("15:15")]


def test_a_symbol_listed_during_the_day_joins_its_session() -> None:
    from engine.domain.events import InstrumentListed
    from tests.builders.market import instrument

    books = paper_loop((), make_strategy=scripted({}))
    books.step(tick("09:15", 100), InstrumentListed(instrument("LATE")), tick("09:15:30", 20, symbol="LATE"))
    assert books.state.dropped == {}
    assert books.state.tapes["LATE"].last_price == units(20)


def test_the_same_session_told_again_changes_nothing() -> None:
    books, seen = watched()
    books.step(tick("09:15:00", 100), tick("09:16:30", 101), SessionOpened(session(MONDAY), at("09:16:30")))
    before = len(books.effects)
    books.step(SessionOpened(session(MONDAY), at("09:16:40")), tick("09:15:59", 90))
    assert len(books.effects) == before
    assert books.state.dropped == {"out_of_order": 1}
    assert len(seen) == 1
