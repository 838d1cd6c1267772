"""The demo market: the same for a seed wherever it is made, believable, and dirty on purpose."""

import os
import subprocess
import sys
from datetime import date
from hashlib import sha256

import numpy as np
import pytest

from engine.domain.instant import DAY, MINUTE, SECOND
from engine.market_data.runs import TickRun
from engine.simulation.demo_market import SYMBOLS, VENUE, DemoMarket
from engine.simulation.demo_market_ticks import DemoTicks

MARKET = DemoMarket(seed=1)

# Of seed 1, day 3, made once. Another value means that every demo account's past has changed under it.
DAY_3_DIGEST = "6f020b4c72189a8bbb4bcccb0e5940f45af4173eed2bfbd5f46ae3bbe5bbb215"


def digest(run: TickRun) -> str:
    whole = sha256()
    for column in (run.codes, run.at, run.price, run.quantity):
        whole.update(column.astype("<f8").tobytes() if column.dtype.kind == "f" else column.astype("<i8").tobytes())
    return whole.hexdigest()


def clean(ticks: DemoTicks) -> tuple[np.ndarray, np.ndarray]:
    return ticks.at[ticks.clean], ticks.price[ticks.clean]


def test_a_day_of_a_seed_is_the_same_everywhere_and_for_ever() -> None:
    assert digest(MARKET.day(3)) == DAY_3_DIGEST


def test_a_day_is_the_same_in_another_process_with_another_hash_seed_made_alone() -> None:
    program = (
        "from engine.simulation.demo_market import DemoMarket;"
        "from tests.simulation.test_demo_market import digest;"
        "print(digest(DemoMarket(5).day(200)))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join(sys.path)}
    other = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    market = DemoMarket(5)
    market.day(3)
    assert other.stdout.strip() == digest(market.day(200))


def test_seeds_symbols_and_days_all_differ() -> None:
    made = [
        DemoMarket(seed).ticks(day, symbol).price[:500].tolist()
        for seed in (1, 2)
        for day in (0, 1)
        for symbol in ("SBIN", "TCS")
    ]
    assert len({tuple(prices) for prices in made}) == 8


def test_instruments_share_one_venue_and_currency_and_say_that_they_are_simulated() -> None:
    instruments = MARKET.instruments()
    assert [instrument.symbol for instrument in instruments] == list(SYMBOLS)
    assert {(instrument.venue, instrument.currency) for instrument in instruments} == {(VENUE, "INR")}
    assert all(instrument.name.endswith("(simulated)") for instrument in instruments)
    assert [instrument.symbol for instrument in instruments if not instrument.tradable] == ["NIFTY50"]
    coin = next(instrument for instrument in instruments if instrument.symbol == "BTC-INR")
    assert coin.quantity_digits == 8


def test_days_are_weekdays_from_the_fifth_of_january_2026_on() -> None:
    days = [MARKET.session(day).day for day in (-1, 0, 1, 4, 5, 10, 1000)]
    assert days == ["2026-01-02", "2026-01-05", "2026-01-06", "2026-01-09", "2026-01-12", "2026-01-19", "2029-11-05"]
    assert all(date.fromisoformat(MARKET.session(day).day).weekday() < 5 for day in range(-10, 60))


@pytest.mark.parametrize("day", [-3, 0, 4, 5, 777])
def test_an_instant_belongs_to_the_day_that_trades_or_the_next_to_trade(day: int) -> None:
    session = MARKET.session(day)
    assert MARKET.day_of(session.open_at) == day
    assert MARKET.day_of(session.close_at - 1) == day
    assert MARKET.day_of(session.close_at) == day + 1
    assert MARKET.day_of(session.open_at - 1) == day
    friday = MARKET.session(4)
    assert MARKET.day_of(friday.close_at + DAY) == MARKET.day_of(friday.close_at + 2 * DAY) == 5


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_ticks_come_about_once_a_second_within_the_session_on_the_tick_size(symbol: str) -> None:
    at, price = clean(MARKET.ticks(2, symbol))
    session = MARKET.session(2)
    gaps = np.diff(at)
    assert session.open_at <= at[0] < session.open_at + 3 * SECOND
    assert session.close_at - 3 * SECOND <= at[-1] < session.close_at
    assert gaps.min() >= SECOND // 2
    assert gaps.max() <= 2 * SECOND
    assert 0.95 * SECOND < gaps.mean() < 1.05 * SECOND
    assert not (price % (100 if symbol == "BTC-INR" else 5)).any()
    assert price.min() > 0


def test_true_ticks_never_share_an_instant() -> None:
    at = np.concatenate([clean(MARKET.ticks(2, symbol))[0] for symbol in SYMBOLS])
    assert len(np.unique(at)) == len(at)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_day_moves_believably_and_goes_on_from_the_one_before(symbol: str) -> None:
    close = None
    for day in range(6):
        _, price = clean(MARKET.ticks(day, symbol))
        assert abs(np.diff(price) / price[:-1]).max() < 0.015
        assert 0.002 < (price.max() - price.min()) / price.mean() < 0.12
        if close is not None:
            assert abs(price[0] / close - 1) < 0.04
        close = price[-1]


def test_prices_stay_near_where_they_began_after_thousands_of_days() -> None:
    for symbol in SYMBOLS:
        closes = [clean(MARKET.ticks(day, symbol))[1][-1] for day in (0, 5_000, 50_000)]
        assert max(closes) < 2.5 * min(closes)


def test_volume_is_u_shaped_and_an_index_has_none() -> None:
    per_hour = np.zeros(6)
    for day in range(5):
        ticks = MARKET.ticks(day, "SBIN")
        hour = (ticks.at - MARKET.session(day).open_at) // (63 * MINUTE)
        per_hour += np.bincount(hour, ticks.quantity, 6)
    assert per_hour[0] > 1.3 * per_hour[3]
    assert per_hour[5] > 1.2 * per_hour[3]
    assert not MARKET.ticks(0, "NIFTY50").quantity.any()


def test_a_few_ticks_are_false_in_each_of_three_ways() -> None:
    late = repeats = spikes = rows = 0
    for day in range(4):
        ticks = MARKET.ticks(day, "RELIANCE")
        rows += len(ticks.at)
        for row in np.flatnonzero(~ticks.clean):
            before = row - 1
            if ticks.at[row] < ticks.at[before]:
                late += 1
            elif ticks.at[row] == ticks.at[before]:
                assert (ticks.price[row], ticks.quantity[row]) == (ticks.price[before], 0)
                repeats += 1
            else:
                assert ticks.price[row] >= 1.25 * ticks.price[before]
                spikes += 1
    assert min(late, repeats, spikes) >= 5
    assert (late + repeats + spikes) * 1_000 < rows


def test_the_merged_day_holds_every_symbols_ticks_in_their_order() -> None:
    run = MARKET.day(1)
    assert (np.diff(run.place) >= 0).all()
    for number, symbol in enumerate(SYMBOLS):
        ticks, mine = MARKET.ticks(1, symbol), run.codes == number
        assert run.at[mine].tolist() == ticks.at.tolist()
        assert run.price[mine].tolist() == ticks.price.tolist()


def test_bars_are_made_of_the_true_ticks_alone() -> None:
    bars = [bar for bar in MARKET.bars(1) if bar.symbol == "INFY"]
    at, price = clean(MARKET.ticks(1, "INFY"))
    assert len(bars) == 375
    for bar in bars[::37]:
        inside = price[(at >= bar.open_at) & (at < bar.close_at)]
        assert (bar.open, bar.high, bar.low, bar.close) == (inside[0], inside.max(), inside.min(), inside[-1])
        assert bar.close_at - bar.open_at == MINUTE
    ticks = MARKET.ticks(1, "INFY")
    assert sum(bar.volume for bar in bars) == ticks.quantity[ticks.clean].sum()
    until = MARKET.session(1).open_at + 10 * MINUTE
    assert max(bar.close_at for bar in MARKET.bars(1, until)) == until
