"""No token, no answer: over every route there is."""

from __future__ import annotations

import pytest

from engine.api.authentication import PUBLIC, REVOCATION_CHECKED
from tests.api.conftest import World
from tests.api.routes_of import targets
from tests.api.world import ASHA, ASHAS

BAD_HEADERS = [
    "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "token-uid-asha", "Bearer a b", "Bearer tökén",
    "Bearer " + "x" * 9000,
    "Bearer not.a.token",
]  # fmt: skip


def test_every_route_but_the_public_ones_refuses_a_request_without_a_token(world: World) -> None:
    before = world.everything()
    for target in targets(world.app):
        answer = world.call(target.method, target.path, uid=None, json={})
        assert answer.status_code == 401, target
        assert answer.headers["WWW-Authenticate"] == "Bearer", target
        assert answer.content_type == "application/problem+json", target
    assert world.everything() == before


def test_every_route_but_the_public_ones_refuses_an_expired_token_and_says_so(world: World) -> None:
    before = world.everything()
    for target in targets(world.app):
        headers = {"Authorization": "Bearer token-expired"}
        answer = world.call(target.method, target.path, uid=None, json={}, headers=headers)
        assert answer.status_code == 401, target
        assert answer.headers["WWW-Authenticate"].startswith("Bearer "), target
        assert answer.json["detail"] == "The token has expired.", target
    assert world.everything() == before


@pytest.mark.parametrize("header", BAD_HEADERS)
def test_a_malformed_header_is_refused_and_never_repeated(world: World, header: str) -> None:
    answer = world.call("GET", "/api/v1/bots", uid=None, headers={"Authorization": header})
    assert answer.status_code == 401
    assert "malformed" in answer.json["detail"]
    said = answer.get_data(as_text=True) + str(answer.headers)
    token = header.rpartition(" ")[2]
    assert len(token) < 8 or token not in said


def test_the_public_routes_are_the_probes_the_description_and_the_client(world: World) -> None:
    assert {rule.endpoint for rule in world.app.url_map.iter_rules()} >= PUBLIC
    assert {rule.rule for rule in world.app.url_map.iter_rules() if rule.endpoint in PUBLIC} == {
        "/", "/config.json", "/health", "/ready", "/metrics", "/openapi.json",
    }  # fmt: skip


def test_revocation_is_asked_for_exactly_where_money_moves(world: World) -> None:
    asked = set()
    for target in targets(world.app):
        world.tokens.checked_for_revocation.clear()
        world.call(target.method, target.path, json={})
        if world.tokens.checked_for_revocation == [True]:
            asked.add(target.endpoint)
    assert asked == REVOCATION_CHECKED


def test_a_token_that_cannot_be_checked_is_a_503_and_not_a_401(world: World) -> None:
    world.tokens.down = True
    before = world.everything()
    answer = world.call("POST", "/accounts/paper-demo/halt", json={})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert world.everything() == before


def test_stopping_waits_for_no_identity_service_and_everything_else_that_moves_money_does(world: World) -> None:
    world.tokens.identity_away = True
    for stop in ("halt", "kill", "disarm"):
        assert world.call("POST", f"/accounts/{ASHAS}/{stop}", json={}).status_code == 200, stop
    before = world.everything()
    for path in (
        f"/accounts/{ASHAS}/resume",
        f"/accounts/{ASHAS}/flatten",
        "/bots/drift/start",
        "/orders/ORDER/cancel",
    ):
        assert world.call("POST", path, json={}).status_code == 503, path
    assert world.everything() == before


def test_the_scheme_is_read_in_any_case(world: World) -> None:
    answer = world.call("GET", "/api/v1/bots", uid=None, headers={"Authorization": f"bEARER token-{ASHA}"})
    assert answer.status_code == 200
