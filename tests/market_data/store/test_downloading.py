"""Bars are fetched within a budget, whole though the venue cuts them off in silence; a run that ends is resumed."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from engine.adapters.brokers.coinbase.access.access import open_access
from engine.adapters.brokers.coinbase.access.endpoints import Endpoints
from engine.adapters.brokers.coinbase.prices.candles import CoinbaseCandles
from engine.domain.errors import BackPressure, DataError, InvalidValue, OutcomeUnknown, PermanentFailure
from engine.domain.instant import MINUTE, Instant
from engine.market_data.calendar import calendar_for
from engine.market_data.call_budget import BudgetSpent, CallBudget
from engine.market_data.readers import read_market_data
from engine.market_data.store.downloading import TRIES, Download, Downloaded
from engine.market_data.store.importing import Reading, import_files
from engine.simulation.clock import ManualClock
from tests.market_data.store.candle_venue import ANGEL_CALLS, AngelLikeCandles, CandleVenue, listening
from tests.market_data.written import BARS_HEADER, written

NOW = datetime(2021, 7, 1, 12, tzinfo=UTC)


def coinbase_at(address: str, venue: CandleVenue) -> CoinbaseCandles:
    return CoinbaseCandles(open_access(None, Endpoints(rest=address), venue.clock, random.Random(1)).calls)


def midnight(text: str, venue: str = "NSE") -> Instant:
    return calendar_for(venue).midnight(date.fromisoformat(text))


@pytest.fixture
def venue() -> CandleVenue:
    return CandleVenue(ManualClock(NOW), ANGEL_CALLS)


@pytest.fixture
def address(venue: CandleVenue) -> Iterator[str]:
    with listening(venue) as at:
        yield at


def fetch(venue: CandleVenue, address: str, store: Path, since: str, until: str, **how: object) -> Downloaded:
    source = AngelLikeCandles(address, venue.calls)
    return Download(source, "INFY", "1m", store, venue.clock, **how).run(midnight(since), midnight(until))  # type: ignore[arg-type]


def opens_in(store: Path) -> list[Instant]:
    return [at for part in read_market_data([store]).bars for at in part.open_at.tolist()]


def opens_at(venue: CandleVenue, since: str, until: str) -> list[Instant]:
    return [bar.open_at for bar in venue.bars("INFY", midnight(since), midnight(until))]


def test_half_a_year_takes_a_call_for_thirty_days_and_is_not_asked_for_again(
    venue: CandleVenue, address: str, tmp_path: Path
) -> None:
    done = fetch(venue, address, tmp_path / "s", "2021-01-01", "2021-06-30")
    assert (done.calls, done.short, venue.too_many) == (6, [], 0)
    assert opens_in(tmp_path / "s") == opens_at(venue, "2021-01-01", "2021-06-30")
    (kept,) = read_market_data([tmp_path / "s"]).bars
    wanted = venue.bars("INFY", midnight("2021-01-01"), midnight("2021-06-30"))
    for name in ("open", "high", "low", "close", "volume"):
        assert getattr(kept, name).tolist() == [getattr(bar, name) for bar in wanted]
    assert fetch(venue, address, tmp_path / "s", "2021-01-01", "2021-06-30").calls == 0
    more = fetch(venue, address, tmp_path / "s", "2020-12-01", "2021-06-30")
    assert more.calls == 2
    assert opens_in(tmp_path / "s") == opens_at(venue, "2020-12-01", "2021-06-30")


def test_the_budget_is_kept_to_by_waiting(address: str, venue: CandleVenue, tmp_path: Path) -> None:
    venue.calls = ((2, 1), (4, 60))
    done = fetch(venue, address, tmp_path / "s", "2020-01-01", "2021-06-30")
    assert done.calls == 19
    assert venue.too_many == 0
    assert isinstance(venue.clock, ManualClock)
    assert 240 <= sum(venue.clock.waited_s) < 260, "nineteen calls, four a minute"


def test_an_answer_that_is_cut_off_in_silence_is_asked_for_again_in_parts(
    address: str, venue: CandleVenue, tmp_path: Path
) -> None:
    venue.rows_max = 2_000  # of some 8,000 in thirty days
    done = fetch(venue, address, tmp_path / "s", "2021-03-01", "2021-06-01")
    assert opens_in(tmp_path / "s") == opens_at(venue, "2021-03-01", "2021-06-01")
    assert done.short == []
    assert 20 < done.calls < 60


def test_what_the_venue_does_not_have_is_told_and_the_rest_taken(
    address: str, venue: CandleVenue, tmp_path: Path
) -> None:
    venue.begins_at = midnight("2021-04-15") + 11 * 60 * MINUTE  # listed in the morning of a day
    done = fetch(venue, address, tmp_path / "s", "2021-03-01", "2021-05-01")
    assert opens_in(tmp_path / "s") == opens_at(venue, "2021-03-01", "2021-05-01")
    assert any(words.startswith("270 of 375 bars from 2021-04-14T18:30:00Z") for words in done.short)
    assert all(words.startswith(("270 of", "no bars")) for words in done.short)


def test_a_run_that_fails_keeps_what_it_has_and_the_next_goes_on(
    address: str, venue: CandleVenue, tmp_path: Path
) -> None:
    venue.faults = deque(["", "", "", "404"])
    with pytest.raises(PermanentFailure, match="no such symbol"):
        fetch(venue, address, tmp_path / "s", "2021-01-01", "2021-06-30")
    assert opens_in(tmp_path / "s") == opens_at(venue, "2021-01-01", "2021-04-01")
    done = fetch(venue, address, tmp_path / "s", "2021-01-01", "2021-06-30")
    assert done.calls == 3
    assert opens_in(tmp_path / "s") == opens_at(venue, "2021-01-01", "2021-06-30")


def test_a_venue_that_fails_now_and_then_is_asked_again(address: str, venue: CandleVenue, tmp_path: Path) -> None:
    venue.faults = deque(["502", "drop", "junk", "", "drop"])
    done = fetch(venue, address, tmp_path / "s", "2021-05-01", "2021-06-30")
    assert done.calls == 6
    assert opens_in(tmp_path / "s") == opens_at(venue, "2021-05-01", "2021-06-30")


def test_a_venue_that_keeps_failing_is_left_alone(address: str, venue: CandleVenue, tmp_path: Path) -> None:
    venue.faults = deque(["502"] * 50)
    with pytest.raises(OutcomeUnknown):
        fetch(venue, address, tmp_path / "s", "2021-05-01", "2021-06-30")
    assert len(venue.faults) == 50 - TRIES
    venue.faults.clear()
    venue.calls = ((0, 1),)
    with pytest.raises(BackPressure, match="exceeding access rate"):
        Download(AngelLikeCandles(address), "INFY", "1m", tmp_path / "s", venue.clock).run(
            midnight("2021-05-01"), midnight("2021-06-30")
        )


def test_a_days_budget_that_is_spent_ends_the_run_and_the_next_day_goes_on(
    address: str, venue: CandleVenue, tmp_path: Path
) -> None:
    venue.calls = ((4, 86_400),)
    with pytest.raises(
        BudgetSpent, match=r"the 4 calls of 24 h are used, the next is free in 1,440 min: give the same"
    ):
        fetch(venue, address, tmp_path / "s", "2021-01-01", "2021-06-30")
    with pytest.raises(BudgetSpent):
        fetch(venue, address, tmp_path / "s", "2021-01-01", "2021-06-30")
    assert len(venue.asked) == 4, "calls of earlier runs count"
    assert isinstance(venue.clock, ManualClock)
    venue.clock.advance(86_400)
    assert fetch(venue, address, tmp_path / "s", "2021-01-01", "2021-06-30").calls == 2
    assert venue.too_many == 0
    assert opens_in(tmp_path / "s") == opens_at(venue, "2021-01-01", "2021-06-30")


def test_a_bar_that_is_not_over_is_left_for_another_time(address: str, venue: CandleVenue, tmp_path: Path) -> None:
    venue.clock = ManualClock(datetime(2021, 6, 30, 4, 30, 20, tzinfo=UTC))  # ten o'clock in Mumbai, and 20 seconds
    fetch(venue, address, tmp_path / "s", "2021-06-29", "2021-07-01")
    ten = midnight("2021-06-30") + 600 * MINUTE
    assert opens_in(tmp_path / "s")[-1] == ten - MINUTE
    venue.clock.advance(60)
    assert fetch(venue, address, tmp_path / "s", "2021-06-29", "2021-07-01").calls == 1
    assert opens_in(tmp_path / "s")[-1] == ten


def test_bars_that_contradict_the_store_are_refused_unless_preferred(
    address: str, venue: CandleVenue, tmp_path: Path
) -> None:
    file = written(tmp_path / "b.csv", BARS_HEADER, "2021-06-29T09:15:00+05:30,INFY,1,1,1,1,1")
    import_files([file], tmp_path / "s", Reading(), at="")
    with pytest.raises(DataError, match=r"the store has 1\.00; --prefer new takes the new one"):
        fetch(venue, address, tmp_path / "s", "2021-06-29", "2021-06-30")
    fetch(venue, address, tmp_path / "s", "2021-06-29", "2021-06-30", prefer_new=True)
    assert opens_in(tmp_path / "s") == opens_at(venue, "2021-06-29", "2021-06-30")


def test_a_symbol_of_another_venue_is_refused(address: str, venue: CandleVenue, tmp_path: Path) -> None:
    download = Download(coinbase_at(address, venue), "INFY", "1m", tmp_path / "s", venue.clock)
    with pytest.raises(DataError, match="INFY: is traded at NSE, not at COINBASE"):
        download.run(0, MINUTE)
    with pytest.raises(InvalidValue, match="Coinbase keeps no bars of '3m'"):
        Download(coinbase_at(address, venue), "BTC-USD", "3m", tmp_path / "s", venue.clock).run(0, MINUTE)


def test_a_day_of_a_coin_comes_in_answers_of_at_most_350_bars(address: str, venue: CandleVenue, tmp_path: Path) -> None:
    venue.calls = ((10, 1),)
    since, until = midnight("2021-06-01", "COINBASE"), midnight("2021-06-02", "COINBASE")
    hole = (since + 200 * MINUTE, since + 219 * MINUTE)  # nobody traded; nothing is short by that
    venue.holes = [hole]
    venue.faults = deque(["", "502"])
    done = Download(coinbase_at(address, venue), "BTC-USD", "1m", tmp_path / "s", venue.clock).run(since, until)
    assert (done.calls, done.short, venue.too_many) == (6, [], 0)
    (part,) = read_market_data([tmp_path / "s"]).bars
    wanted = venue.bars("BTC-USD", since, until)
    assert len(wanted) == 1_440 - 19
    assert part.open_at.tolist() == [bar.open_at for bar in wanted]
    assert part.close.tolist() == [bar.close for bar in wanted]
    assert part.volume.tolist() == [bar.volume for bar in wanted]


def test_a_budget_counts_calls_of_before_and_forgets_old_ones() -> None:
    clock = ManualClock(NOW)
    now = NOW.timestamp()
    budget = CallBudget(clock, ((2, 60),), [now - 61, now - 50])
    budget.take()
    budget.take()
    assert clock.waited_s == pytest.approx([10])
    assert len(budget.made) == 2
    assert clock.now() == NOW + timedelta(seconds=10)
