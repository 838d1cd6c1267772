"""The strategies that bots may have, with their parameters' bounds and presets: what a form needs to ask for them."""

from __future__ import annotations

from dataclasses import Field as DataclassField
from dataclasses import fields
from typing import Any

from flask import Response

from engine.api.answers import answered
from engine.api.described import API, resource
from engine.api.models.strategies import StrategyList
from engine.strategies.registry import available, kind_of, parameters_of

strategies = resource("strategies", "What bots decide by.", prefix=f"{API}/strategies")


@strategies.get("", responses={200: StrategyList}, operation_id="strategies_list")
def kinds() -> Response:
    """All strategies, by name."""
    return answered({"items": [_told(name) for name in available()]})


def _told(name: str) -> dict[str, Any]:
    kind = kind_of(name)
    return {
        "name": name,
        "about": kind.about,
        "parameters": [_parameter(item, parameters_of(name)[item.name]) for item in fields(kind.parameters)],
        "presets": {preset: parameters_of(name, preset) for preset in kind.presets},
    }


def _parameter(item: DataclassField[Any], default: bool | int | float) -> dict[str, Any]:
    bounds = item.metadata.get("bounds")
    return {
        "name": item.name,
        "kind": {bool: "flag", int: "whole", float: "number"}[type(default)],
        "default": default,
        "means": item.metadata["means"],
        "least": bounds and bounds.least,
        "most": bounds and bounds.most,
        "above": bounds is not None and bounds.above,
        "unit": bounds.unit if bounds else "",
    }
