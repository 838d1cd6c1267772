"""What a form needs of the strategies, and a bot made of a preset."""

from __future__ import annotations

from pathlib import Path

from engine.research.strategy_files import outside_strategies
from engine.strategies.registry import also, available, make, parameters_of
from tests.api.conftest import World
from tests.research.planted_strategies import planted


def test_every_strategy_is_told_with_parameters_that_make_it(world: World) -> None:
    items = world.call("GET", "/strategies").json["items"]
    assert [item["name"] for item in items] == list(available())
    for item in items:
        assert {told["name"]: told["default"] for told in item["parameters"]} == parameters_of(item["name"])
        assert all(told["means"] for told in item["parameters"])
        for preset in item["presets"].values():
            make(item["name"], preset)


def test_bounds_are_told_as_they_bite(world: World) -> None:
    items = {item["name"]: item for item in world.call("GET", "/strategies").json["items"]}
    told = {item["name"]: item for item in items["confluence"]["parameters"]}
    assert told["buy_at"] == {
        "name": "buy_at", "kind": "number", "default": 60.0, "least": 0.0, "most": 100.0, "above": True, "unit": "",
        "choices": [],
        "means": "the score from which on a BUY may follow",
    }  # fmt: skip
    confirm = told["confirm_s"]
    assert (confirm["kind"], confirm["unit"], confirm["most"]) == ("whole", "seconds", 86_400)
    assert (told["allow_short"]["kind"], told["allow_short"]["least"]) == ("flag", None)


def test_a_strategy_that_the_deployment_brought_is_told_and_taken_like_any_other(world: World, tmp_path: Path) -> None:
    (tmp_path / "risers.py").write_text(planted("sound"))
    (tmp_path / "torn.py").write_text("def on_bar(:\n")
    body = {"id": "mine", "symbols": ["INFY"], "parameters": {"every": 3}}
    with also(outside_strategies(tmp_path, installed=False)):
        told = world.call("GET", "/strategies").json
        mine = {item["name"]: item for item in told["items"]}["risers"]
        assert (mine["own"], mine["about"]) == (True, "Buys every fifth rising close.")
        assert [told["name"] for told in mine["parameters"]] == ["every"]
        assert told["broken"] == [{"name": "torn", "why": f"{tmp_path}/torn.py, line 1: invalid syntax"}]
        assert world.call("POST", "/bots", json={**body, "strategy": "risers"}).status_code == 201
        refused = world.call("POST", "/bots", json={**body, "id": "other", "strategy": "torn"})
        assert refused.json["errors"][0]["message"].endswith("torn.py, line 1: invalid syntax")
    assert "risers" not in available()


def test_a_bot_of_a_preset_keeps_the_presets_parameters(world: World) -> None:
    """A later change of the preset changes no bot."""
    given = {"preset": "conservative", "adx_min": 40}
    body = {"id": "calm", "strategy": "trend", "symbols": ["INFY"], "parameters": given}
    answer = world.call("POST", "/bots", json=body)
    assert answer.status_code == 201, answer.json
    assert answer.json["parameters"] == {**parameters_of("trend", "conservative"), "adx_min": 40.0}
    refused = world.call("PATCH", "/bots/calm", json={"parameters": {"preset": "wild"}}).json["errors"]
    wanted = "trend has no preset 'wild'; it has conservative, balanced, aggressive"
    assert refused == [{"field": "parameters.preset", "message": wanted}]
