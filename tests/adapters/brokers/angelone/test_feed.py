"""Angel One's feed, whole, against the loopback broker: prices arrive, whatever happens to a connection is found and
mended, and the days go by without a login at night.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from engine.adapters.brokers.angelone.access.access import Access
from engine.domain.events import ClockTicked, HistoryBar, InstrumentListed, MarketStatus, SessionOpened
from engine.domain.instant import instant_of
from engine.domain.market import Tick, TradingStatus
from tests.adapters.brokers.angelone.listening_feed import SYMBOLS, ListeningFeed
from tests.brokers.angelone.in_process import InProcessAngelOne
from tests.brokers.angelone.market_socket import unauthorized

Made = Callable[..., ListeningFeed]


@pytest.fixture
def made(angel_one: InProcessAngelOne, access: Access, tmp_path: Path) -> Iterator[Made]:
    """Makes a feed; its threads have ended when the test has."""
    feeds: list[ListeningFeed] = []

    def make(*symbols: str) -> ListeningFeed:
        feeds.append(ListeningFeed(angel_one, access, tmp_path, symbols or SYMBOLS))
        return feeds[-1]

    yield make
    for feed in feeds:
        feed.end()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("market-")]


@pytest.fixture
def live(made: Made) -> ListeningFeed:
    """On the air amid Monday's session, every symbol asked for, a first price come."""
    feed = made().start()
    feed.wait_for(lambda: feed.subscribed() == [len(SYMBOLS)])
    feed.trades(82_100)
    feed.wait_for(lambda: feed.prices("SBIN") != [])
    return feed


def test_prices_come_as_they_are_traded_after_the_session_and_their_band(live: ListeningFeed) -> None:
    for price in (82_105, 82_100, 82_110):
        live.trades(price, quantity=7)
        live.wait_for(lambda price=price: live.prices("SBIN")[-1] == price)  # type: ignore[misc]
    kinds = [type(event) for event in live.events]
    assert kinds.index(SessionOpened) < kinds.index(Tick)
    banded = [event.instrument.symbol for event in live.events if isinstance(event, InstrumentListed)]
    assert "SBIN" in banded
    ticks = [event for event in live.events if isinstance(event, Tick) and event.symbol == "SBIN"]
    assert [tick.quantity for tick in ticks[-3:]] == [7, 7, 7]
    assert ticks[-1].at // 1_000_000 * 1_000_000 == instant_of(live.clock.now()) // 1_000_000 * 1_000_000


def test_history_is_the_brokers_candles_and_asks_within_its_limits(made: Made, angel_one: InProcessAngelOne) -> None:
    feed = made("SBIN", "TCS", "NIFTY50")
    events = list(feed.feed.history(None))
    assert [event.instrument.symbol for event in events if isinstance(event, InstrumentListed)] == [
        "SBIN", "TCS", "NIFTY50",
    ]  # fmt: skip
    bars = [event.bar for event in events if isinstance(event, HistoryBar)]
    assert len(bars) == 3 * (4 * 375 + 45)
    assert angel_one.calls("getCandleData") == 3
    assert angel_one.calls("too fast") == 0
    feed.start()


ENDINGS: dict[str, Callable[[ListeningFeed], None]] = {
    "closed with 1000": lambda feed: [each.wire.close(1000) for each in feed.here.broker.market_socket.feeds] and None,
    "closed with 1001": lambda feed: [each.wire.close(1001) for each in feed.here.broker.market_socket.feeds] and None,
    "cut without a frame": lambda feed: [each.wire.abort() for each in feed.here.broker.market_socket.feeds] and None,
}


@pytest.mark.parametrize("how", sorted(ENDINGS))
def test_a_connection_that_ends_is_opened_again_and_asked_for_everything(live: ListeningFeed, how: str) -> None:
    ENDINGS[how](live)
    live.wait_for(lambda: live.feed.view().lines[0].lives == 2 and live.subscribed() == [len(SYMBOLS)])
    live.trades(82_115)
    live.wait_for(lambda: live.prices("SBIN")[-1] == 82_115)
    assert live.here.broker.sessions.logins == 1


def test_a_connection_that_stands_still_is_given_up_and_opened_again(live: ListeningFeed) -> None:
    with live.here.broker.lock:
        stalled = list(live.here.broker.market_socket.feeds)
        for each in stalled:
            each.wire.stall(on=True)
    live.clock.pass_s(25)
    live.wait_for(lambda: live.feed.view().lines[0].lives == 2)
    for each in stalled:
        each.wire.abort()
    live.wait_for(lambda: live.subscribed() == [len(SYMBOLS)])
    live.trades(82_115)
    live.wait_for(lambda: live.prices("SBIN")[-1] == 82_115)


def test_a_feed_that_answers_pings_and_tells_no_price_is_given_up(live: ListeningFeed) -> None:
    live.here.broker.market_socket.silent = True

    def passes_and_lives(times: int) -> bool:
        live.clock.pass_s(0.25)  # while a look takes half a second of the machine's, so it is seen late
        return live.feed.view().lines[0].lives >= times

    began = live.clock.monotonic()
    live.wait_for(lambda: passes_and_lives(2))
    assert live.feed.view().lines[0].pongs >= 1
    assert live.clock.monotonic() - began <= 40
    live.here.broker.market_socket.silent = False
    live.wait_for(lambda: live.subscribed() == [len(SYMBOLS)])
    live.trades(82_115)
    live.wait_for(lambda: live.prices("SBIN")[-1] == 82_115)


def drop_with(live: ListeningFeed, reason: str) -> None:
    """The connection ends, and the next handshake is refused with this."""
    with live.here.broker.lock:
        live.here.broker.market_socket.refusing.append(unauthorized(reason))
        for each in live.here.broker.market_socket.feeds:
            each.wire.abort()


@pytest.mark.parametrize(
    ("reason", "logins"), [("Auth token", 2), ("Feed Token", 2), ("Client Code", 1), ("API Key", 1)]
)
def test_each_401_is_mended_by_a_login_where_a_login_helps(live: ListeningFeed, reason: str, logins: int) -> None:
    drop_with(live, reason)
    live.wait_for(lambda: live.feed.view().lines[0].lives == 2 and live.subscribed() == [len(SYMBOLS)])
    live.trades(82_115)
    live.wait_for(lambda: live.prices("SBIN")[-1] == 82_115)
    assert live.here.broker.sessions.logins == logins


def test_a_session_that_another_login_ended_is_had_again(live: ListeningFeed) -> None:
    with live.here.broker.lock:
        live.here.broker.sessions.end_all("replaced")
    live.wait_for(lambda: live.feed.view().lines[0].lives == 2 and live.subscribed() == [len(SYMBOLS)])
    assert live.here.broker.sessions.logins == 2


def said_of(feed: ListeningFeed, symbol: str) -> list[TradingStatus]:
    """Whether it trades, in the order that it was told."""
    return [event.status for event in feed.events if isinstance(event, MarketStatus) and event.symbol == symbol]


def test_days_go_by_with_a_session_each_and_no_login_at_night(made: Made, angel_one: InProcessAngelOne) -> None:
    feed = made("SBIN", "NIFTYBEES").start()
    feed.wait_for(lambda: feed.subscribed() == [2])
    feed.jump("2026-11-23T15:15:00")
    feed.wait_for(lambda: TradingStatus.AUCTION in said_of(feed, "SBIN"))
    before = len(said_of(feed, "NIFTYBEES"))
    feed.clock.pass_s(16)  # it is heard of still, and a sign of life is due
    feed.wait_for(lambda: len(said_of(feed, "NIFTYBEES")) > before)
    assert said_of(feed, "SBIN")[-1] is TradingStatus.AUCTION
    assert said_of(feed, "NIFTYBEES")[-1] is TradingStatus.TRADING
    feed.jump("2026-11-23T15:30:03")
    close_at = instant_of(datetime.fromisoformat("2026-11-23T15:30:00+05:30"))
    feed.wait_for(lambda: ClockTicked(close_at) in feed.told(ClockTicked))
    feed.jump("2026-11-23T15:35:01")
    feed.wait_for(lambda: not feed.feed.view().on_air and feed.subscribed() == [])
    assert angel_one.broker.sessions.logins == 1
    feed.jump("2026-11-25T08:50:00")  # Tuesday the exchange is closed
    assert angel_one.broker.sessions.logins == 1
    feed.wait_for(lambda: feed.subscribed() == [2])
    assert angel_one.broker.sessions.logins == 2
    feed.jump("2026-11-25T09:15:00")
    feed.wait_for(lambda: [each.session.day for each in feed.told(SessionOpened)][-1] == "2026-11-25")  # type: ignore[union-attr]
    feed.trades(82_120)
    feed.wait_for(lambda: feed.prices("SBIN")[-1:] == [82_120])


def test_a_symbol_whose_token_changed_overnight_is_not_traded_any_more(
    made: Made, angel_one: InProcessAngelOne
) -> None:
    feed = made("SBIN", "TCS")
    with angel_one.broker.lock:
        quote = angel_one.broker.market.quotes.pop(("NSE", "3045"))
        changed = type(quote.listing)(**{**vars(quote.listing), "token": "9999"})
        angel_one.broker.market.quotes["NSE", "9999"] = type(quote)(**{**vars(quote), "listing": changed})
    feed.jump("2026-11-25T08:56:00")
    feed.start()
    feed.wait_for(lambda: feed.feed.view().on_air)  # the day's list is there
    feed.jump("2026-11-25T09:15:01")
    feed.wait_for(lambda: feed.told(MarketStatus) != [])
    halted = feed.told(MarketStatus)[0]
    assert isinstance(halted, MarketStatus)
    assert (halted.symbol, halted.status) == ("SBIN", TradingStatus.HALTED)
    assert "lockstep instruments accept SBIN" in feed.feed.view().refused["SBIN"]
    feed.wait_for(lambda: feed.subscribed() == [1])


def test_a_share_that_has_left_the_list_is_carried_and_not_traded_and_one_that_never_was_on_it_is_left_out(
    made: Made, angel_one: InProcessAngelOne
) -> None:
    made("SBIN", "TCS")  # an earlier start, while both were listed
    with angel_one.broker.lock:
        angel_one.broker.market.quotes.pop(("NSE", "3045"))
    feed = made("SBIN", "TCS", "NOBODY")
    feed.jump("2026-11-25T08:56:00")
    feed.start()
    feed.wait_for(lambda: feed.feed.view().on_air)  # the day's list is there
    feed.jump("2026-11-25T09:15:01")
    feed.wait_for(lambda: feed.told(MarketStatus) != [])
    assert [one.symbol for one in feed.feed.instruments()] == ["SBIN", "TCS"]
    (halted,) = feed.told(MarketStatus)
    assert (halted.symbol, halted.status) == ("SBIN", TradingStatus.HALTED)  # type: ignore[attr-defined]
    assert halted.why == "the broker's list has SBIN-EQ no more"  # type: ignore[attr-defined]
    feed.wait_for(lambda: feed.subscribed() == [1])


def test_the_view_says_how_it_does(live: ListeningFeed) -> None:
    view = live.feed.view()
    assert view.on_air
    assert [line.state for line in view.lines] == ["live"]
    assert view.frame_age_s["SBIN"] is not None
    assert view.counts[0].ticks >= 1
    assert view.lag_s is not None
    assert abs(view.lag_s) <= 2
