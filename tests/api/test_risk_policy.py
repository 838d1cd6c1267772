"""Risk policies over HTTP: presets, what waits, what is refused, the deployment's own limits."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.api.models.risk import PolicyAnswer, PolicyBody
from engine.domain.risk import RiskPolicy, plain_policy, read_hard_limits
from engine.domain.risk_limits import Preset
from engine.domain.risk_presets import preset_policy
from engine.ports import Fields, Transaction
from tests.api.conftest import World, build_world
from tests.api.world import ASHAS

PATH = f"/accounts/{ASHAS}/risk-policy"


@pytest.fixture
def strict_world(tmp_path: Path) -> World:
    """A deployment that lets nobody put more than 4 % of equity into an entry."""
    return build_world(tmp_path, hard_limits=read_hard_limits({"notional_max_pct": 4}))


def obeying(world: World, policy: RiskPolicy, **more: Any) -> None:
    """The engine says in the account's document what it obeys."""

    def engine(transaction: Transaction) -> Fields:
        transaction.update("accounts", ASHAS, {"policy_in_force": plain_policy(policy), **more})
        return {}

    world.documents.change(ASHAS, engine)


def set_last(world: World) -> RiskPolicy | None:
    return FirestoreControlPlane(world.wire, world.documents, world.clock.now).policy(ASHAS)


def test_the_body_and_the_answer_have_every_limit() -> None:
    names = {item.name for item in fields(RiskPolicy)}
    assert names <= PolicyBody.model_fields.keys()
    assert names <= PolicyAnswer.model_fields.keys()


def test_a_preset_sets_its_limits_and_single_ones_go_over_it(world: World) -> None:
    answer = world.call("PUT", PATH, json={"preset": "conservative", "positions_max": 3})
    assert (answer.status_code, answer.json["preset"], answer.json["positions_max"]) == (200, "conservative", 3)
    policy = preset_policy(Preset.CONSERVATIVE)
    assert set_last(world) == RiskPolicy(
        **{item.name: getattr(policy, item.name) for item in fields(RiskPolicy) if item.name != "positions_max"},
        positions_max=3,
    )
    world.call("PUT", PATH, json={"preset": "balanced"})
    assert set_last(world) == RiskPolicy()


def test_null_lifts_a_limit_that_may_be_absent_and_no_other(world: World) -> None:
    world.call("PUT", PATH, json={"notional_max": 20_000, "trades_day_max": 5})
    assert world.call("PUT", PATH, json={"notional_max": None}).json["notional_max"] is None
    policy = set_last(world)
    assert policy is not None
    assert (policy.notional_max, policy.trades_day_max) == (None, 5)
    answer = world.call("PUT", PATH, json={"notional_max_pct": None})
    assert (answer.status_code, [error["field"] for error in answer.json["errors"]]) == (422, ["notional_max_pct"])


def test_what_is_looser_than_in_force_is_shown_as_pending(world: World) -> None:
    obeying(world, RiskPolicy(positions_max=3))
    answer = world.call("PUT", PATH, json={"positions_max": 8, "notional_max_pct": 2})
    assert answer.json["pending"] == {"positions_max": 8}
    assert (answer.json["in_force"]["positions_max"], answer.json["in_force"]["notional_max_pct"]) == (3, 2.0)
    read = world.call("GET", PATH).json
    assert (read["positions_max"], read["pending"]) == (8, {"positions_max": 8})
    obeying(world, RiskPolicy(positions_max=8, notional_max_pct=Decimal(2)))
    assert world.call("GET", PATH).json["pending"] == {}


def test_a_policy_that_was_read_can_be_sent_back_whole(world: World) -> None:
    obeying(world, RiskPolicy(), policy_adapted="Adaptive: …")
    read = world.call("GET", PATH).json
    assert read["adapted"] == "Adaptive: …"
    answer = world.call("PUT", PATH, json=read)
    assert answer.status_code == 200
    assert set_last(world) == RiskPolicy()


BAD: list[tuple[dict[str, Any], list[str]]] = [
    ({"notional_max_pct": -1}, ["notional_max_pct"]),
    ({"at_risk_max_pct": 100.5, "positions_max": 0}, ["at_risk_max_pct", "positions_max"]),
    ({"leverage_max": 11}, ["leverage_max"]),
    ({"orders_per_second_max": 10}, ["orders_per_second_max"]),
    ({"notional_min": 2000, "notional_max": 1000}, ["notional_min"]),
    ({"notional_min": 50_001}, ["notional_min"]),
    ({"notional_max_pct": 0.01}, ["notional_max_pct"]),
    ({"temperature_min": "LUKEWARM"}, ["temperature_min"]),
    ({"preset": "reckless"}, ["preset"]),
    ({"no_entry": ["noon"]}, ["no_entry"]),
    ({"no_entry": "12:00-13:00"}, ["no_entry"]),
    ({"symbols_allowed": [1]}, ["symbols_allowed[0]"]),
    ({"day_loss_max_pct": "3"}, ["day_loss_max_pct"]),
    ({"rejects_max": 2.5}, ["rejects_max"]),
    ({"mood": 1}, ["mood"]),
]


@pytest.mark.parametrize(("said", "named"), BAD)
def test_a_bad_policy_is_a_422_that_names_every_field_and_the_old_one_stays(
    world: World, said: dict[str, Any], named: list[str]
) -> None:
    world.call("PUT", PATH, json={"positions_max": 3})
    before = world.everything()
    answer = world.call("PUT", PATH, json=said)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == named
    assert world.everything() == before


@pytest.mark.parametrize(
    "text", ['{"notional_max_pct": NaN}', '{"notional_max_pct": Infinity}', '{"leverage_max": 1e999}']
)
def test_a_number_that_is_none_is_refused(world: World, text: str) -> None:
    before = world.everything()
    answer = world.call("PUT", PATH, data=text, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert world.everything() == before


def test_a_policy_above_the_deployments_hard_limits_is_a_422_with_the_limit(strict_world: World) -> None:
    before = strict_world.everything()
    answer = strict_world.call("PUT", PATH, json={"notional_max_pct": 4.01, "positions_max": 3})
    assert (answer.status_code, answer.json["errors"]) == (
        422, [{"field": "notional_max_pct", "message": "is beyond this deployment's hard limit of 4, is 4.01"}],
    )  # fmt: skip
    assert strict_world.everything() == before
    assert strict_world.call("PUT", PATH, json={"notional_max_pct": 4}).status_code == 200
    answer = strict_world.call("PUT", PATH, json={"preset": "aggressive"})
    assert [error["field"] for error in answer.json["errors"]] == ["notional_max_pct"]


def test_a_limit_nobody_set_is_the_hard_one_where_that_is_tighter(strict_world: World) -> None:
    """The default is 5 %, the deployment's limit 4: another limit can be set all the same."""
    answer = strict_world.call("PUT", PATH, json={"positions_max": 3})
    assert (answer.status_code, answer.json["notional_max_pct"], answer.json["hard_limits"]) == (
        200, 4.0, {"notional_max_pct": 4.0},
    )  # fmt: skip
