"""The strategies that bots may have, with their parameters' bounds and presets: what a form needs to ask for them."""

from __future__ import annotations

from dataclasses import Field as DataclassField
from dataclasses import fields
from typing import Any

from flask import Response

from engine.api.answers import answered
from engine.api.described import API, resource
from engine.api.models.strategies import StrategyList
from engine.strategies.registry import available, brought, kind_of, parameters_of

_KINDS: dict[type, str] = {bool: "flag", int: "whole", float: "number", str: "text"}

strategies = resource("strategies", "What bots decide by.", prefix=f"{API}/strategies")


@strategies.get("", responses={200: StrategyList}, operation_id="strategies_list")
def kinds() -> Response:
    """All strategies, by name."""
    broken = [{"name": name, "why": why} for name, why in sorted(brought().broken.items())]
    return answered({"items": [_told(name) for name in available()], "broken": broken})


def _told(name: str) -> dict[str, Any]:
    kind = kind_of(name)
    return {
        "name": name,
        "about": kind.about,
        "own": bool(kind.source),
        "parameters": [_parameter(item, parameters_of(name)[item.name]) for item in fields(kind.parameters)],
        "presets": {preset: parameters_of(name, preset) for preset in kind.presets},
    }


def _parameter(item: DataclassField[Any], default: bool | int | float | str) -> dict[str, Any]:
    bounds, choices = item.metadata.get("bounds"), item.metadata.get("choices")
    return {
        "name": item.name,
        "kind": "choice" if choices else _KINDS[type(default)],
        "default": default,
        "means": item.metadata.get("means", ""),
        "least": bounds and bounds.least,
        "most": bounds and bounds.most,
        "above": bounds is not None and bounds.above,
        "unit": bounds.unit if bounds else "",
        "choices": list(choices or ()),
    }
