"""Before its first price a live market tells its past: final bars, by time, from the broker's own candles."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.adapters.brokers.live_prices.warm_up import TRIES, WarmUp
from engine.domain.errors import BackPressure, OutcomeUnknown, PermanentFailure
from engine.domain.events import ClockTicked, HistoryBar, MarketEvent, SessionOpened
from engine.domain.instant import MINUTE, Instant, instant_of
from engine.market_data.calendar import calendar_for
from engine.simulation.clock import ManualClock
from tests.adapters.brokers.angelone.listed_shares import shares
from tests.adapters.brokers.angelone.loopback_candles import LoopbackCandles

NSE = calendar_for("NSE", live=True)
TWO = [one.instrument for one in shares("SBIN", "TCS")]
DAYS = 4


def india(text: str) -> datetime:
    """A moment there."""
    return datetime.fromisoformat(f"{text}+05:30")


class Started:
    """A start at a moment, with the broker's candles of it."""

    def __init__(self, at: str) -> None:
        self.clock, self.candles = ManualClock(india(at)), LoopbackCandles(now=india(at))
        self.warm_up = WarmUp(self.candles, NSE, self.clock, lambda attempt: 2.0**attempt, days=DAYS)

    def history(self, until: Instant | None = None) -> list[MarketEvent]:
        """All of it."""
        return list(self.warm_up.history(TWO, until))

    def go_on(self, seconds: float) -> None:
        """Time passes, at the broker too."""
        self.clock.advance(seconds)
        self.candles.now += timedelta(seconds=seconds)


def days(events: list[MarketEvent]) -> list[str]:
    """Of the sessions told."""
    return [event.session.day for event in events if isinstance(event, SessionOpened)]


def opens(events: list[MarketEvent], symbol: str) -> list[Instant]:
    """Of a symbol's bars."""
    return [event.bar.open_at for event in events if isinstance(event, HistoryBar) and event.bar.symbol == symbol]


def test_four_days_before_and_today_up_to_the_last_whole_minute() -> None:
    events = Started("2026-11-23T10:00:04").history()
    assert days(events) == ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20", "2026-11-23"]
    assert len(days(events)) == DAYS + 1
    sbin = opens(events, "SBIN")
    assert len(sbin) == 4 * 375 + 44
    assert sbin[-1] == instant_of(india("2026-11-23T09:58:00"))  # the minute to 10:00 has been over for 4 s only


def test_bars_come_by_their_close_and_symbol_within_their_session() -> None:
    session_close = 0
    last: tuple[Instant, str] = (0, "")
    for event in Started("2026-11-23T10:00:30").history():
        if isinstance(event, SessionOpened):
            assert event.session.open_at >= session_close
            session_close, last = event.session.close_at, (event.session.open_at, "")
        elif isinstance(event, HistoryBar):
            here = (event.bar.close_at, event.bar.symbol)
            assert last < here
            assert event.bar.close_at <= session_close
            last = here


def test_the_session_that_is_on_opens_now() -> None:
    events = Started("2026-11-23T10:00:30").history()
    opened = [event for event in events if isinstance(event, SessionOpened)]
    assert opened[-1].at == instant_of(india("2026-11-23T10:00:30"))
    assert opened[-2].at == opened[-2].session.open_at


def test_before_the_open_today_is_not_told_and_after_the_close_it_is_whole() -> None:
    assert days(Started("2026-11-23T08:40:00").history())[-1] == "2026-11-20"
    events = Started("2026-11-23T15:40:00").history()
    assert days(events)[-1] == "2026-11-23"
    assert len(opens(events, "TCS")) == 5 * 375


def test_an_account_away_for_long_gets_every_session_since() -> None:
    events = Started("2026-11-23T10:00:30").history(until=instant_of(india("2026-11-12T11:00:00")))
    assert days(events)[0] == "2026-11-12"
    assert len(days(events)) == 8


def test_a_call_that_may_pass_is_made_again_and_one_that_may_not_is_not() -> None:
    start = Started("2026-11-23T10:00:30")
    start.candles.troubles = [BackPressure("slower"), OutcomeUnknown("no answer")]
    assert len(opens(start.history(), "SBIN")) == 4 * 375 + 45
    assert start.clock.waited_s == [2.0, 4.0]
    refused = Started("2026-11-23T10:00:30")
    refused.candles.troubles = [PermanentFailure("AB1009")]
    events = refused.history()
    assert opens(events, "SBIN") == []
    assert len(opens(events, "TCS")) == 4 * 375 + 45


def test_a_broker_that_is_away_is_not_waited_for_at_every_symbol() -> None:
    start = Started("2026-11-23T10:00:30")
    start.candles.troubles = [OutcomeUnknown("no answer") for _ in range(TRIES + 1)]
    events = start.history()
    assert opens(events, "SBIN") == opens(events, "TCS") == []
    assert start.candles.calls == TRIES + 1
    assert days(events)[-1] == "2026-11-23"
    assert start.warm_up.known_until == 0


def test_between_two_symbols_somebody_else_has_a_turn() -> None:
    start, turns = Started("2026-11-23T10:00:30"), list[int]()
    list(start.warm_up.history(TWO, None, lambda: turns.append(start.candles.calls)))
    assert turns == [1, 2]


def test_minutes_that_were_missed_are_told_after_the_clock_once_they_are_final_and_are_asked_for_once() -> None:
    start = Started("2026-11-23T10:00:30")
    start.history()
    start.go_on(213)  # 10:04:03: the minute to 10:04 is not final for two seconds more
    start.candles.troubles = [OutcomeUnknown("no answer")]
    start.candles.now += timedelta(seconds=2)
    missed = list(start.warm_up.between(TWO, instant_of(india("2026-11-23T10:01:40"))))
    assert start.clock.waited_s == [2.0]
    assert missed[0] == ClockTicked(instant_of(india("2026-11-23T10:04:00")))
    assert opens(missed, "SBIN") == []  # its one call had no answer
    assert opens(missed, "TCS") == [instant_of(india(f"2026-11-23T10:0{minute}:00")) for minute in (1, 2, 3)]
    assert start.warm_up.known_until == instant_of(india("2026-11-23T10:04:00"))


def test_the_minutes_that_the_start_took_are_told_afterwards_once() -> None:
    start = Started("2026-11-23T10:00:30")
    before = opens(start.history(), "SBIN")
    session = NSE.session_on(india("2026-11-23T00:00:00").date())
    assert session is not None
    assert list(start.warm_up.missed(TWO, session)) == []
    start.go_on(130)
    missed = list(start.warm_up.missed(TWO, session))
    assert opens(missed, "SBIN") == [before[-1] + MINUTE, before[-1] + 2 * MINUTE]
    assert opens(missed, "SBIN") == opens(missed, "TCS")
    assert list(start.warm_up.missed(TWO, session)) == []
