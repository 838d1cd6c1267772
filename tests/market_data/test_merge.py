"""The merged stream: its order, its sessions, and that nothing is lost or made up."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.events import BarClosed, BarOpened, InstrumentListed, MarketEnded, MarketEvent, SessionOpened
from engine.domain.instant import DAY, MINUTE, SECOND, instant_of
from engine.domain.market import Tick
from engine.market_data.calendar import calendar_for
from engine.market_data.columns import MarketData, TickColumns, busy_days, day_numbers, places
from engine.market_data.instruments import instrument_for
from engine.market_data.merge import merged_events, pieces
from engine.market_data.readers import read_market_data
from engine.market_data.runs import TickRun
from tests.market_data.written import BARS_HEADER, CUMULATIVE_HEADER, TICKS_HEADER, written

OPEN = instant_of(datetime(2021, 4, 16, 3, 45, tzinfo=UTC))
HOUR = 60 * MINUTE


def told(event: MarketEvent) -> str:
    """An event in few words: what, which symbol, seconds after the open."""
    match event:
        case Tick(symbol, at, price):
            return f"tick {symbol} {(at - OPEN) // SECOND} {price}"
        case BarOpened(symbol, at, price):
            return f"open {symbol} {(at - OPEN) // SECOND} {price}"
        case BarClosed(bar):
            return f"close {bar.symbol} {(bar.close_at - OPEN) // SECOND} {bar.close}"
        case SessionOpened(session):
            return f"session {session.venue} {session.day}"
        case InstrumentListed(instrument):
            return f"listed {instrument.symbol}"
        case MarketEnded(at):
            return f"ended {(at - OPEN) // SECOND}"
    raise AssertionError(event)


def ticks(symbol: str, at: list[int]) -> TickColumns:
    """A part whose price is the row's number."""
    instrument, stamps = instrument_for(symbol), np.array(at, dtype=np.int64)
    numbers = day_numbers(stamps, calendar_for(instrument.venue))
    busy = busy_days(numbers)
    return TickColumns(
        instrument,
        f"{symbol}.csv",
        stamps,
        np.arange(len(at)),
        np.zeros(len(at)),
        places(stamps, np.isin(numbers, busy)),
        busy,
    )


def test_bars_close_before_others_open_and_symbols_come_in_order(tmp_path: Path) -> None:
    rows = [f"2021-04-16T09:{15 + m}:00+05:30,{s},{m + 1},{m + 2},1,{m + 2},5" for s in ("TCS", "INFY") for m in (0, 1)]
    data = read_market_data([written(tmp_path / "b.csv", BARS_HEADER, *rows)])
    assert [told(event) for event in merged_events(data)] == [
        "listed INFY",
        "listed TCS",
        "session NSE 2021-04-16",
        "open INFY 0 100",
        "open TCS 0 100",
        "close INFY 60 200",
        "close TCS 60 200",
        "open INFY 60 200",
        "open TCS 60 200",
        "close INFY 120 300",
        "close TCS 120 300",
        "ended 120",
    ]


def test_a_day_that_follows_another_without_a_pause_opens_behind_the_bars_that_close_as_it_does(
    tmp_path: Path,
) -> None:
    rows = [
        f"{at}Z,{s},1,1,1,1,5" for s in ("BTC-USD", "ETH-USD") for at in ("2021-04-15T23:59:00", "2021-04-16T00:00")
    ]
    data = read_market_data([written(tmp_path / "b.csv", BARS_HEADER, *rows)])
    assert [told(event) for event in merged_events(data)][2:] == [
        "session COINBASE 2021-04-15",
        "open BTC-USD -13560 100",
        "open ETH-USD -13560 100",
        "close BTC-USD -13500 100",
        "close ETH-USD -13500 100",
        "session COINBASE 2021-04-16",
        "open BTC-USD -13500 100",
        "open ETH-USD -13500 100",
        "close BTC-USD -13440 100",
        "close ETH-USD -13440 100",
        "ended -13440",
    ]


def test_a_closed_bar_carries_what_the_file_said(tmp_path: Path) -> None:
    row = "2021-04-16T09:15:00+05:30,INFY,10.05,12,9.95,11,100"
    data = read_market_data([written(tmp_path / "b.csv", BARS_HEADER, row)])
    (bar,) = (event.bar for event in merged_events(data) if isinstance(event, BarClosed))
    assert (bar.timeframe, bar.open_at, bar.close_at) == ("1m", OPEN, OPEN + MINUTE)
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (1005, 1200, 995, 1100, 100.0)
    assert all(type(value) is int for value in (bar.open_at, bar.open, bar.high, bar.low, bar.close))


def test_ticks_of_one_instant_come_by_symbol_then_in_the_files_order(tmp_path: Path) -> None:
    written(tmp_path / "TCS.csv", TICKS_HEADER, *(f"2021-04-16T09:15:00+05:30,TCS,{price},1" for price in (3, 1, 2)))
    written(tmp_path / "INFY.csv", TICKS_HEADER, *(f"2021-04-16T09:15:00+05:30,INFY,{price},1" for price in (9, 8)))
    events = [told(event) for event in merged_events(read_market_data([tmp_path]))]
    assert events[3:-1] == ["tick INFY 0 900", "tick INFY 0 800", "tick TCS 0 300", "tick TCS 0 100", "tick TCS 0 200"]


def test_bars_and_ticks_of_different_symbols_are_one_stream(tmp_path: Path) -> None:
    bars = [f"2021-04-16T09:{15 + minute}:00+05:30,TCS,1,1,1,1,1" for minute in (0, 1)]
    written(tmp_path / "TCS.csv", BARS_HEADER, *bars)
    stamps = ("09:15:00", "09:15:30", "09:16:00", "09:17:00")
    written(tmp_path / "INFY.csv", TICKS_HEADER, *(f"2021-04-16T{stamp}+05:30,INFY,5,1" for stamp in stamps))
    events = [told(event) for event in merged_events(read_market_data([tmp_path]))]
    assert events[3:] == [
        "open TCS 0 100",
        "tick INFY 0 500",
        "tick INFY 30 500",
        "close TCS 60 100",
        "open TCS 60 100",
        "tick INFY 60 500",
        "close TCS 120 100",
        "tick INFY 120 500",
        "ended 120",
    ]


def test_late_and_wrong_day_rows_stay_among_their_neighbours(tmp_path: Path) -> None:
    own = ["09:15:00", "09:15:05", "09:15:04", "09:15:06"]
    dirty = [f"2021-04-16 {stamp},1,0" for stamp in own]
    dirty.insert(2, "1970-01-01 05:30:00,1,0")
    written(tmp_path / "INFY.csv", CUMULATIVE_HEADER, *dirty)
    written(tmp_path / "TCS.csv", CUMULATIVE_HEADER, *(f"2021-04-16 09:15:0{second},1,0" for second in range(7)))
    order = [event for event in merged_events(read_market_data([tmp_path])) if isinstance(event, Tick)]
    infy = [position for position, tick in enumerate(order) if tick.symbol == "INFY"]
    assert [(order[position].at - OPEN) // SECOND for position in infy][1:4] == [5, -OPEN // SECOND, 4]
    assert infy == [0, 6, 7, 8, 10]


def test_a_session_opens_once_a_venue_and_day_before_its_first_row() -> None:
    day = [OPEN + n * SECOND for n in range(20)]
    coin = [OPEN - HOUR, OPEN - HOUR + SECOND, OPEN + 30 * SECOND]
    data = MarketData(
        (ticks("BTC-USD", coin), ticks("INFY", day), ticks("TCS", [at + 3 * DAY for at in day])),
        (),
    )
    events = [told(event) for event in merged_events(data)]
    assert [event for event in events if event.startswith("session")] == [
        "session COINBASE 2021-04-16",
        "session NSE 2021-04-16",
        "session NSE 2021-04-19",
    ]
    assert events.index("session COINBASE 2021-04-16") == events.index("tick BTC-USD -3600 0") - 1
    assert events.index("session NSE 2021-04-16") == events.index("tick INFY 0 0") - 1
    assert events.index("session NSE 2021-04-19") == events.index(f"tick TCS {3 * 86_400} 0") - 1


def test_a_session_is_opened_at_its_open_though_its_first_row_is_earlier() -> None:
    data = MarketData((ticks("INFY", [OPEN - 7 * MINUTE, OPEN + SECOND]),), ())
    kinds = [event for event in merged_events(data) if isinstance(event, SessionOpened | Tick)]
    assert isinstance(kinds[0], SessionOpened)
    assert kinds[0].at == kinds[0].session.open_at == OPEN


def test_a_file_that_goes_back_by_days_opens_no_day_again() -> None:
    data = MarketData((ticks("INFY", [OPEN + DAY * 3, OPEN + DAY * 3 + SECOND, OPEN, OPEN + SECOND]),), ())
    assert [told(event) for event in merged_events(data) if isinstance(event, SessionOpened)] == [
        "session NSE 2021-04-19"
    ]


def test_runs_are_as_long_as_sessions_allow(tmp_path: Path) -> None:
    data = MarketData((ticks("INFY", [OPEN, OPEN + SECOND, OPEN + 3 * DAY, OPEN + 3 * DAY + SECOND]),), ())
    assert [len(piece) if isinstance(piece, TickRun) else told(piece) for piece in pieces(data)] == [
        "session NSE 2021-04-16",
        2,
        "session NSE 2021-04-19",
        2,
    ]


def test_a_part_of_a_run_is_that_part_of_its_events() -> None:
    (run,) = (
        piece
        for piece in pieces(MarketData((ticks("INFY", [OPEN + n for n in range(10)]),), ()))
        if isinstance(piece, TickRun)
    )
    assert list(run.events(3, 7)) == list(run.events())[3:7]
    assert list(run.after(OPEN + 6).events()) == list(run.events())[7:]


stamps = st.lists(
    st.integers(0, 4 * 86_400).map(lambda second: OPEN - OPEN % DAY + second * SECOND), min_size=1, max_size=30
)


@settings(max_examples=200, deadline=None)
@given(parts=st.dictionaries(st.sampled_from(["INFY", "TCS", "BTC-USD", "SBIN"]), stamps, min_size=1))
def test_the_stream_is_what_sorting_row_by_row_gives(parts: dict[str, list[int]]) -> None:
    data = MarketData(tuple(ticks(symbol, parts[symbol]) for symbol in sorted(parts)), ())
    rows = [
        (int(part.place[row]), part.instrument.symbol, row, int(part.at[row]))
        for part in data.ticks
        for row in range(len(part))
    ]
    expected = [Tick(symbol, at, row, 0.0) for _, symbol, row, at in sorted(rows)]
    events = list(merged_events(data))
    assert [event for event in events if isinstance(event, Tick)] == expected
    opened = [event.session for event in events if isinstance(event, SessionOpened)]
    assert len({(session.venue, session.day) for session in opened}) == len(opened)
    for venue in ("NSE", "COINBASE"):
        days = [session.day for session in opened if session.venue == venue]
        assert days == sorted(days)


@pytest.mark.parametrize("symbol", ["INFY", "BTC-USD"])
def test_events_are_fresh_each_time(symbol: str) -> None:
    data = MarketData((ticks(symbol, [OPEN, OPEN + SECOND]),), ())
    first, second = list(merged_events(data)), list(merged_events(data))
    assert first == second
    assert all(a is not b for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("twice", [False, True])
def test_a_run_is_the_same_merged_as_taken_apart_by_symbol(twice: bool) -> None:
    parts = [ticks("SBIN", [OPEN, OPEN + SECOND, OPEN + 9 * SECOND]), ticks("INFY", [OPEN + SECOND, OPEN + SECOND])]
    parts += [ticks("INFY", [OPEN, OPEN + SECOND])] if twice else []
    (run,) = [piece for piece in pieces(MarketData(tuple(parts), ())) if isinstance(piece, TickRun)]
    events = list(run.events())
    for number, symbol in enumerate(run.symbols):
        rows = run.by_symbol()[number]
        assert (rows.symbol, rows.place.tolist()) == (symbol, run.place[rows.rows].tolist())
        mine = [Tick(symbol, *row) for row in zip(rows.at.tolist(), rows.price.tolist(), rows.quantity.tolist(),
                                                  strict=True)]  # fmt: skip
        assert mine == [events[row] for row in rows.rows.tolist()]
    assert sorted(row for rows in run.by_symbol() for row in rows.rows.tolist()) == list(range(len(run)))
    part = run.part(1, 4)
    assert (list(part.events()), part.place.tolist()) == (events[1:4], run.place[1:4].tolist())
