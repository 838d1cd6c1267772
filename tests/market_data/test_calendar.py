"""Sessions of the venues, checked against days that are known."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from engine.domain.errors import InvalidValue
from engine.domain.instant import instant_of, moment_of
from engine.market_data.calendar import calendar_for

IST = timezone(timedelta(hours=5, minutes=30))
NSE = calendar_for("NSE")


def ist(text: str) -> int:
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=IST))


def test_an_nse_day_has_the_contracts_times() -> None:
    session = NSE.session_on(date(2021, 4, 28))
    assert session is not None
    assert session.day == "2021-04-28"
    times = [session.open_at, session.entry_from, session.entry_until, session.flatten_at, session.close_at]
    clocks = ("09:15", "09:20", "14:45", "14:55", "15:30")
    assert times == [ist(f"2021-04-28T{clock}") for clock in clocks]
    assert session.minute_label(session.open_at) == "0915"


@pytest.mark.parametrize("closed", ["2021-04-14", "2021-04-21", "2019-04-29", "2021-04-24", "2024-11-20", "2026-01-26"])
def test_nse_is_closed_on_holidays_and_weekends(closed: str) -> None:
    assert NSE.session_on(date.fromisoformat(closed)) is None


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [("2021-11-04", "18:15", "19:15"), ("2020-02-01", "09:15", "15:30"), ("2021-02-24", "09:15", "17:00")],
)
def test_a_special_day_has_its_own_session(day: str, opens: str, closes: str) -> None:
    session = NSE.session_on(date.fromisoformat(day))
    assert session is not None
    assert (session.open_at, session.close_at) == (ist(f"{day}T{opens}"), ist(f"{day}T{closes}"))
    assert session.flatten_at is not None
    assert session.entry_until < session.flatten_at < session.close_at


def test_data_on_a_closed_day_gets_an_ordinary_session() -> None:
    session = NSE.session_for_data(date(2021, 4, 24))
    assert (session.open_at, session.close_at) == (ist("2021-04-24T09:15"), ist("2021-04-24T15:30"))


def test_a_year_nobody_knows_trades_on_weekdays_in_history_and_never_live() -> None:
    live = calendar_for("NSE", live=True)
    for day in (date(1985, 6, 4), date(2090, 6, 6)):
        assert NSE.session_on(day) is not None
        assert live.session_on(day) is None
    with pytest.raises(InvalidValue, match="no NSE trading day"):
        live.next_day(date(2090, 6, 6))
    assert live.session_on(date(2021, 4, 28)) is not None


def test_the_session_going_on_is_half_open() -> None:
    session = NSE.session_on(date(2021, 4, 28))
    assert session is not None
    assert NSE.session_at(session.open_at) == session
    assert NSE.session_at(session.close_at - 1) == session
    assert NSE.session_at(session.close_at) is None
    assert NSE.session_at(session.open_at - 1) is None


def test_the_next_day_skips_weekends_and_holidays() -> None:
    assert NSE.next_day(date(2021, 4, 13)) == date(2021, 4, 15)
    assert NSE.next_day(date(2021, 4, 23)) == date(2021, 4, 26)
    assert calendar_for("DEMO").next_day(date(2026, 1, 9)) == date(2026, 1, 12)


def test_a_coin_trades_every_utc_day_round_the_clock() -> None:
    session = calendar_for("COINBASE").session_on(date(2022, 1, 1))
    assert session is not None
    assert moment_of(session.open_at) == datetime(2022, 1, 1, tzinfo=UTC)
    assert moment_of(session.close_at) == datetime(2022, 1, 2, tzinfo=UTC)
    assert (session.entry_from, session.entry_until) == (session.open_at, session.close_at)
    assert session.flatten_at is None


def test_a_venue_without_a_calendar_is_refused() -> None:
    with pytest.raises(InvalidValue, match="COINBASE, DEMO, NSE"):
        calendar_for("LSE")


def test_the_sixteen_weekdays_of_2026_on_which_nse_is_closed() -> None:
    weekdays = (date(2026, 1, 1) + timedelta(days=number) for number in range(365))
    closed = [day.isoformat()[5:] for day in weekdays if day.weekday() < 5 and NSE.session_on(day) is None]
    assert closed == [
        "01-15", "01-26", "03-03", "03-26", "03-31", "04-03", "04-14", "05-01",
        "05-28", "06-26", "09-14", "10-02", "10-20", "11-10", "11-24", "12-25",
    ]  # fmt: skip


def test_the_closing_auction_begins_at_a_quarter_past_three_since_august_2026() -> None:
    before, since = NSE.session_on(date(2026, 7, 31)), NSE.session_on(date(2026, 8, 3))
    assert before is not None
    assert since is not None
    assert before.continuous_until is None
    assert since.continuous_until == ist("2026-08-03T15:15")
    assert (before.close_at, since.close_at) == (ist("2026-07-31T15:30"), ist("2026-08-03T15:30"))


def test_a_day_beyond_what_is_known_is_closed_for_live_use_and_says_what_to_do() -> None:
    live = calendar_for("NSE", live=True)
    known_until = live.days.known_until()
    assert known_until is not None
    beyond = known_until + timedelta(days=4)
    assert live.session_on(beyond) is None
    told = live.closed_because(beyond)
    assert told is not None
    assert told.startswith(f"NSE's trading days are known until {known_until}, {beyond} lies beyond")
    assert "install a newer exchange_calendars, or name the day in the file of LOCKSTEP_CALENDAR" in told
    assert live.closed_because(date(2026, 1, 26)) == "NSE is closed on 2026-01-26"
    assert live.closed_because(date(2026, 1, 27)) is None
