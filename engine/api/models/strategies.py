"""The strategies that exist, for the OpenAPI document; a test holds the real answer to it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from engine.api.models.answers import Answer

Value = bool | int | float


class StrategyParameter(BaseModel):
    """A parameter and its bounds, both allowed unless `above`."""

    name: str
    kind: Literal["flag", "whole", "number"]
    default: Value
    means: str = Field(description="A phrase that says what it is.")
    least: float | None = Field(description="Null for a flag.")
    most: float | None = Field(description="Null for a flag.")
    above: bool = Field(description="Whether it must be above `least`, not `least` itself.")
    unit: str = Field(description="Empty where it has none.")


class StrategyKind(BaseModel):
    """A strategy that bots may have."""

    name: str = Field(description="What a bot's `strategy` says.")
    about: str
    parameters: list[StrategyParameter]
    presets: dict[str, dict[str, Value]] = Field(
        description="Named sets of parameters. A bot's parameters may name one as `preset`, and others besides."
    )


class StrategyList(Answer):
    """All of them, by name."""

    items: list[StrategyKind]
