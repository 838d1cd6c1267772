"""The strategies that exist, for the OpenAPI document; a test holds the real answer to it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from engine.api.models.answers import Answer

Value = bool | int | float | str


class StrategyParameter(BaseModel):
    """A parameter and its bounds, both allowed unless `above`."""

    name: str
    kind: Literal["flag", "whole", "number", "text", "choice"]
    default: Value
    means: str = Field(description="A phrase that says what it is.")
    least: float | None = Field(description="Null where it is no number.")
    most: float | None = Field(description="Null where it is no number.")
    above: bool = Field(description="Whether it must be above `least`, not `least` itself.")
    unit: str = Field(description="Empty where it has none.")
    choices: list[str] = Field(description="The words a choice is one of; else empty.")


class StrategyKind(BaseModel):
    """A strategy that bots may have."""

    name: str = Field(description="What a bot's `strategy` says.")
    about: str
    own: bool = Field(description="Whether it is one that the deployment brought, not the project's.")
    parameters: list[StrategyParameter]
    presets: dict[str, dict[str, Value]] = Field(
        description="Named sets of parameters. A bot's parameters may name one as `preset`, and others besides."
    )


class BrokenStrategy(BaseModel):
    """A strategy that the deployment brought and that can't be loaded: its bots show the error."""

    name: str
    why: str = Field(description="A sentence with file and line.")


class StrategyList(Answer):
    """All of them, by name."""

    items: list[StrategyKind]
    broken: list[BrokenStrategy]
