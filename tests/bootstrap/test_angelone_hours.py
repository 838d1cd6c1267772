"""When Angel One can be asked at all: on every day that the calendar has a session on, around that session."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.bootstrap.angelone import AngelOne
from engine.market_data.hours import Hours, nse_hours
from engine.market_data.told_days import ToldDays
from engine.simulation.clock import ManualClock

MUHURAT, BUDGET_SUNDAY, CLOSURE = date(2026, 11, 8), date(2026, 2, 1), date(2026, 11, 23)
TOLD: dict[date, Hours | str | None] = {
    MUHURAT: nse_hours("18:00", "19:00"),
    BUDGET_SUNDAY: "open",
    CLOSURE: None,
}


def angel_at(moment: str) -> AngelOne:
    calendar = ToldDays({"NSE": TOLD}).calendar("NSE", live=True)
    clock = ManualClock(datetime.fromisoformat(f"{moment}+05:30"))
    place: Any = SimpleNamespace(calendar=calendar, clock=clock)
    return AngelOne(place, ["SBIN"], Product.INTRADAY, live=True)


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-20T08:30:00",
        "2026-11-20T16:14:59",
        "2026-02-01T09:20:00",
        "2026-11-08T17:40:00",
        "2026-11-08T18:30:00",
        "2026-11-08T19:44:59",
    ],
)
def test_it_is_open_around_every_session(moment: str) -> None:
    assert angel_at(moment).closed() is None


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-11-20T08:29:59", "2026-11-20 08:30"),
        ("2026-11-20T16:15:00", "2026-11-25 08:30"),  # a closure that was told of on Monday, a holiday on Tuesday
        ("2026-11-08T19:45:00", "2026-11-09 08:30"),
        ("2026-11-07T12:00:00", "2026-11-08 08:30"),
    ],
)
def test_it_is_closed_outside_and_says_until_when(moment: str, until: str) -> None:
    assert until in str(angel_at(moment).closed())


def test_where_the_calendar_ends_it_is_closed_and_says_that_nobody_knows_until_when() -> None:
    assert "no calendar" in str(angel_at("2026-12-31T17:00:00").closed())
