"""An entry must be worth the trouble after the charges of getting in and out: under, at and over what is allowed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.core.charges import charges_on, schedule
from engine.core.risk.gate import Approved, judge_entry
from engine.domain.order import Refusal, Side
from tests.core.risk.test_limits import allows, priced, request, view

D = Decimal
TOO_LITTLE = "Worth 512.00, 499.99 after 12.01 of charges in and out, at least 500.00 needed"


@pytest.mark.parametrize(
    ("charges", "refused"), [("11.99", None), ("12.00", None), ("12.01", TOO_LITTLE)]
)  # fmt: skip
def test_what_is_left_after_charges_may_be_the_smallest_entry_and_no_less(charges: str, refused: str | None) -> None:
    answer = judge_entry(request(**priced("5.12")), view(last_price=D("5.12"), round_trip=D(charges)))
    if refused is None:
        assert isinstance(answer, Approved)
    else:
        assert isinstance(answer, Refusal)
        assert (answer.code, answer.detail, answer.allowed) == ("minimum", refused, "500")


def test_without_a_smallest_entry_only_what_charges_eat_whole_is_refused() -> None:
    free = allows(notional_min=D(0))
    left = judge_entry(request(**priced("0.15")), view(last_price=D("0.15"), round_trip=D("15.00"), **free))
    eaten = judge_entry(request(**priced("0.15")), view(last_price=D("0.15"), round_trip=D("15.01"), **free))
    assert isinstance(left, Approved)
    assert isinstance(eaten, Refusal)
    assert eaten.detail == "Worth 15.00, -0.01 after 15.01 of charges in and out, at least 0.00 needed"


def test_an_order_too_small_for_the_venue_is_told_so_first() -> None:
    answer = judge_entry(request(**priced("4.99")), view(last_price=D("4.99"), round_trip=D("12.00")))
    assert isinstance(answer, Refusal)
    assert answer.code == "minimum_notional"


def test_the_smallest_entry_that_intraday_charges_leave_is_a_little_above_the_policys() -> None:
    """With the schedule's own rates: 512 rupees are enough, 511 are not."""
    rates = schedule("nse_intraday").on("2026-10-01")

    def passes(worth: str) -> bool:
        charges = sum(charges_on(rates, side, D(worth)).total for side in Side)
        price = D(worth) / 100
        return isinstance(judge_entry(request(price=price), view(last_price=price, round_trip=D(charges))), Approved)

    assert passes("512")
    assert not passes("511")
