"""Limits, halts and presence: what the engine polls for, written whole or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.domain.risk import RiskPolicy
from tests.api.conftest import World
from tests.api.world import ASHA, ASHAS, BELA


def control_plane(world: World) -> FirestoreControlPlane:
    return FirestoreControlPlane(world.wire, world.documents, world.clock.now)


def test_an_account_without_a_policy_has_the_defaults(world: World) -> None:
    policy = world.call("GET", f"/accounts/{ASHAS}/risk-policy").json
    assert (policy["notional_max_pct"], policy["at_risk_max_pct"], policy["positions_max"]) == (5.0, 15.0, 10)
    assert (policy["quote_age_max_s"], policy["notional_min"]) == (30, 500.0)


def test_a_policy_set_here_is_the_one_that_the_engine_reads(world: World) -> None:
    wanted = {"notional_max_pct": 2.5, "positions_max": 3}
    answer = world.call("PUT", f"/accounts/{ASHAS}/risk-policy", json=wanted)
    assert answer.status_code == 200
    policy = control_plane(world).policy(ASHAS)
    assert policy is not None
    assert (float(policy.notional_max_pct), policy.positions_max) == (2.5, 3)
    assert policy.at_risk_max_pct == RiskPolicy().at_risk_max_pct


def test_a_policy_that_was_read_can_be_changed_and_sent_back(world: World) -> None:
    read = world.call("GET", f"/accounts/{ASHAS}/risk-policy").json
    answer = world.call("PUT", f"/accounts/{ASHAS}/risk-policy", json={**read, "positions_max": 7})
    assert (answer.status_code, answer.json["positions_max"]) == (200, 7)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("notional_max_pct", 0), ("notional_max_pct", 101), ("at_risk_max_pct", -1), ("positions_max", 0),
        ("positions_max", 2.5), ("positions_max", True), ("quote_age_max_s", 86_401), ("notional_min", -1),
        ("notional_min", "500"), ("leverage", 2),
    ],
)  # fmt: skip
def test_a_policy_that_cannot_be_obeyed_is_a_422_and_the_old_one_stays(world: World, field: str, value: object) -> None:
    world.call("PUT", f"/accounts/{ASHAS}/risk-policy", json={"positions_max": 3})
    before = world.everything()
    answer = world.call("PUT", f"/accounts/{ASHAS}/risk-policy", json={"notional_max_pct": 4, field: value})
    assert (answer.status_code, [error["field"] for error in answer.json["errors"]]) == (422, [field])
    assert world.everything() == before


def test_a_halt_reaches_the_engine_with_its_reason_and_is_lifted(world: World) -> None:
    plane = control_plane(world)
    before = plane.generation(ASHAS)
    answer = world.call("POST", f"/accounts/{ASHAS}/halt", json={"reason": "odd prices"})
    assert (answer.status_code, answer.json["halted"], answer.json["halted_by"]) == (200, True, ASHA)
    assert plane.halt(ASHAS) == (True, "odd prices")
    assert plane.generation(ASHAS) == (before[0] + 1, before[1])
    answer = world.call("POST", f"/accounts/{ASHAS}/resume")
    assert (answer.json["halted"], answer.json["halted_reason"]) == (False, None)
    assert plane.halt(ASHAS) == (False, "")


def test_a_halt_needs_no_body(world: World) -> None:
    assert world.call("POST", f"/accounts/{ASHAS}/halt").json["halted_reason"] == "halted by hand"


def test_the_owner_halts_the_whole_service_and_nobody_else_does(world: World) -> None:
    plane = control_plane(world)
    assert world.call("POST", "/service/halt", uid=BELA).status_code == 403
    assert plane.halt("paper-bela") == (False, "")
    assert world.call("POST", "/service/halt", json={"reason": "fire"}).status_code == 200
    assert plane.halt("paper-bela") == (True, "fire")
    assert plane.generation("paper-bela")[1] > 0
    assert world.call("POST", "/service/resume", uid=BELA).status_code == 403
    assert world.call("POST", "/service/resume").status_code == 200
    assert plane.halt("paper-bela") == (False, "")


def test_presence_is_known_to_the_engine_for_a_minute_and_a_half(world: World) -> None:
    plane = control_plane(world)
    answer = world.call("POST", "/presence")
    assert answer.status_code == 200
    plane.generation(ASHAS)
    assert plane.watched_until(ASHAS) == world.clock.now() + timedelta(seconds=90)


def test_an_alert_is_acknowledged_once(world: World) -> None:
    first = world.call("POST", "/alerts/ALERT/acknowledge").json["acknowledged_at"]
    world.clock.elapsed_s += 100
    assert world.call("POST", "/alerts/ALERT/acknowledge").json["acknowledged_at"] == first
    assert world.call("GET", "/alerts").json["items"][0]["acknowledged_at"] == first
