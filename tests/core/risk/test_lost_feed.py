"""A feed that is lost while something is held trips; a market that does not trade is none, and refuses entries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.domain.events import (
    HaltChanged,
    MarketStatus,
    SessionOpened,
    WallClock,
)
from engine.domain.instant import DAY, SECOND
from engine.domain.market import TradingStatus
from engine.domain.records import BotStatusRecord
from tests.builders.market import tick
from tests.builders.paper import Books
from tests.builders.times import TUESDAY, at, session
from tests.core.risk.losing import BUY, holding, losing, opened, priced, reasons


def tripped(books: Books) -> list[str]:
    return [trip.kind.value for trip in books.account.trips]


def at_wall(clock: str) -> WallClock:
    return WallClock(at(clock))


def test_a_held_symbol_without_a_price_for_sixty_seconds_is_a_lost_feed() -> None:
    books = holding()
    books.step(at_wall("09:30:30"), tick("09:30:40", 500), at_wall("09:31:39.999999"))
    assert tripped(books) == []
    books.step(at_wall("09:31:40"), at_wall("09:31:41"))
    words = (
        "Feed lost: no price of ACME for 60 s while it is held, limit 60 s; "
        "the next session or a person's resume lifts it"
    )
    assert books.account.halted_reason == words
    assert [alert.kind for alert in books.alerts] == ["feed_lost"]


def test_a_silent_feed_trips_nothing_while_nothing_is_held_or_the_market_is_closed() -> None:
    books = losing({})
    books.step(tick("09:30", 500), at_wall("09:30:01"), at_wall("10:30"))
    assert tripped(books) == []
    books = holding()
    books.step(at_wall("15:29:30"), at_wall("15:30"), at_wall("17:00"))
    assert books.account.trips == ()


def test_a_feed_has_its_time_after_a_start_and_after_a_persons_resume() -> None:
    books = holding()
    books.step(at_wall("11:00"), at_wall("11:00:59"))
    assert books.account.trips == ()
    books.step(at_wall("11:01"))
    assert tripped(books) == ["feed_lost"]
    books.step(HaltChanged(False, ""), at_wall("11:01:01"), at_wall("11:02:00"))
    assert tripped(books) == []
    books.step(at_wall("11:02:01"))
    assert tripped(books) == ["feed_lost"]
    books.step(opened(TUESDAY))
    assert tripped(books) == []


def test_the_same_price_told_again_shows_that_the_feed_lives() -> None:
    books = holding()
    for clock in ("09:30:30", "09:31", "09:31:30", "09:32"):
        books.step(at_wall(clock), tick("09:30:01", 500, quantity=0))
    assert books.state.dropped == {"repeat": 4}
    assert books.account.trips == ()


@pytest.mark.parametrize("status", [TradingStatus.HALTED, TradingStatus.AUCTION, TradingStatus.CLOSED])
def test_a_market_that_does_not_trade_is_no_lost_feed_and_refuses_entries_by_its_name(status: TradingStatus) -> None:
    books = holding({at("09:30"): BUY, at("10:00"): BUY, at("10:03"): BUY})
    books.step(at_wall("09:31"), MarketStatus("ACME", status, at("09:31")), at_wall("10:00"))
    assert books.account.trips == ()
    books.step(*priced("10:00", 500), MarketStatus("ACME", TradingStatus.TRADING, at("10:01")))
    books.step(at_wall("10:02"), *priced("10:03", 500))
    assert [reason for reason in reasons(books) if reason] == ["market_halted"]
    assert books.signals[1].blocking_detail == f"ACME is not traded at the moment: the venue says {status}"


def test_why_a_symbol_is_not_traded_is_said_of_its_entries_and_of_its_bots() -> None:
    books = losing({at("10:00"): BUY})
    why = "Coinbase says that it is listed no more"
    books.step(MarketStatus("ACME", TradingStatus.HALTED, at("09:31"), why), *priced("10:00", 500))
    assert books.signals[0].blocking_detail == f"ACME is not traded at the moment: {why}"
    status = [record for record in books.all(BotStatusRecord) if record.blocking_reason == "market_halted"][-1]
    assert status.blocking_detail == f"None of its symbols is traded at the moment (ACME: {why})"


def test_after_a_halt_a_feed_has_its_time_again() -> None:
    books = holding()
    books.step(at_wall("09:31"), MarketStatus("ACME", TradingStatus.HALTED, at("09:31")), at_wall("10:00"))
    books.step(MarketStatus("ACME", TradingStatus.TRADING, at("10:00")), at_wall("10:00:59"))
    assert books.account.trips == ()
    books.step(at_wall("10:01"))
    assert tripped(books) == ["feed_lost"]


def test_a_new_session_trades_until_the_venue_says_otherwise() -> None:
    books = losing({at("09:30", TUESDAY): BUY})
    books.step(MarketStatus("ACME", TradingStatus.HALTED, at("14:00")), opened(TUESDAY), *priced("09:30", 500, TUESDAY))
    assert reasons(books) == [None]


def test_of_a_symbol_that_is_not_listed_nothing_is_believed() -> None:
    books = losing({})
    books.step(MarketStatus("NOBODY", TradingStatus.HALTED, at("09:30")))
    assert books.state.dropped == {"unknown_symbol": 1}


def over_midnight() -> Books:
    """Held over the turn of a day at a venue that never closes; the last price came twenty seconds before."""
    books, midnight = losing({at("23:59"): BUY}), at("00:00", TUESDAY)
    first = replace(session(flatten=None), entry_until=midnight, close_at=midnight, closes=False)
    ends = midnight + DAY
    following = replace(first, day=TUESDAY, open_at=midnight, entry_from=midnight, entry_until=ends, close_at=ends)
    books.step(SessionOpened(first, at("23:58")), *priced("23:59", 500), WallClock(midnight - 30 * SECOND))
    books.step(tick(midnight - 20 * SECOND, 500), SessionOpened(following, midnight))
    return books


def test_where_the_market_never_closes_a_silence_goes_on_when_the_day_turns() -> None:
    books, midnight = over_midnight(), at("00:00", TUESDAY)
    books.step(WallClock(midnight + 39 * SECOND))
    assert tripped(books) == []
    books.step(WallClock(midnight + 41 * SECOND))
    assert tripped(books) == ["feed_lost"]


def test_yesterdays_last_trade_told_again_shows_that_a_market_that_never_closes_is_heard() -> None:
    books, midnight = over_midnight(), at("00:00", TUESDAY)
    for second in (30, 60, 90, 120):
        books.step(WallClock(midnight + second * SECOND), tick(midnight - 20 * SECOND, 500, quantity=0))
    assert books.state.dropped == {"wrong_day": 4}
    assert tripped(books) == []
