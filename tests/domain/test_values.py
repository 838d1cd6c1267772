"""Values check themselves at birth, name the field that is wrong, and round as their docstrings say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.account import AccountSpec, BotSpec, Exits
from engine.domain.errors import InvalidValue
from engine.domain.given_number import number_of
from engine.domain.instant import instant_of, iso, moment_of
from engine.domain.instrument import Instrument
from engine.domain.market import TradingSession
from engine.domain.risk import RiskPolicy
from engine.domain.sizing import Sizing, SizingKind
from engine.domain.timeframe import TIMEFRAMES, timeframe_us
from tests.builders.market import instrument
from tests.builders.times import IST, at, session

D = Decimal

WRONG: list[tuple[Callable[[], object], str]] = [
    (lambda: RiskPolicy(notional_max_pct=D(0)), "risk_policy.notional_max_pct"),
    (lambda: RiskPolicy(at_risk_max_pct=D("100.01")), "risk_policy.at_risk_max_pct"),
    (lambda: RiskPolicy(positions_max=0), "risk_policy.positions_max"),
    (lambda: RiskPolicy(quote_age_max_s=86_401), "risk_policy.quote_age_max_s"),
    (lambda: RiskPolicy(notional_min=D(-1)), "risk_policy.notional_min"),
    (lambda: RiskPolicy(notional_min=D("NaN")), "risk_policy.notional_min"),
    (lambda: RiskPolicy(notional_max_pct=D("NaN")), "risk_policy.notional_max_pct"),
    (lambda: Sizing(SizingKind.QUANTITY, D(0)), "sizing.value"),
    (lambda: Sizing(SizingKind.NOTIONAL, D("Infinity")), "sizing.value"),
    (lambda: Sizing(SizingKind.EQUITY_PCT, D("100.5")), "sizing.value"),
    (lambda: Sizing(SizingKind.NOTIONAL, D("1000000000000.01")), "sizing.value"),
    (lambda: Sizing(SizingKind.QUANTITY, D("1e27")), "sizing.value"),
    (lambda: number_of("number", "1e99999999"), "number"),
    (lambda: number_of("number", "1e-99999999"), "number"),
    (lambda: Exits(stop_pct=D(0)), "exits.stop_pct"),
    (lambda: Exits(target_pct=D(100)), "exits.target_pct"),
    (lambda: Exits(stop_pct=D("NaN")), "exits.stop_pct"),
    (lambda: BotSpec("-alpha", "confluence", ("ACME",)), "id"),
    (lambda: BotSpec("a" * 41, "confluence", ("ACME",)), "id"),
    (lambda: BotSpec("alpha\n", "confluence", ("ACME",)), "id"),
    (lambda: BotSpec("alpha", "confluence", ()), "symbols"),
    (lambda: BotSpec("alpha", "confluence", ("ACME", "ACME")), "symbols"),
    (lambda: BotSpec("alpha", "confluence", ("ACME",), timeframe="2m"), "timeframe"),
    (lambda: AccountSpec("a", "u", cash=D(0)), "cash"),
    (lambda: AccountSpec("a", "u", cash=D("Infinity")), "cash"),
    (lambda: AccountSpec("a", "u", cash=D("1e13")), "cash"),
    (lambda: Instrument("", "NSE", "INR", 2, 0, D(1), D(1)), "symbol"),
    (lambda: Instrument("A", "NSE", "INR", 11, 0, D(1), D(1)), "digits"),
    (lambda: Instrument("A", "NSE", "INR", 2, 0, D(1), D(0)), "lot_size"),
    (lambda: session(entry_from="09:00"), "session"),
    (lambda: session(entry_until="15:31"), "session"),
]


@pytest.mark.parametrize(("make", "field"), WRONG, ids=[f"{field}-{n}" for n, (_, field) in enumerate(WRONG)])
def test_a_wrong_value_is_refused_with_its_field(make: Callable[[], object], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        make()
    assert refused.value.field == field


@pytest.mark.parametrize(
    "make",
    [
        lambda: RiskPolicy(notional_max_pct=D(100), positions_max=1, quote_age_max_s=1, notional_min=D(0)),
        lambda: Sizing(SizingKind.EQUITY_PCT, D(100)),
        lambda: Exits(stop_pct=D("0.01"), target_pct=D("99.99")),
        lambda: BotSpec("a" * 40, "confluence", ("ACME",), timeframe="1h"),
    ],
)
def test_a_value_at_its_limits_is_taken(make: Callable[[], Any]) -> None:
    assert make() == make()


def test_a_naive_datetime_is_no_instant() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        instant_of(datetime(2026, 3, 2, 9, 15))  # noqa: DTZ001 - that is the point


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_and_its_moment_are_the_same_to_the_microsecond(moment: datetime) -> None:
    assert moment_of(instant_of(moment)) == moment


def test_an_instant_does_not_depend_on_the_zone_it_was_told_in() -> None:
    there = datetime(2026, 3, 2, 9, 15, tzinfo=IST)
    assert instant_of(there) == instant_of(there.astimezone(UTC)) == at("09:15")
    assert iso(at("09:15")) == "2026-03-02T03:45:00Z"
    assert iso(at("09:15:00.000001")) == "2026-03-02T03:45:00.000001Z"


def test_a_session_names_minutes_in_its_venues_zone() -> None:
    assert session().minute_label(at("09:15:59.9")) == "0915"
    assert session().minute_label(at("00:00")) == "0000"


def test_a_session_may_hold_its_positions_over_night() -> None:
    held: TradingSession = session(flatten=None)
    assert held.flatten_at is None


@given(st.integers(1, 10**9))
def test_a_price_in_units_is_the_same_price_in_rupees(units: int) -> None:
    share = instrument()
    assert share.units_of(share.price_of(units)) == units


@pytest.mark.parametrize(("price", "units"), [("1.005", 100), ("1.015", 102), ("0.004", 0), ("500", 50_000)])
def test_a_price_is_rounded_half_to_even(price: str, units: int) -> None:
    assert instrument().units_of(D(price)) == units


@pytest.mark.parametrize(
    ("quantity", "lot", "lots"), [("149.99", "25", "125"), ("24.9", "25", "0"), ("1.23456", "0.001", "1.234")]
)
def test_whole_lots_never_exceed_what_was_asked(quantity: str, lot: str, lots: str) -> None:
    assert instrument(lot=lot).whole_lots(D(quantity)) == D(lots)


def test_a_value_is_whole_paise_half_to_even() -> None:
    assert instrument().value_of(D("0.05"), D("0.1")) == D("0.00")
    assert instrument().value_of(D("0.05"), D("0.3")) == D("0.02")


def test_every_timeframe_is_a_whole_number_of_minutes() -> None:
    assert set(TIMEFRAMES) == {"1m", "3m", "5m", "15m", "30m", "1h"}
    assert all(timeframe_us(name) % 60_000_000 == 0 for name in TIMEFRAMES)
