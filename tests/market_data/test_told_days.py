"""Days that a person tells of stand over the calendar's: closures, special sessions, years that nobody knows yet."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.domain.errors import DataError
from engine.domain.events import SessionOpened
from engine.domain.instant import MINUTE
from engine.market_data.calendar import calendar_for
from engine.market_data.merge import pieces
from engine.market_data.readers import read_market_data
from engine.market_data.told_days import ToldDays, coverage, read_told_days
from tests.market_data.test_calendar import ist
from tests.market_data.written import BARS_HEADER, written

MUHURAT, CLOSED, BEYOND = date(2026, 11, 8), date(2026, 11, 23), date(2027, 1, 4)


@pytest.fixture
def told(tmp_path: Path) -> ToldDays:
    path = tmp_path / "days.json"
    days = {MUHURAT: ["18:00", "19:00"], CLOSED: "closed", BEYOND: "open"}
    path.write_text(json.dumps({"NSE": {day.isoformat(): said for day, said in days.items()}}))
    return read_told_days(path)


def test_a_special_session_a_closure_and_a_day_beyond_the_calendar(told: ToldDays) -> None:
    plain, live = calendar_for("NSE", live=True), told.calendar("NSE", live=True)
    assert plain.session_on(MUHURAT) is None
    special = live.session_on(MUHURAT)
    assert special is not None
    assert (special.open_at, special.close_at) == (ist("2026-11-08T18:00"), ist("2026-11-08T19:00"))
    assert special.continuous_until is None, "an hour has no closing auction"
    assert plain.session_on(CLOSED) is not None
    assert live.session_on(CLOSED) is None
    assert plain.session_on(BEYOND) is None
    ordinary = live.session_on(BEYOND)
    assert ordinary is not None
    assert ordinary.continuous_until == ist("2027-01-04T15:15")
    assert live.session_on(BEYOND + timedelta(days=1)) is None
    assert told.calendar("COINBASE").session_on(CLOSED) is not None


def test_the_data_of_a_told_day_opens_in_its_session(told: ToldDays, tmp_path: Path) -> None:
    rows = [f"2026-11-08T18:{minute:02}:00+05:30,INFY,10,12,9,11,1" for minute in range(60)]
    data = read_market_data([written(tmp_path / "b.csv", BARS_HEADER, *rows)], calendars=told.calendar)
    (session,) = [piece.session for piece in pieces(data) if isinstance(piece, SessionOpened)]
    assert (session.open_at, session.close_at - session.open_at) == (ist("2026-11-08T18:00"), 60 * MINUTE)
    (plain,) = [piece.session for piece in pieces(data, calendar_for) if isinstance(piece, SessionOpened)]
    assert plain.open_at == ist("2026-11-08T09:15")


def test_without_a_file_the_calendars_are_as_they_were() -> None:
    nothing = read_told_days(None)
    assert (nothing.calendar("NSE"), nothing.digest) == (calendar_for("NSE"), "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not JSON: "),
        ("[]", 'must be an object of venues, such as {"NSE": {"2027-01-04": "open"}}'),
        ('{"LSE": {}}', "'LSE' has no days to tell of; there are NSE, DEMO"),
        ('{"NSE": []}', "NSE: must be an object of days"),
        ('{"NSE": {"tomorrow": "open"}}', "NSE: 'tomorrow' is not a date like 2027-01-04"),
        ('{"NSE": {"2027-01-04": "shut"}}', 'NSE: 2027-01-04 is "shut"; a day is "open", "closed" or two times'),
        ('{"NSE": {"2027-01-04": ["18:00"]}}', "NSE: 2027-01-04 is "),
        ('{"NSE": {"2027-01-04": ["18:00", "25:00"]}}', "NSE: 2027-01-04 is "),
        ('{"NSE": {"2027-01-04": ["19:00", "18:00"]}}', "NSE: 2027-01-04 is "),
        ('{"NSE": {"2027-01-04": 7}}', "NSE: 2027-01-04 is 7; a day is "),
    ],
)
def test_a_file_that_tells_no_days_is_refused_with_the_day(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "days.json"
    path.write_text(text)
    with pytest.raises(DataError) as refused:
        read_told_days(path)
    assert reason in refused.value.reason


def test_coverage_warns_a_month_before_the_days_run_out() -> None:
    nse = calendar_for("NSE", live=True)
    end = nse.days.known_until()
    assert end is not None
    good, late, over = (coverage(nse, end - timedelta(days=days)) for days in (30, 29, -4))
    assert (good.good, late.good, over.good) == (True, False, False)
    assert late.text.endswith("29 days from now: install a newer exchange_calendars")
    assert "nothing trades on a day that nobody has told of" in over.text
    assert coverage(calendar_for("COINBASE"), date(2090, 1, 1)).good
