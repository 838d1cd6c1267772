"""Frames become ticks by the rules of prints.py: what traded, once, stamped by the exchange, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.brokers.angelone.prices.frames import LTP, QUOTE, SNAP_QUOTE
from engine.adapters.brokers.angelone.prices.prints import Heard, Prints
from engine.domain.events import InstrumentListed, MarketEvent
from engine.domain.instant import instant_of
from engine.domain.market import Tick
from engine.market_data.instruments import instrument_for
from tests.brokers.angelone.frames import frame
from tests.brokers.angelone.listings import DEFAULT
from tests.brokers.angelone.market import Market, Quote
from tests.brokers.angelone.running import OPEN_DAY

TEN = datetime.fromisoformat(OPEN_DAY)
OPEN = TEN.replace(hour=9, minute=15)
SBIN = Market(DEFAULT, TEN).quotes["NSE", "3045"]
NIFTY = Market(DEFAULT, TEN).quotes["NSE", "99926000"]


def prints(mode: int = QUOTE, quote: Quote = SBIN, opens: datetime = OPEN) -> Prints:
    """One symbol's."""
    instrument = instrument_for(quote.listing.name if quote is SBIN else "NIFTY50")
    return Prints([Heard(instrument, "NSE", quote.listing.token, mode)], instant_of(opens))


def quote(price: int, volume: int, **more: int) -> Quote:
    """SBIN after so much volume, at a price."""
    return replace(SBIN, last=price, volume=volume, **more)


def taken(into: Prints, told: Quote, at: datetime, mode: int = QUOTE, now_s: float = 0.0) -> list[MarketEvent]:
    """The events of one frame."""
    return list(into.take(frame(mode, told, at), now_s))


def after(seconds: int) -> datetime:
    """Ten o'clock and so many seconds."""
    return TEN + timedelta(seconds=seconds)


def test_the_first_frame_is_a_price_without_a_quantity() -> None:
    assert taken(prints(), quote(82_000, 5_000), TEN) == [Tick("SBIN", instant_of(TEN), 82_000, 0.0)]


def test_what_traded_is_the_rise_of_the_days_volume() -> None:
    into = prints()
    steps = [(82_000, 100), (82_005, 130), (82_005, 131)]
    ticks = [tick for n, step in enumerate(steps) for tick in taken(into, quote(*step), after(n))]
    assert [(tick.price, tick.quantity) for tick in ticks] == [(82_000, 0), (82_005, 30), (82_005, 1)]


def test_a_snapshot_that_comes_again_is_no_tick_and_a_sign_of_life() -> None:
    into = prints()
    taken(into, quote(82_000, 100), TEN, now_s=1.0)
    for seconds in range(1, 5):
        assert taken(into, quote(82_000, 100), after(seconds), now_s=1.0 + seconds) == []
    assert (into.heard[0].heard_s, into.heard[0].told_s) == (5.0, 1.0)


def test_an_index_has_no_volume_and_moves_all_the_same() -> None:
    into = prints(LTP, NIFTY)
    told = [taken(into, replace(NIFTY, last=price), after(n), LTP) for n, price in enumerate((250, 250, 251))]
    assert [[tick.price for tick in ticks] for ticks in told] == [[250], [], [251]]


def test_a_late_frame_changes_nothing() -> None:
    into = prints()
    taken(into, quote(82_000, 100), after(5))
    assert taken(into, quote(81_000, 90), after(4)) == []
    assert [tick.quantity for tick in taken(into, quote(82_000, 120), after(6))] == [20]
    assert into.counts.late == 1


def test_a_volume_that_falls_counts_again_when_it_has_caught_up() -> None:
    into = prints()
    steps = [(82_000, 100), (82_010, 40), (82_020, 90), (82_030, 115)]
    ticks = [tick for n, step in enumerate(steps) for tick in taken(into, quote(*step), after(n))]
    assert [(tick.price, tick.quantity) for tick in ticks] == [(82_000, 0), (82_010, 0), (82_020, 0), (82_030, 15)]


def test_what_traded_while_the_connection_was_away_is_in_the_first_tick_after_it() -> None:
    into = prints()
    taken(into, quote(82_000, 100), TEN)
    assert [tick.quantity for tick in taken(into, quote(82_100, 900), after(60))] == [800]


def test_before_the_open_nothing_is_a_tick_and_the_opening_auction_is_in_no_bar() -> None:
    into = prints()
    assert taken(into, quote(82_500, 7_000), OPEN - timedelta(minutes=6)) == []
    assert taken(into, quote(82_500, 7_000), OPEN - timedelta(minutes=1)) == []
    first = taken(into, quote(82_510, 7_040), OPEN)
    assert [(tick.price, tick.quantity) for tick in first] == [(82_510, 40)]


def test_a_share_that_has_not_traded_today_has_no_price_of_today() -> None:
    into = prints()
    assert taken(into, quote(82_000, 0), TEN) == []
    assert [tick.quantity for tick in taken(into, quote(82_000, 15), after(1))] == [15]


def test_another_day_begins_anew() -> None:
    into = prints()
    taken(into, quote(82_000, 1_000_000), TEN)
    tomorrow = TEN + timedelta(days=2)
    into.opens_at = instant_of(OPEN + timedelta(days=2))
    assert [tick.quantity for tick in taken(into, quote(83_000, 10), tomorrow)] == [0]
    assert [tick.quantity for tick in taken(into, quote(83_000, 25), tomorrow + timedelta(seconds=1))] == [15]


@pytest.mark.parametrize("price", [0, -5])
def test_no_price_is_no_tick(price: int) -> None:
    assert taken(prints(), quote(price, 100), TEN) == []


def test_circuit_limits_come_before_the_price_once() -> None:
    into = prints(SNAP_QUOTE)
    first = taken(into, quote(82_000, 100), TEN, SNAP_QUOTE)
    assert [type(event) for event in first] == [InstrumentListed, Tick]
    assert isinstance(first[0], InstrumentListed)
    assert (first[0].instrument.band_low, first[0].instrument.band_high) == (Decimal("738.00"), Decimal("902.00"))
    assert [type(event) for event in taken(into, quote(82_005, 101), after(1), SNAP_QUOTE)] == [Tick]


@pytest.mark.parametrize(("stamped_s", "told"), [(6, 1), (4, 0)])
def test_circuit_limits_of_a_late_frame_are_late_too(stamped_s: int, told: int) -> None:
    """Exchanges move the bands of shares with derivatives within the day: the old ones must not come back."""
    into = prints(SNAP_QUOTE)
    taken(into, quote(82_000, 100), after(5), SNAP_QUOTE)
    moved = bytearray(frame(SNAP_QUOTE, quote(82_000, 100), after(stamped_s)))
    moved[347:355] = (95_000).to_bytes(8, "little")
    assert len(list(into.take(bytes(moved), 0.0))) == told


def test_sequence_numbers_are_noticed_and_decide_nothing() -> None:
    into = prints()
    numbers = [7, 8, 12, 10, 10]
    ticks = [taken(into, quote(82_000 + n, 100 + n, sequence=number), after(n)) for n, number in enumerate(numbers)]
    assert [len(each) for each in ticks] == [1] * 5
    assert (into.counts.skipped, into.counts.backward) == (1, 1)


def test_what_can_not_be_read_is_counted_and_costs_nothing_else() -> None:
    into = prints()
    whole = frame(QUOTE, quote(82_000, 100), TEN)
    for data in (b"", b"\x09" + whole[1:], whole[:60]):
        assert list(into.take(data, 0.0)) == []
    assert list(into.take(whole[:2] + b"999".ljust(25, b"\0") + whole[27:], 0.0)) == []
    assert (into.counts.unreadable, into.counts.unknown) == (3, 1)
    assert into.counts.last_trouble == "a frame of mode 2 has 60 bytes, 123 are needed"
    assert len(list(into.take(whole, 0.0))) == 1


def test_a_token_with_something_behind_its_end_is_still_that_token() -> None:
    into, whole = prints(), frame(QUOTE, quote(82_000, 100), TEN)
    padded = whole[:2] + b"3045\0garbage".ljust(25, b"\1") + whole[27:]
    assert len(list(into.take(padded, 0.0))) == 1
    assert list(into.take(padded, 1.0)) == []


@given(
    st.lists(st.tuples(st.integers(-3, 5), st.integers(81_990, 82_010), st.integers(-50, 200)), min_size=1, max_size=60)
)
def test_whatever_comes_ticks_are_in_order_and_add_up_to_no_more_than_traded(steps: list[tuple[int, int, int]]) -> None:
    into, at, volume = prints(), TEN, 1_000
    ticks: list[Tick] = []
    for seconds, price, more in steps:
        at, volume = at + timedelta(seconds=seconds), max(0, volume + more)
        ticks += [event for event in taken(into, quote(price, volume), at) if isinstance(event, Tick)]
    assert all(earlier.at <= later.at for earlier, later in pairwise(ticks))
    heard = into.heard[0]
    assert all(tick.quantity >= 0 for tick in ticks)
    assert sum(tick.quantity for tick in ticks) <= max(0, heard.volume)
