"""Risk policies and previews of orders, asked and answered. Read by flask-openapi3; fed to routes.

A test holds the limits' names to those of domain/risk_limits.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from engine.api.models.answers import Answer
from engine.api.models.bodies import Body, Number, Whole
from engine.api.models.documents import Part
from engine.api.models.queries import Name, WaitQuery
from engine.domain.order import Side
from engine.domain.risk_limits import Preset
from engine.domain.signal import Temperature

Window = Annotated[str, Field(max_length=11)]


def _side(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


class PolicyBody(Body):
    """The account's limits; those left out stay as they are, null lifts those that may be absent.

    A preset sets all of its limits, and the single ones said beside it go over it. What a GET tells besides the limits
    may come along.
    """

    preset: Preset | None = Field(None, description="A policy by name; single limits go over it.")
    notional_max_pct: Number | None = Field(None, description="One entry's worth, % of equity.")
    notional_max: Number | None = Field(None, description="One entry's worth, in currency; null: any.")
    notional_min: Number | None = Field(None, description="Smallest entry, in currency.")
    at_risk_max_pct: Number | None = Field(
        None, description="What the stops of all open entries would lose, % of equity."
    )
    leverage_max: Number | None = Field(None, description="Worth of all positions, times equity.")
    positions_max: Whole | None = Field(None, description="Open positions in the account.")
    symbol_exposure_max_pct: Number | None = Field(None, description="Worth of one symbol's positions, % of equity.")
    bot_exposure_max_pct: Number | None = Field(None, description="Worth of one bot's positions, % of equity.")
    trades_day_max: Whole | None = Field(None, description="Round trips a day; null: any number.")
    orders_per_second_max: Whole | None = Field(None, description="Orders in a second of market time, at most 9.")
    orders_per_minute_max: Whole | None = Field(None, description="Orders in a minute; null: any number.")
    temperature_min: Temperature | None = Field(None, description="Least temperature of an entry's score.")
    symbols_allowed: list[Name] | None = Field(None, max_length=200, description="What may be traded; empty: all.")
    no_entry: list[Window] | None = Field(None, max_length=200, description="Windows HH:MM-HH:MM, venue's time.")
    quote_age_max_s: Whole | None = Field(None, description="Age of the price an order is decided on, seconds.")
    spread_max_bps: Number | None = Field(None, description="Ask less bid, basis points.")
    slippage_max_bps: Number | None = Field(None, description="An order's price beyond the last one, basis points.")
    cooldown_min_s: Whole | None = Field(None, description="Least cool-down after a fill, seconds; null: the bot's.")
    day_loss_max_pct: Number | None = Field(None, description="Loss that stops the day, % of its start equity.")
    day_loss_max: Number | None = Field(None, description="Loss that stops the day, in currency; null: as % alone.")
    week_loss_max_pct: Number | None = Field(None, description="Loss that stops the week, % of its start equity.")
    drawdown_max_pct: Number | None = Field(None, description="Fall from the high-water mark that stops all, %.")
    losses_in_a_row_max: Whole | None = Field(None, description="Trades lost one after another; null: any number.")
    rejects_max: Whole | None = Field(None, description="Rejections by the broker within a minute.")
    feed_lost_s: Whole | None = Field(None, description="Seconds without a price while positions are open.")
    account_id: str | None = Field(None, exclude=True)
    as_of: str | None = Field(None, exclude=True)
    in_force: dict[str, Any] | None = Field(None, exclude=True)
    pending: dict[str, Any] | None = Field(None, exclude=True)
    adapted: str | None = Field(None, exclude=True)
    hard_limits: dict[str, Any] | None = Field(None, exclude=True)


class PolicyAnswer(Answer):
    """The account's limits as they were set last."""

    account_id: str
    preset: Preset
    notional_max_pct: float
    notional_max: float | None
    notional_min: float
    at_risk_max_pct: float
    leverage_max: float
    positions_max: int
    symbol_exposure_max_pct: float
    bot_exposure_max_pct: float
    trades_day_max: int | None
    orders_per_second_max: int
    orders_per_minute_max: int | None
    temperature_min: Temperature
    symbols_allowed: list[str]
    no_entry: list[str]
    quote_age_max_s: int
    spread_max_bps: float
    slippage_max_bps: float
    cooldown_min_s: int | None
    day_loss_max_pct: float
    day_loss_max: float | None
    week_loss_max_pct: float
    drawdown_max_pct: float
    losses_in_a_row_max: int | None
    rejects_max: int
    feed_lost_s: int
    in_force: dict[str, Any] = Field(description="The limits that hold now, by name.")
    pending: dict[str, Any] = Field(description="Looser ones, which hold from the next session on.")
    adapted: str | None = Field(description="How an adaptive policy has tightened by itself, and why.")
    hard_limits: dict[str, Any] = Field(description="The deployment's own, which no policy exceeds.")


class PreviewBody(Body):
    """An order that might be. It is judged as if the bot had decided on it now."""

    bot_id: Name
    symbol: Name
    side: Annotated[Side, BeforeValidator(_side)]
    quantity: Number | None = Field(None, gt=0, description="Left out: what the bot's sizing gives.")
    limit_price: Number | None = Field(None, gt=0, description="Left out: at the market.")
    account_id: Name | None = Field(None, description="The account; may be left out when you have only one.")


class CheckAnswer(Part):
    """What one check found, and what it allows."""

    ok: bool
    found: str
    allowed: str


class PreviewQuery(WaitQuery):
    """How long to wait for the engine's answer."""

    wait: int = Field(5, ge=0, le=30, description="Seconds to wait for the answer; 0 answers 202 at once.")


class PreviewAnswer(Answer):
    """What risk and charges would say. Nothing was sent, and nothing is kept."""

    account_id: str
    bot_id: str
    symbol: str
    side: Side
    purpose: Literal["entry", "exit"]
    outcome: Literal["ordered", "blocked"]
    blocking_reason: str | None
    blocking_detail: str | None
    quantity: float
    price: float = Field(description="The last price, or the limit.")
    notional: float
    at_risk_pct: float
    charges: float = Field(description="If it is filled whole at that price.")
    charge_lines: dict[str, float]
    checks: dict[str, CheckAnswer] = Field(description="Every check that was asked, by name.")
