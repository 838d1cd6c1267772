"""What the clock alone says of a day: its order, its auction, minutes without a price, prices that come late."""

from __future__ import annotations

from datetime import date

from engine.adapters.brokers.live_prices.trading_day import TradingDay
from engine.domain.events import ClockTicked, MarketEvent, MarketStatus, SessionOpened
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.market import Tick, TradingStatus
from engine.market_data.calendar import calendar_for

SESSION = calendar_for("NSE", live=True).session_on(date(2026, 11, 23))
assert SESSION is not None
OPEN, CLOSE, UNTIL = SESSION.open_at, SESSION.close_at, SESSION.continuous_until
assert UNTIL is not None


def new_day(*auctioned: str, halted: tuple[str, ...] = ()) -> TradingDay:
    """Monday."""
    assert SESSION is not None
    return TradingDay(SESSION, auctioned, dict.fromkeys(halted, "as told"))


def due(day: TradingDay, now: Instant, newest_at: Instant = 0, *, quiet: bool = True) -> list[MarketEvent]:
    """All that is due."""
    return list(day.due(now, newest_at, quiet=quiet))


def test_the_session_opens_once_at_its_time() -> None:
    day = new_day()
    assert due(day, OPEN - 1) == []
    assert due(day, OPEN) == [SessionOpened(day.session, at=OPEN)]
    assert due(day, OPEN + 1) == []


def test_a_price_of_after_the_open_opens_it_where_our_clock_is_behind() -> None:
    day = new_day()
    assert due(day, OPEN - 3 * SECOND, OPEN) == [SessionOpened(day.session, at=OPEN)]


def test_a_stamp_far_ahead_opens_nothing() -> None:
    assert due(new_day(), OPEN - 2 * MINUTE, OPEN + MINUTE) == []


def test_minutes_end_without_a_price_a_grace_late() -> None:
    day = new_day()
    due(day, OPEN)
    assert due(day, OPEN + MINUTE + SECOND) == []
    assert due(day, OPEN + MINUTE + 2 * SECOND) == [ClockTicked(OPEN + MINUTE)]
    assert due(day, OPEN + MINUTE + 3 * SECOND) == []
    assert due(day, OPEN + 5 * MINUTE + 2 * SECOND) == [ClockTicked(OPEN + 5 * MINUTE)]


def test_while_prices_come_time_is_theirs() -> None:
    day = new_day()
    due(day, OPEN)
    day.stamped(Tick("SBIN", OPEN + 59 * SECOND, 82_000, 1), OPEN + 59 * SECOND)
    assert due(day, OPEN + MINUTE + 5 * SECOND, quiet=False) == []


def test_a_price_that_is_late_by_a_moment_is_taken_as_of_now_and_an_old_one_stands() -> None:
    day, now = new_day(), OPEN + MINUTE + 3 * SECOND
    due(day, now)
    stamps = [day.stamped(Tick("SBIN", OPEN + MINUTE - late * SECOND, 82_000, 1), now).at for late in (1, 2, 3)]
    assert [stamp - OPEN for stamp in stamps] == [MINUTE, MINUTE, MINUTE - 3 * SECOND]


def test_a_stamp_of_tomorrow_carries_nothing() -> None:
    day = new_day()
    due(day, OPEN)
    far = OPEN + 3_600 * SECOND
    assert day.stamped(Tick("SBIN", far, 82_000, 1), OPEN).at == far
    assert day.stamped(Tick("SBIN", OPEN + SECOND, 82_000, 1), OPEN).at == OPEN + SECOND
    assert due(day, OPEN + MINUTE + 2 * SECOND) == [ClockTicked(OPEN + MINUTE)]


def test_shares_with_derivatives_go_to_their_auction_at_a_quarter_past_three() -> None:
    assert UNTIL is not None
    day = new_day("SBIN")
    due(day, UNTIL - SECOND)
    assert not day.left("SBIN")
    assert due(day, UNTIL, quiet=False) == [MarketStatus("SBIN", TradingStatus.AUCTION, UNTIL)]
    assert due(day, UNTIL + SECOND, quiet=False) == []
    assert [day.left(symbol) for symbol in ("SBIN", "NIFTYBEES")] == [True, False]


def test_the_close_is_told_though_prices_come() -> None:
    day = new_day()
    due(day, OPEN)
    assert due(day, CLOSE + SECOND, quiet=False) == []
    assert due(day, CLOSE + 2 * SECOND, quiet=False) == [ClockTicked(CLOSE)]
    assert due(day, CLOSE + 90 * SECOND) == []


def test_a_start_amid_the_session_opens_it_first() -> None:
    day, now = new_day("SBIN", halted=("ODD",)), OPEN + 3_600 * SECOND
    assert [type(event) for event in due(day, now)] == [SessionOpened, MarketStatus, ClockTicked]
    assert day.trading(now)
    assert not day.trading(OPEN - 1)
    assert not day.trading(CLOSE)
