"""Coinbase's feed, whole, against the loopback broker: prices arrive, whatever happens to a connection is found and
mended, no trade is lost or told twice, and days follow one another.
"""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import pytest

from engine.adapters.brokers.coinbase.access.access import open_access
from engine.adapters.brokers.coinbase.access.endpoints import Endpoints
from engine.adapters.brokers.coinbase.prices.feed import CoinbaseFeed
from engine.adapters.brokers.coinbase.prices.products import Products
from engine.domain.events import ClockTicked, HistoryBar, InstrumentListed, MarketStatus, SessionOpened
from engine.domain.instant import MINUTE, instant_of
from engine.domain.market import Tick, TradingStatus
from tests.adapters.brokers.coinbase.listening_coinbase import SYMBOLS, ListeningCoinbase, Made
from tests.adapters.brokers.coinbase.printed import BTC, ETH
from tests.brokers.coinbase.in_process import InProcessCoinbase


def test_prices_come_as_they_are_traded_with_their_sizes(live: ListeningCoinbase) -> None:
    for number, price in enumerate(("64000.01", "63999.99", "64000.00"), start=1):
        live.trades(price, size=f"0.0{number}")
    live.trades("1919.41", ETH, "3.5")
    live.wait_for(lambda: len(live.prices(BTC)) == 4 and live.prices(ETH) == [191_941])
    assert [(tick.price, tick.quantity) for tick in live.ticks(BTC)[1:]] == [
        (6_400_001, 0.01), (6_399_999, 0.02), (6_400_000, 0.03),
    ]  # fmt: skip
    assert live.ticks(BTC)[-1].at == instant_of(live.clock.now())
    kinds = [type(event) for event in live.events]
    assert kinds.index(SessionOpened) < kinds.index(Tick)


def test_history_is_two_days_of_final_minutes_in_answers_of_at_most_350(made: Made, server: InProcessCoinbase) -> None:
    feed = made(BTC, days=2)
    feed.feed.prepare()
    events = list(feed.feed.history(None))
    assert [event.instrument.symbol for event in events if isinstance(event, InstrumentListed)] == [BTC]
    opened = [event.session.day for event in events if isinstance(event, SessionOpened)]
    assert opened == ["2026-11-21", "2026-11-22", "2026-11-23"]
    bars = [event.bar for event in events if isinstance(event, HistoryBar)]
    assert len(bars) == 2 * 1_440 + 600
    assert bars[-1].close_at == instant_of(datetime.fromisoformat("2026-11-23T10:00:00+00:00"))
    assert server.calls("candles") == 10
    assert server.calls("too fast") == 0


ENDINGS: dict[str, dict[str, object]] = {
    "closed with 1000": {"act": "close", "code": 1000},
    "closed with 1001": {"act": "close", "code": 1001},
    "cut without a frame": {"act": "abort"},
}


@pytest.mark.parametrize("how", sorted(ENDINGS))
def test_a_connection_that_ends_is_opened_again_and_asked_for_everything(live: ListeningCoinbase, how: str) -> None:
    live.here.do("market_socket", **ENDINGS[how])
    live.trades("64001.00")  # while there is none
    live.wait_for(lambda: live.lives() == 2 and live.subscribed() == [list(SYMBOLS)])
    live.trades("64002.00")
    live.wait_for(lambda: len(live.prices(BTC)) == 3)
    assert live.prices(BTC) == [6_400_000, 6_400_100, 6_400_200]
    assert live.feed.view().counts[0].missed == 0


def test_a_connection_that_stands_still_is_given_up_within_25_s_and_nothing_is_lost(live: ListeningCoinbase) -> None:
    began = live.clock.monotonic()
    live.here.do("market_socket", act="stall")
    live.trades("64001.00")

    def passes_and_lives() -> bool:
        live.clock.pass_s(0.25)
        return live.lives() == 2

    live.wait_for(passes_and_lives)
    assert live.clock.monotonic() - began <= 40  # 25, and what looks lag behind this clock
    live.here.do("market_socket", act="resume")
    live.wait_for(lambda: live.prices(BTC) == [6_400_000, 6_400_100])


def test_a_refused_connection_is_tried_again_after_a_rest(live: ListeningCoinbase) -> None:
    live.here.do("market_socket", act="refuse", status=503, times=2)
    live.here.do("market_socket", act="abort")
    live.wait_for(lambda: live.lives() == 2)
    assert live.rests == [1, 2, 3]
    live.trades("64001.00")
    live.wait_for(lambda: live.prices(BTC)[-1] == 6_400_100)


@pytest.mark.parametrize("act", ["drop", "lose"])
def test_a_trade_whose_message_is_lost_is_had_from_the_answer_to_asking_anew(live: ListeningCoinbase, act: str) -> None:
    live.here.do("market_socket", act=act, channel="market_trades")
    for price in ("64001.00", "64002.00"):
        live.trades(price)
    live.wait_for(lambda: live.prices(BTC) == [6_400_000, 6_400_100, 6_400_200])
    assert live.lives() == 1


def test_a_hole_in_the_numbers_of_messages_is_asked_about(live: ListeningCoinbase) -> None:
    live.here.do("market_socket", act="gap")
    live.wait_for(lambda: live.feed.view().counts[0].gaps == 1)
    live.wait_for(lambda: not live.feed.lines[0].trades.gathering)
    live.trades("64001.00")
    live.wait_for(lambda: live.prices(BTC) == [6_400_000, 6_400_100])


def test_messages_that_come_twice_or_mean_nothing_change_nothing(live: ListeningCoinbase) -> None:
    live.here.do("market_socket", act="double", channel="market_trades")
    live.here.do("market_socket", act="unknown")
    live.here.do("market_socket", act="error", message="as asked")
    for price in ("64001.00", "64002.00"):
        live.trades(price)
    live.wait_for(lambda: live.prices(BTC) == [6_400_000, 6_400_100, 6_400_200])
    live.wait_for(lambda: "as asked" in live.feed.view().lines[0].complaint)


def test_a_quiet_market_is_asked_now_and_then_and_said_to_live(live: ListeningCoinbase) -> None:
    live.trades("1919.41", ETH)

    def passes_and_alive() -> bool:
        live.clock.pass_s(0.3)
        return {event.symbol for event in live.told(MarketStatus)} == set(SYMBOLS)  # type: ignore[attr-defined]

    live.wait_for(passes_and_alive)
    assert live.lives() == 1
    assert all(event.status is TradingStatus.TRADING for event in live.told(MarketStatus))  # type: ignore[attr-defined]


def test_a_minute_without_a_trade_ends_by_the_clock(live: ListeningCoinbase) -> None:
    ends = instant_of(live.clock.now()) // MINUTE * MINUTE + MINUTE

    def passes_and_ended() -> bool:
        live.clock.pass_s(0.5)
        return ClockTicked(ends) in live.events

    live.wait_for(passes_and_ended)
    assert instant_of(live.clock.now()) >= ends + 2_000_000


def test_a_day_follows_the_other_on_the_same_connection(live: ListeningCoinbase) -> None:
    live.clock.jump(datetime.fromisoformat("2026-11-23T23:59:59+00:00"))
    live.trades("64001.00")
    live.wait_for(lambda: live.prices(BTC)[-1] == 6_400_100)
    live.clock.jump(datetime.fromisoformat("2026-11-24T00:00:00.5+00:00"))
    live.trades("64002.00")
    live.wait_for(lambda: live.prices(BTC)[-1] == 6_400_200)
    days = [event.session.day for event in live.told(SessionOpened)]  # type: ignore[attr-defined]
    assert days == ["2026-11-23", "2026-11-24"]
    opened = live.events.index(live.told(SessionOpened)[-1])
    assert live.events.index(live.ticks(BTC)[-1]) > opened > live.events.index(live.ticks(BTC)[-2])


def test_a_start_without_a_network_goes_on_with_what_an_earlier_one_found_and_is_not_held_up(
    made: Made, server: InProcessCoinbase, tmp_path: Path
) -> None:
    made().feed.prepare()
    away = open_access(None, Endpoints(rest="http://127.0.0.1:1"), server.clock, random.Random(1))
    products = Products(away.calls, tmp_path / "products.json")
    feed = CoinbaseFeed(SYMBOLS, away, products, server.clock, lambda attempt: 60.0)
    feed.prepare()
    waited_s = server.clock.waited_s
    events = list(feed.history(None))
    assert [one.symbol for one in feed.instruments()] == list(SYMBOLS)
    assert {type(event) for event in events} == {InstrumentListed, SessionOpened}
    assert server.clock.waited_s - waited_s < 10, "each symbol's bars are asked for once"
    away.close()


def test_the_minutes_that_the_start_took_are_told_by_bars_and_their_trades_are_not(made: Made) -> None:
    feed = made(BTC)
    feed.feed.prepare()
    feed.trades("64000.00")
    past = list(feed.feed.history(None))
    feed.trades("64001.00")  # within the minute that bars have not told
    feed.clock.pass_s(90)
    feed.trades("64002.00")
    feed.start()
    feed.wait_for(lambda: feed.prices(BTC) == [6_400_200])
    missed = [event.bar for event in feed.told(HistoryBar)]  # type: ignore[attr-defined]
    before = [event.bar for event in past if isinstance(event, HistoryBar)]
    assert [bar.open_at for bar in missed] == [before[-1].open_at + MINUTE]
    assert missed[-1].close == 6_400_100
