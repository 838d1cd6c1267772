"""When an engine makes the check before the open by itself: once a trading day, shortly before the open."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.bootstrap.mornings import Daily, Mornings
from engine.market_data.calendar import calendar_for
from engine.simulation.clock import ManualClock


def mornings(at: str) -> tuple[Mornings, ManualClock]:
    clock = ManualClock(datetime.fromisoformat(f"{at}+05:30"))
    return Mornings("angelone", calendar_for("NSE", live=True), clock), clock


def test_it_is_due_once_from_ten_to_nine_until_the_open() -> None:
    due, clock = mornings("2026-11-23T08:49:59")
    assert due() is None
    clock.advance(1.0)
    assert [due(), due()] == ["angelone", None]
    clock.advance(2 * 86_400.0)  # Tuesday the 24th is a holiday
    assert [due(), due()] == ["angelone", None]


@pytest.mark.parametrize(
    "at", ["2026-11-23T09:15:00", "2026-11-23T23:00:00", "2026-11-22T08:55:00", "2026-11-24T08:55"]
)
def test_it_is_not_due_after_the_open_nor_on_days_without_one(at: str) -> None:
    assert mornings(at)[0]() is None


def test_where_the_market_never_closes_it_is_due_at_the_start_and_once_a_day() -> None:
    clock = ManualClock(datetime.fromisoformat("2026-11-22T23:59:00+00:00"))
    due = Daily("coinbase", clock)
    assert [due(), due()] == ["coinbase", None]
    clock.advance(5 * 60.0)
    assert due() is None
    clock.advance(60.0)
    assert [due(), due()] == ["coinbase", None]
