"""The caps of a bot that is new on a live account: each allows its limit and refuses one unit more, with numbers."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from engine.core.risk.canary import within_canary
from engine.core.risk.checks import ENTRY_CHECKS
from engine.domain.canary import Canary
from engine.domain.errors import InvalidValue
from tests.core.risk.test_limits import request, view

D = Decimal
CAPS = Canary(notional_max=D(5_000), leverage_max=D("0.02"), symbols=("ACME",), trades=3)


def asked(quantity: str, price: str = "500", done: int = 0, canary: Canary | None = CAPS, **changes: Any) -> Any:
    wanted = replace(request(), quantity=D(quantity), price=D(price), limit_price=None)
    return within_canary(wanted, view(canary=canary, canary_trades=done, **changes))


CASES = [
    ("just under the worth", "9", "500", {}, True),
    ("exactly the worth", "10", "500", {}, True),
    ("a paisa over the worth", "1", "5000.01", {}, False),
    ("just under the leverage", "10", "500", {"bot_gross": D("14999.99")}, True),
    ("exactly the leverage", "10", "500", {"bot_gross": D(15_000)}, True),
    ("a paisa over the leverage", "10", "500", {"bot_gross": D("15000.01")}, False),
]


@pytest.mark.parametrize(("case", "quantity", "price", "changes", "ok"), CASES, ids=[case[0] for case in CASES])
def test_each_cap_allows_its_limit(case: str, quantity: str, price: str, changes: dict[str, Any], ok: bool) -> None:
    result = asked(quantity, price, **changes)
    assert (result.check, result.ok) == ("canary", ok)
    assert bool(result.detail) != ok


def test_the_reason_has_the_numbers_and_how_far_the_bot_is() -> None:
    assert asked("1", "5000.01", done=1).detail == (
        "Worth 5000.01, canary limit 5000.00: the bot is new here (1 of 3 trades closed)"
    )
    assert "would hold 20000.01, canary limit 20000.00 (0.02 times the equity)" in (
        asked("10", "500", bot_gross=D("15000.01")).detail
    )
    assert "ACME is not among OTHER" in asked("1", canary=replace(CAPS, symbols=("OTHER",))).detail


@pytest.mark.parametrize(("done", "ok"), [(2, False), (3, True), (4, True)])
def test_the_caps_lift_with_the_last_trade(done: int, ok: bool) -> None:
    assert asked("100", done=done).ok is ok


def test_no_caps_off_a_live_account() -> None:
    assert asked("100", canary=None).ok


def test_the_canary_is_one_of_the_checks() -> None:
    assert within_canary in ENTRY_CHECKS


@pytest.mark.parametrize(
    ("name", "value"),
    [("notional_max", D(0)), ("notional_max", D("NaN")), ("leverage_max", D(0)), ("leverage_max", D(11)),
     ("trades", -1), ("symbols", ("A", "A"))],
)  # fmt: skip
def test_bad_caps_are_named(name: str, value: Any) -> None:
    with pytest.raises(InvalidValue, match=f"canary.{name}"):
        Canary(**{name: value})
