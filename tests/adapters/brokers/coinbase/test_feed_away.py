"""Coinbase's feed while its connection is away: time waits for a while, and what passed is told afterwards."""

from __future__ import annotations

from datetime import datetime

from engine.domain.events import ClockTicked, HistoryBar, SessionOpened
from engine.domain.instant import MINUTE, instant_of
from tests.adapters.brokers.coinbase.listening_coinbase import ListeningCoinbase
from tests.adapters.brokers.coinbase.printed import BTC, TEN
from tests.adapters.brokers.coinbase.test_feed_through_faults import heard_all


def test_time_stands_while_the_connection_is_away_and_the_minute_is_whole_afterwards(live: ListeningCoinbase) -> None:
    live.clock.jump(datetime.fromisoformat("2026-11-23T10:00:45+00:00"))
    live.trades("64001.00")
    live.here.do("market_socket", act="refuse", status=503, times=15)
    live.here.do("market_socket", act="abort")
    live.trades("64002.00")
    live.wait_for(lambda: live.lives() == 2)  # fifteen rests of a second later
    live.wait_for(lambda: live.prices(BTC) == [6_400_000, 6_400_100, 6_400_200])
    passed = live.events.index(live.ticks(BTC)[-1])
    assert not [event for event in live.events[:passed] if isinstance(event, ClockTicked) and event.at > TEN]
    assert live.ticks(BTC)[-1].at < instant_of(datetime.fromisoformat("2026-11-23T10:01:00+00:00"))


def test_minutes_that_ended_while_the_feed_was_away_are_told_by_bars_before_its_next_price(
    live: ListeningCoinbase,
) -> None:
    live.clock.jump(datetime.fromisoformat("2026-11-23T10:00:45+00:00"))
    live.trades("64001.00")
    live.wait_for(lambda: len(live.prices(BTC)) == 2)
    live.here.do("market_socket", act="silent")
    live.wait_for(lambda: heard_all(live, connected=True))
    for minute in range(1, 4):
        live.clock.jump(datetime.fromisoformat(f"2026-11-23T10:0{minute}:20+00:00"))
        live.trades(f"6400{minute}.50", size="0.5")
    live.clock.jump(datetime.fromisoformat("2026-11-23T10:04:10+00:00"))

    def passes_and_carried() -> bool:
        live.clock.pass_s(0.25)
        return any(event.at >= TEN + 4 * MINUTE for event in live.told(ClockTicked))  # type: ignore[attr-defined]

    live.wait_for(passes_and_carried)  # time has not waited
    live.clock.jump(datetime.fromisoformat("2026-11-23T10:10:20+00:00"))
    live.here.do("market_socket", act="speak")
    live.here.do("market_socket", act="abort")
    live.trades("64009.00")
    live.wait_for(lambda: live.prices(BTC)[-1] == 6_400_900)
    told = [event.bar for event in live.told(HistoryBar) if event.bar.symbol == BTC]  # type: ignore[attr-defined]
    assert [(bar.open_at, bar.close, bar.volume) for bar in told if bar.open_at > TEN] == [
        (TEN + minute * MINUTE, 6_400_050 + minute * 100, 0.5) for minute in range(1, 4)
    ]
    assert live.prices(BTC) == [6_400_000, 6_400_100, 6_400_900]  # none of them is told as a price as well
    assert live.events.index(live.ticks(BTC)[-1]) > live.events.index(live.told(HistoryBar)[-1])


def test_trades_of_both_days_that_come_together_are_told_in_their_days(live: ListeningCoinbase) -> None:
    live.clock.jump(datetime.fromisoformat("2026-11-23T23:59:50+00:00"))
    live.trades("64001.00")
    live.wait_for(lambda: live.prices(BTC)[-1] == 6_400_100)
    live.here.do("market_socket", act="silent")
    live.wait_for(lambda: heard_all(live, connected=True))
    live.trades("64002.00")
    live.clock.jump(datetime.fromisoformat("2026-11-24T00:00:01+00:00"))
    live.here.do("market_socket", act="speak")
    live.trades("64003.00")  # its number shows that one is missing, and both come with the answer to that
    live.wait_for(lambda: live.prices(BTC)[-1] == 6_400_300)
    assert live.prices(BTC) == [6_400_000, 6_400_100, 6_400_200, 6_400_300]
    opened = live.events.index(live.told(SessionOpened)[-1])
    assert live.told(SessionOpened)[-1].session.day == "2026-11-24"  # type: ignore[attr-defined]
    assert live.events.index(live.ticks(BTC)[-2]) < opened < live.events.index(live.ticks(BTC)[-1])
