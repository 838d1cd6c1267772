"""The demo feed: history up to a place, ticks from there on, day after day."""

from itertools import islice, takewhile

import pytest

from engine.adapters.feeds.demo import DemoFeed
from engine.domain.errors import InvalidValue
from engine.domain.events import HistoryBar, InstrumentListed, MarketEvent, SessionOpened
from engine.domain.instant import SECOND
from engine.domain.market import Tick
from engine.ports import MarketFeed
from engine.simulation.clock import ManualClock
from engine.simulation.demo_market import SYMBOLS, DemoMarket

MARKET = DemoMarket(seed=7)
START = MARKET.starts_at


def feed(speed: float = 0, clock: ManualClock | None = None) -> MarketFeed:
    return DemoFeed(MARKET, clock or ManualClock(), speed)


def never() -> bool:
    return False


def test_history_is_the_day_before_and_today_up_to_the_start() -> None:
    history = list(feed().history(None))
    assert [event.instrument.symbol for event in history if isinstance(event, InstrumentListed)] == list(SYMBOLS)
    sessions = [event.session.day for event in history if isinstance(event, SessionOpened)]
    assert sessions == ["2026-01-02", "2026-01-05"]
    bars = [event.bar for event in history if isinstance(event, HistoryBar)]
    assert len(bars) == (375 + 45) * len(SYMBOLS)
    assert [(bar.close_at, bar.symbol) for bar in bars] == sorted((bar.close_at, bar.symbol) for bar in bars)
    assert bars[-1].close_at == START
    assert {bar.timeframe for bar in bars} == {"1m"}


def test_events_begin_right_after_the_start_without_opening_the_session_again() -> None:
    first = list(islice(feed().events(None, never), 500))
    assert all(isinstance(event, Tick) for event in first)
    assert all(START - 3 * SECOND < event.at <= START + 100 * SECOND for event in first)
    assert first[0].at > START


def test_going_on_from_any_place_gives_the_rest_of_the_same_stream() -> None:
    whole = list(islice(feed().events(None, never), 4_000))
    place = whole[2_000].at
    later = list(islice(feed().events(place, never), 1_000))
    assert later == whole[2_001:3_001]


def test_a_new_day_begins_right_after_the_close() -> None:
    close = MARKET.session(0).close_at
    clock = ManualClock()
    events = feed(10.0, clock).events(close - 10 * SECOND, never)
    before = list(takewhile(lambda event: not isinstance(event, SessionOpened), events))
    assert clock.monotonic() <= 1.0 + 0.11
    assert all(close - 13 * SECOND < tick.at < close for tick in before)
    opened_s = clock.monotonic()
    first = next(iter(events))
    assert isinstance(first, Tick)
    assert MARKET.session(1).open_at < first.at < MARKET.session(1).open_at + 3 * SECOND
    assert clock.monotonic() - opened_s <= 0.3


FRIDAY_CLOSE, MONDAY_OPEN = MARKET.session(4).close_at, MARKET.session(5).open_at


@pytest.mark.parametrize(
    "place", [FRIDAY_CLOSE - SECOND, FRIDAY_CLOSE, FRIDAY_CLOSE + SECOND, MONDAY_OPEN - 1, MONDAY_OPEN, MONDAY_OPEN + 1]
)
def test_history_and_events_together_open_each_session_once(place: int) -> None:
    history = list(feed().history(place))
    rest: list[MarketEvent] = list(islice(feed().events(place, never), 200_000))
    days = [event.session.day for event in [*history, *rest] if isinstance(event, SessionOpened)]
    assert days == sorted(set(days))
    assert MARKET.session(5).day in days
    assert all(event.bar.close_at <= place for event in history if isinstance(event, HistoryBar))


def test_the_demo_keeps_ten_times_the_pace_of_life() -> None:
    clock = ManualClock()
    for tick in feed(10.0, clock).events(None, lambda: clock.monotonic() >= 12):
        assert isinstance(tick, Tick)
        assert tick.at <= START + int(clock.monotonic() * 10 * SECOND) + 1
    assert tick.at > START + 115 * SECOND


def test_a_stop_is_heard() -> None:
    clock = ManualClock()
    assert len(list(feed(10.0, clock).events(None, lambda: clock.monotonic() > 1))) > 10
    assert clock.monotonic() <= 1.2


def test_a_speed_that_can_not_be_is_refused_at_once() -> None:
    with pytest.raises(InvalidValue, match="speed"):
        feed(-1)
