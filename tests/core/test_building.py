"""Building up: each policy's rule at its edges, the bounds that all have, and the default that changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.building import BuildingView, next_tranche
from engine.domain.account import Building, BuildingPolicy
from engine.domain.errors import InvalidValue
from engine.domain.order import Refusal, Side
from engine.domain.records import Tranche
from tests.builders.market import instrument

D = Decimal
UP, DOWN, ADAPTIVE = BuildingPolicy.PYRAMID_UP, BuildingPolicy.PYRAMID_DOWN, BuildingPolicy.ADAPTIVE


def tranche(price: str, quantity: str = "100", order_id: str | None = None) -> Tranche:
    """An entry fill; of an order of its own unless one is named."""
    return Tranche(D(quantity), D(price), 0, D(1), f"at-{price}" if order_id is None else order_id)


def view(*tranches: Tranche, price: str = "100", side: Side = Side.BUY, **changes: Any) -> BuildingView:
    given: dict[str, Any] = {
        "base": D(100), "score": 80.0, "equity": D(1_000_000), "entry_in_flight": False, **changes,
    }  # fmt: skip
    return BuildingView(instrument(), side, D(price), tranches=tranches, **given)


def answer(building: Building, seen: BuildingView) -> object:
    """The next quantity, or the refusal's code."""
    found = next_tranche(building, seen)
    return found.code if isinstance(found, Refusal) else found


def up(**changes: Any) -> Building:
    return Building(UP, **{"step_pct": D(1), **changes})


def down(**changes: Any) -> Building:
    return Building(DOWN, **{"tranches_max": 4, "step_pct": D(1), "notional_max_pct": D(20), **changes})


prices = st.decimals(D(1), D(10_000), places=2)
held = st.lists(st.builds(tranche, prices.map(str), st.integers(1, 500).map(str)), max_size=6)


@given(held, prices, st.sampled_from(Side), st.booleans(), st.integers(0, 1000), st.floats(-100, 100))
def test_the_default_always_gives_the_base_size(
    tranches: list[Tranche], price: D, side: Side, waiting: bool, base: int, score: float
) -> None:
    seen = view(*tranches, price=str(price), side=side, base=D(base), score=score, entry_in_flight=waiting)
    assert next_tranche(Building(), seen) == base
    assert next_tranche(Building(factor=D(1)), seen) == base


@pytest.mark.parametrize(
    ("building", "tranches", "price", "expected"),
    [
        (Building(tranches_max=2), ["100"], "100", D(100)),
        (Building(tranches_max=2), ["100", "101"], "100", "tranches"),
        (Building(tranches_max=1), [], "100", D(100)),
        (Building(tranches_max=1), ["100"], "150", "tranches"),
        (Building(step_pct=D(1)), ["100"], "100.99", "step"),
        (Building(step_pct=D(1)), ["100"], "101", D(100)),
        (Building(step_pct=D(1)), ["100"], "99", D(100)),
        (up(), [], "100", D(100)),
        (up(), ["100"], "100.99", "step"),
        (up(), ["100"], "101", D(50)),
        (up(), ["100", "110"], "111.10", D(25)),
        (up(), ["100", "110"], "111.09", "step"),
        (up(), ["100"], "99", "not_in_profit"),
        (up(), ["120", "100"], "102", "not_in_profit"),  # beyond the last, below the average of 110
        (up(factor=D(1)), ["100"], "101", D(100)),
        (up(step_pct=D(0)), ["100"], "100", "not_in_profit"),
        (up(factor=D("0.005")), ["100"], "101", "tranche_size"),
        (up(tranches_max=2), ["100", "110"], "120", "tranches"),
        (down(), [], "100", D(100)),
        (down(), ["100"], "99.01", "step"),
        (down(), ["100"], "101", "step"),
        (down(), ["100"], "99", D(50)),
        (down(factor=D(2)), ["100"], "99", D(200)),
        (down(factor=D(2)), ["100", "99"], "98", D(400)),
        (down(tranches_max=2), ["100", "99"], "90", "tranches"),
        (down(factor=D(2), notional_max_pct=D("2.97")), ["100"], "99", D(200)),  # 300 at 99 is 2.97 % exactly
        (down(factor=D(2), notional_max_pct=D("2.96")), ["100"], "99", "position_notional"),
        (Building(notional_max_pct=D("0.99")), [], "100", "position_notional"),
    ],
)
def test_each_rule_at_its_edge(building: Building, tranches: list[str], price: str, expected: object) -> None:
    assert answer(building, view(*(tranche(at) for at in tranches), price=price)) == expected


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (80.0, D(100)),
        (60.0, D(100)),
        (59.9, D(50)),
        (-60.0, D(100)),
        (40.0, D(50)),
        (39.9, "temperature"),
        (0.0, "temperature"),
    ],
)
def test_adaptive_goes_by_the_scores_temperature(score: float, expected: object) -> None:
    assert answer(Building(ADAPTIVE), view(score=score)) == expected
    assert answer(Building(ADAPTIVE), view(tranche("100"), score=score)) == expected


@pytest.mark.parametrize(("building", "price"), [(up(), "99"), (down(), "101"), (Building(step_pct=D(1)), "99")])
def test_a_short_builds_on_the_other_side(building: Building, price: str) -> None:
    assert next_tranche(building, view(tranche("100"), price=price, side=Side.SELL)) == (
        D(100) if building.policy is BuildingPolicy.EQUAL_SIZE else D(50)
    )


def test_the_fills_of_one_order_are_one_entry_at_their_average() -> None:
    parts = (tranche("100", "30", "A"), tranche("101", "70", "A"))
    assert answer(up(tranches_max=2), view(*parts, price="101.70")) == "step"  # 1 % above 100.70 is 101.707
    assert answer(up(tranches_max=2), view(*parts, price="101.71")) == D(50)
    assert answer(Building(tranches_max=2), view(*parts)) == D(100)
    assert answer(Building(tranches_max=2), view(*parts, tranche("100", "1", "B"))) == "tranches"


def test_tranches_of_before_orders_were_kept_are_entries_of_their_own() -> None:
    assert (
        answer(Building(tranches_max=2), view(tranche("100", order_id=""), tranche("101", order_id=""))) == "tranches"
    )


def test_no_entry_is_added_while_one_is_on_its_way() -> None:
    for building in (Building(tranches_max=3), up(), down(), Building(ADAPTIVE)):
        assert answer(building, view(entry_in_flight=True)) == "entry_in_flight"


def test_a_base_of_nothing_stays_nothing_for_the_gate_to_refuse() -> None:
    for building in (Building(), Building(tranches_max=3), up(), Building(ADAPTIVE)):
        assert answer(building, view(base=D(0))) == 0


MANY = [up(), up(factor=D("0.7")), down(), down(factor=D(2)), Building(tranches_max=3), Building(ADAPTIVE)]


@given(st.sampled_from(MANY), held, prices, st.sampled_from(Side), st.integers(0, 1000), st.floats(-100, 100))
def test_what_is_given_is_whole_lots_within_the_bounds(
    building: Building, tranches: list[Tranche], price: D, side: Side, base: int, score: float
) -> None:
    seen = view(*tranches, price=str(price), side=side, base=D(base), score=score)
    found = next_tranche(building, seen)
    if isinstance(found, Refusal):
        assert found.detail.strip()
        return
    assert found == found.to_integral_value() >= 0
    if building.tranches_max is not None:
        assert len({item.order_id for item in tranches}) < building.tranches_max
    if building.notional_max_pct is not None and found:
        whole = (sum(item.quantity for item in tranches) + found) * price
        assert whole <= seen.equity * building.notional_max_pct / 100


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tranches_max": 0}, "tranches_max"),
        ({"tranches_max": 101}, "tranches_max"),
        ({"step_pct": D(-1)}, "step_pct"),
        ({"step_pct": D(100)}, "step_pct"),
        ({"factor": D(0)}, "factor"),
        ({"factor": D("2.01")}, "factor"),
        ({"factor": D("NaN")}, "factor"),
        ({"notional_max_pct": D(0)}, "notional_max_pct"),
        ({"policy": UP, "factor": D("1.1")}, "factor"),
        ({"policy": DOWN, "step_pct": D(1), "notional_max_pct": D(5)}, "tranches_max"),
        ({"policy": DOWN, "step_pct": D(1), "tranches_max": 3}, "notional_max_pct"),
        ({"policy": DOWN, "tranches_max": 3, "notional_max_pct": D(5)}, "step_pct"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_with_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Building(**changes)
    assert refused.value.field == f"building.{field}"
