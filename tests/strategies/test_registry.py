"""Strategies by name: what exists is named, what is wrong is named, text is read as the parameter's type."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from engine.core.indicators import IndicatorSet
from engine.domain.errors import InvalidValue
from engine.strategies.registry import available, checked_parameters, kind_of, make, parameters_of


def test_every_strategy_that_exists_can_be_made_with_its_defaults() -> None:
    assert "confluence" in available()
    for name in available():
        strategy = make(name, parameters_of(name))
        IndicatorSet().keep(strategy.needs)


def test_confluence_has_the_contracts_defaults() -> None:
    assert parameters_of("confluence") == {
        "buy_at": 60.0, "sell_at": 60.0, "confirm_s": 300, "cooldown_s": 900, "allow_short": False,
        "follow_volatility": False,
    }  # fmt: skip


def test_text_is_read_as_the_parameters_type() -> None:
    strategy = make("confluence", {"confirm_s": "120", "allow_short": "True", "cooldown_s": "60.0"})
    assert (strategy.confirm_us, strategy.allow_short, strategy.cooldown_s) == (120_000_000, True, 60)


@pytest.mark.parametrize(
    ("parameters", "field", "says"),
    [
        ({"speed": 1}, "parameters.speed", "it has allow_short, buy_at, confirm_s, cooldown_s, follow_volatility,"),
        ({"buy_at": "high"}, "parameters.buy_at", "must be a number"),
        ({"buy_at": True}, "parameters.buy_at", "must be a number"),
        ({"buy_at": "nan"}, "parameters.buy_at", "finite"),
        ({"buy_at": 10**400}, "parameters.buy_at", "too large a number"),
        ({"confirm_s": 10**400}, "parameters.confirm_s", "too large a number"),
        ({"confirm_s": 1.5}, "parameters.confirm_s", "whole number"),
        ({"allow_short": 1}, "parameters.allow_short", "true or false"),
        ({"allow_short": "yes"}, "parameters.allow_short", "true or false"),
        ({"buy_at": None}, "parameters.buy_at", "must be a number"),
        ({"buy_at": 101}, "parameters.buy_at", "at most 100"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_is_right(parameters: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        make("confluence", parameters)
    assert refused.value.field == field
    assert says in refused.value.message


def test_an_unknown_strategy_is_answered_with_those_that_exist() -> None:
    with pytest.raises(InvalidValue, match=r"there are accumulate, confluence.*rotation, trend, vwap_reversion"):
        make("astrology", {})


@pytest.mark.parametrize("name", available())
def test_a_strategys_presets_can_be_made_and_balanced_is_its_default(name: str) -> None:
    presets = kind_of(name).presets
    assert {"conservative", "balanced", "aggressive"} <= set(presets)
    assert set(presets) <= {"conservative", "balanced", "aggressive", "adaptive"}
    assert parameters_of(name, "balanced") == parameters_of(name)
    assert len({repr(preset) for preset in presets.values()}) == len(presets)
    for preset in presets:
        assert make(name, {"preset": preset}).cooldown_s == parameters_of(name, preset)["cooldown_s"]


def test_confluence_has_the_four_presets() -> None:
    assert list(kind_of("confluence").presets) == ["conservative", "balanced", "aggressive", "adaptive"]


def test_a_parameter_given_beside_a_preset_counts_more_than_the_presets() -> None:
    checked = checked_parameters("confluence", {"preset": "aggressive", "confirm_s": "60"})
    assert checked == {**parameters_of("confluence", "aggressive"), "confirm_s": 60}
    assert checked_parameters("confluence", checked) == checked


def test_an_unknown_preset_is_answered_with_those_that_exist() -> None:
    with pytest.raises(InvalidValue, match="trend has no preset 'wild'; it has conservative, balanced, aggressive"):
        make("trend", {"preset": "wild"})


@pytest.mark.parametrize("name", available())
def test_every_parameter_says_what_it_is_and_every_number_has_bounds_that_bite(name: str) -> None:
    for item in fields(kind_of(name).parameters):
        assert item.metadata["means"]
        if item.type == "bool":
            continue
        if item.type == "str":
            with pytest.raises(InvalidValue, match=f"parameters.{item.name}"):
                make(name, {item.name: "no such word!"})
            continue
        bounds = item.metadata["bounds"]
        for outside in (bounds.least - 1, bounds.most + 1, *([bounds.least] if bounds.above else [])):
            with pytest.raises(InvalidValue) as refused:
                make(name, {item.name: outside})
            assert refused.value.field == f"parameters.{item.name}"
            assert bounds.words() in refused.value.message


@pytest.mark.parametrize("name", available())
def test_a_strategys_page_names_every_parameter_with_its_default(name: str) -> None:
    section = (Path(__file__).parents[2] / "docs" / "strategies" / f"{name}.md").read_text()
    told = {
        parameter: default
        for line in section.splitlines()
        if line.startswith("| `")
        for parameters, defaults in [line.split(" | ")[:2]]
        for parameter, default in zip(parameters.strip("| `").split("`, `"), _each(defaults, parameters), strict=True)
    }
    found = {parameter: str(value).lower() for parameter, value in parameters_of(name).items()}
    assert told == {parameter: value.removesuffix(".0") for parameter, value in found.items()}


def _each(defaults: str, parameters: str) -> list[str]:
    """A line's defaults, one a parameter it names; a single one is all of theirs."""
    parts = defaults.split(", ")
    return parts if len(parts) > 1 else parts * (parameters.count("`") // 2)


def test_the_pictures_of_the_strategies_pages_are_there_and_small() -> None:
    folder = Path(__file__).parents[2] / "docs" / "strategies"
    shown = {name for page in folder.glob("*.md") for name in re.findall(r"\]\(([a-z_]+\.svg)\)", page.read_text())}
    assert shown == {picture.name for picture in folder.glob("*.svg")}
    assert len(shown) >= 6
    assert max((folder / name).stat().st_size for name in shown) < 60_000
