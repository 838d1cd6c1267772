"""Each limit just under, exactly at, and one unit over, with the numbers in its detail."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.core.risk import checks
from engine.core.risk.checks import RiskView
from engine.core.risk.gate import Approved, judge_entry
from engine.domain.account import RiskPolicy
from engine.domain.instant import SECOND
from engine.domain.order import OrderRequest, Purpose, Refusal, Side
from tests.builders.times import at

NOW = at("10:00")


def request(quantity: str | int = 100, price: str = "500.00", stop: str | None = None) -> OrderRequest:
    """100 at 500.00: worth 50,000, exactly 5 % of a million."""
    return OrderRequest(
        "ORDER", "alpha", "ACME", Side.BUY, Decimal(quantity), Decimal(price), Purpose.ENTRY, NOW,
        stop_price=None if stop is None else Decimal(stop),
    )  # fmt: skip


def view(**changes: object) -> RiskView:
    """An account of a million with nothing open and a fresh price."""
    plain = RiskView(
        policy=RiskPolicy(),
        equity=Decimal(1_000_000),
        cash_free=Decimal(1_000_000),
        at_risk_pct=Decimal(0),
        positions=0,
        new_position=True,
        quote_at=NOW,
        minimum_notional=Decimal(1),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def verdict(check: checks.Check, asked: OrderRequest, seen: RiskView) -> tuple[str, str] | None:
    found = check(asked, seen)
    return None if found is None else (found.code, found.detail)


@pytest.mark.parametrize(
    ("price", "wanted"),
    [
        ("499.99", None),
        ("500.00", None),
        ("500.01", ("notional", "Worth 50001.00, limit 50000.00 (5 % of equity)")),
    ],
)
def test_an_order_may_be_worth_its_limit_and_no_more(price: str, wanted: tuple[str, str] | None) -> None:
    assert verdict(checks.notional_within_limit, request(price=price), view()) == wanted


@pytest.mark.parametrize(
    ("price", "wanted"),
    [("5.01", None), ("5.00", None), ("4.99", ("minimum_notional", "Worth 499.00, at least 500.00 needed"))],
)
def test_an_order_may_be_worth_the_least_and_no_less(price: str, wanted: tuple[str, str] | None) -> None:
    assert verdict(checks.notional_above_minimum, request(price=price), view()) == wanted


def test_the_venues_own_minimum_counts_where_it_is_higher() -> None:
    seen = view(minimum_notional=Decimal(600))
    assert verdict(checks.notional_above_minimum, request(price="5.99"), seen) == (
        "minimum_notional", "Worth 599.00, at least 600.00 needed",
    )  # fmt: skip
    assert verdict(checks.notional_above_minimum, request(price="6.00"), seen) is None


@pytest.mark.parametrize(
    ("held", "new", "wanted"),
    [
        (8, True, None),
        (9, True, None),
        (10, True, ("positions", "Would be position 11, limit 10")),
        (10, False, None),
    ],
)
def test_the_tenth_position_is_the_last_and_building_one_is_no_new_one(
    held: int, new: bool, wanted: tuple[str, str] | None
) -> None:
    assert verdict(checks.positions_within_limit, request(), view(positions=held, new_position=new)) == wanted


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("9.99", None),
        ("10.00", None),
        ("10.01", ("total_at_risk", "At risk 15.01 % of equity, limit 15 %")),
    ],
)
def test_without_a_stop_the_whole_order_is_at_risk(before: str, wanted: tuple[str, str] | None) -> None:
    assert verdict(checks.total_at_risk_within_limit, request(), view(at_risk_pct=Decimal(before))) == wanted


@pytest.mark.parametrize(("before", "refuses"), [("14.94", False), ("14.95", False), ("14.96", True)])
def test_with_a_stop_only_the_way_to_it_is_at_risk(before: str, refuses: bool) -> None:
    asked = request(stop="495.00")  # 100 x 5.00 is 500: 0.05 % of a million
    assert (checks.total_at_risk_within_limit(asked, view(at_risk_pct=Decimal(before))) is not None) is refuses


@pytest.mark.parametrize(
    ("age_us", "wanted"),
    [
        (30 * SECOND - 1, None),
        (30 * SECOND, None),
        (31 * SECOND, ("stale_quote", "ACME: price 31 s old, limit 30 s")),
    ],
)
def test_a_price_may_be_thirty_seconds_old(age_us: int, wanted: tuple[str, str] | None) -> None:
    assert verdict(checks.quote_fresh, request(), view(quote_at=NOW - age_us)) == wanted


def test_a_price_a_microsecond_too_old_is_stale() -> None:
    assert checks.quote_fresh(request(), view(quote_at=NOW - 30 * SECOND - 1)) is not None


@pytest.mark.parametrize(
    ("cash", "wanted"),
    [
        ("50000.01", None),
        ("50000.00", None),
        ("49999.99", ("buying_power", "Worth 50000.00, free cash 49999.99")),
    ],
)
def test_an_order_may_take_the_last_of_the_cash(cash: str, wanted: tuple[str, str] | None) -> None:
    assert verdict(checks.cash_covers, request(), view(cash_free=Decimal(cash))) == wanted


def test_nothing_is_not_an_order() -> None:
    assert verdict(checks.quantity_above_zero, request(0), view()) == (
        "zero_quantity", "The sizing does not reach one lot at 500.00",
    )  # fmt: skip
    assert verdict(checks.quantity_above_zero, request(1), view()) is None


def test_every_refusal_carries_what_was_found_and_what_is_allowed() -> None:
    worst = view(
        cash_free=Decimal(0), at_risk_pct=Decimal(99), positions=99, quote_at=NOW - 3_600 * SECOND,
        minimum_notional=Decimal(10**9),
    )  # fmt: skip
    for check in checks.ENTRY_CHECKS:
        asked = request(0) if check is checks.quantity_above_zero else request(price="500.01")
        refusal = check(asked, worst)
        assert refusal is not None, check.__name__
        assert refusal.found, check.__name__
        assert refusal.allowed, check.__name__


def test_the_first_check_that_refuses_decides() -> None:
    seen = view(cash_free=Decimal(0), quote_at=NOW - 60 * SECOND)
    answer = judge_entry(request(price="500.01"), seen)
    assert isinstance(answer, Refusal)
    assert answer.code == "stale_quote"


def test_an_order_that_every_check_lets_pass_is_approved_with_its_risk() -> None:
    answer = judge_entry(request(stop="495.00"), view())
    assert isinstance(answer, Approved)
    assert answer.at_risk_pct == Decimal("0.05")


def test_an_account_without_equity_enters_nothing() -> None:
    answer = judge_entry(request(1, "600"), view(equity=Decimal(0)))
    assert isinstance(answer, Refusal)
