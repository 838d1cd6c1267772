"""What a check found and allows: numbers until somebody looks, then text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.domain.check_result import CheckResult, Shown, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("5000.00"), "5000"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.123456789"), "0.12345679"),
        (Decimal("-2.50"), "-2.5"),
        (7, "7"),
        ("lots of 25", "lots of 25"),
        (lambda: "lots of 25", "lots of 25"),
    ],
)
def test_a_number_is_shown_without_needless_zeros_and_to_eight_decimals(value: Shown, text: str) -> None:
    assert shown(value) == text
    result = CheckResult("notional", ok=True, found=value, allowed=value)
    assert (result.found, result.allowed) == (text, text)


def test_two_results_are_equal_that_say_the_same() -> None:
    one = CheckResult("notional", ok=True, found=Decimal("5.0"), allowed=Decimal(9))
    assert one == CheckResult("notional", ok=True, found="5", allowed="9")
    assert one != CheckResult("notional", ok=True, found="5", allowed="8")
    assert one != CheckResult("notional", ok=False, found="5", allowed="9", detail="too much")
