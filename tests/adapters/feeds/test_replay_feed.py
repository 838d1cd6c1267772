"""The replay feed: what it emits is a backtest's stream; the clock sets the pace alone."""

from pathlib import Path

import pytest

from engine.adapters.feeds.replay import ReplayFeed
from engine.domain.events import InstrumentListed, MarketEnded, MarketEvent
from engine.domain.market import Tick
from engine.market_data.columns import MarketData
from engine.market_data.merge import merged_events
from engine.market_data.readers import read_market_data
from engine.ports import MarketFeed
from engine.simulation.clock import ManualClock
from tests.market_data.written import TICKS_HEADER, written


@pytest.fixture
def data(tmp_path: Path) -> MarketData:
    for symbol, offset in (("INFY", 0), ("TCS", 3)):
        rows = [
            f"2021-04-{day}T09:15:{second * 4 + offset:02d}+05:30,{symbol},{100 + second},1"
            for day in (28, 29)
            for second in range(12)
        ]
        written(tmp_path / f"{symbol}.csv", TICKS_HEADER, *rows)
    return read_market_data([tmp_path])


def all_of(feed: MarketFeed, since: int | None = None) -> list[MarketEvent]:
    return [*feed.history(since), *feed.events(since, lambda: False)]


@pytest.mark.parametrize("speed", [0, 1, 60])
def test_history_and_events_are_the_backtests_stream_at_any_speed(data: MarketData, speed: float) -> None:
    feed: MarketFeed = ReplayFeed(data, ManualClock(), speed)
    assert all_of(feed) == list(merged_events(data))
    assert (feed.market, feed.speed, feed.simulated) == ("replay", speed, True)
    assert [instrument.symbol for instrument in feed.instruments()] == ["INFY", "TCS"]


def test_going_on_from_a_place_plays_everything_again_without_waiting_up_to_it(data: MarketData) -> None:
    place = [event.at for event in merged_events(data) if isinstance(event, Tick)][30]
    clock = ManualClock()
    feed = ReplayFeed(data, clock, speed=1.0)
    events = feed.events(place, lambda: False)
    waited_before = []
    for event in events:
        if isinstance(event, Tick) and event.at <= place:
            waited_before.append(clock.monotonic())
    assert set(waited_before) == {0.0}
    assert clock.monotonic() > 5
    assert all_of(feed, place) == list(merged_events(data))


def test_a_replay_that_is_stopped_does_not_end_the_market(data: MarketData) -> None:
    seen: list[MarketEvent] = []
    clock = ManualClock()
    for event in ReplayFeed(data, clock, speed=1.0).events(None, lambda: clock.monotonic() > 20):
        seen.append(event)
    assert seen == [event for event in merged_events(data) if not isinstance(event, InstrumentListed)][: len(seen)]
    assert not any(isinstance(event, MarketEnded) for event in seen)
    assert len(seen) > 5
