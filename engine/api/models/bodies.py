"""Request bodies. Read by flask-openapi3; fed to routes. Unknown fields are errors; no body is an empty object."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from engine.api.models.queries import Line, Name, Timeframe
from engine.domain.account import BuildingPolicy, Desired
from engine.domain.arming import HOURS_DEFAULT, HOURS_MAX
from engine.domain.canary import LEVERAGE, TRADES
from engine.domain.execution import EntryStyle, ExitStyle
from engine.domain.signal import SignalType
from engine.domain.sizing import ATR_PERIOD, SLIPPAGE_BPS, SizingKind

# Documents hold doubles: beyond this a whole number would not come back as it went in.
_LARGEST = Decimal(2**53)


def _number(value: Any) -> Any:
    """JSON numbers only: "5" is a text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    if not -_LARGEST <= value <= _LARGEST:
        raise ValueError(f"must be a number from -{_LARGEST} to {_LARGEST}")
    return value


def _parameter(value: Any) -> Any:
    if not isinstance(value, bool | int | float | str) or (isinstance(value, str) and len(value) > 200):
        raise ValueError("must be a number, true or false, or a text of at most 200 characters")
    return value


Number = Annotated[Decimal, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Whole = Annotated[int, Field(strict=True, ge=-(2**53), le=2**53)]
_SCALAR = {"anyOf": [{"type": "number"}, {"type": "boolean"}, {"type": "string"}]}
Parameter = Annotated[Any, BeforeValidator(_parameter), WithJsonSchema(_SCALAR)]


class Body(BaseModel):
    """What all bodies have in common."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _empty_is_an_object(cls, value: Any) -> Any:
        return {} if value is None else value


class ByTemperatureBody(Body):
    """How many times the size an entry has, by how warm the score is; 0: no entry then."""

    cool: Number = Decimal(1)
    warm: Number = Decimal(1)
    hot: Number = Decimal(1)


class SizingBody(Body):
    """How an entry's quantity is found. `value` is by `kind`: % of equity, an amount of currency or a quantity; % of
    equity that a move of one ATR is worth (volatility), or that is lost at the bot's stop (risk_per_trade)."""

    kind: SizingKind = SizingKind.EQUITY_PCT
    value: Number = Decimal(5)
    atr_period: Whole = Field(default=ATR_PERIOD, description="Of the average true range, bars (volatility).")
    slippage_bps: Number = Field(
        default=SLIPPAGE_BPS, description="Reckoned against us at entry and stop, basis points (risk_per_trade)."
    )
    by_temperature: ByTemperatureBody | None = Field(default=None, description="Null: one size for all scores.")


class ExitsBody(Body):
    """How a bot leaves a position by itself; null where there is none."""

    stop_pct: Number | None = Field(default=None, description="Stop, % from the average entry price.")
    target_pct: Number | None = Field(default=None, description="Target, % from the average entry price.")
    trail_pct: Number | None = Field(default=None, description="Trailing stop, % from the best price since the entry.")
    break_even_at_pct: Number | None = Field(default=None, description="So far ahead, %, the stop goes to the entry.")
    break_even_plus_bps: Number | None = Field(default=None, description="And so much beyond it, basis points.")
    time_exit_s: Whole | None = Field(default=None, description="Seconds of market time after the entry.")


class BuildingBody(Body):
    """When and how much a bot adds to what it holds; the default adds the base size at every signal, as risk allows."""

    policy: BuildingPolicy = BuildingPolicy.EQUAL_SIZE
    tranches_max: Whole | None = Field(default=None, description="Entries open at once; null: as many as risk allows.")
    step_pct: Number = Field(default=Decimal(0), description="How far the price must be from the last entry's, %.")
    factor: Number = Field(
        default=Decimal("0.5"), description="Size of each further entry to the one before (pyramids)."
    )
    notional_max_pct: Number | None = Field(default=None, description="Worth of the whole position, % of equity.")


class ExecutionBody(Body):
    """How the bot's orders go to the venue; the default sends them at the market."""

    entries: EntryStyle = EntryStyle.MARKET
    exits: ExitStyle = ExitStyle.MARKET
    offset_bps: Number = Field(default=Decimal(0), description="An entry's limit behind the price, basis points.")
    collar_bps: Number = Field(default=Decimal(50), description="Furthest beyond the decision price, basis points.")
    replace_after_s: Whole = Field(default=60, description="Not filled for so long, it is replaced; whole minutes.")
    replacements_max: Whole = Field(default=3, description="Further attempts at an entry.")


class CanaryBody(Body):
    """Caps of the bot on a live account, until it has closed so many trades there."""

    notional_max: Number | None = Field(default=None, description="Worth of one entry; null: as risk allows.")
    leverage_max: Number = Field(default=LEVERAGE, description="Worth of all it holds, in times of the equity.")
    symbols: list[Name] = Field(default=[], description="What it may enter; none: all of its own.")
    trades: Whole = Field(default=TRADES, description="Closed trades until the caps lift; 0: none.")


class BotBody(Body):
    """A new bot."""

    strategy: Name
    symbols: list[Name] = Field(max_length=50)
    id: str | None = Field(None, max_length=40, description="Made from the name if left out.")
    name: Line | None = Field(None, min_length=1, max_length=80)
    parameters: dict[Name, Parameter] = Field(default_factory=dict, max_length=50)
    timeframe: Timeframe = "1m"
    sizing: SizingBody = Field(default_factory=SizingBody)
    exits: ExitsBody = Field(default_factory=ExitsBody)
    building: BuildingBody = Field(default_factory=BuildingBody)
    execution: ExecutionBody = Field(default_factory=ExecutionBody)
    canary: CanaryBody = Field(default_factory=CanaryBody)
    desired: Desired = Field(Desired.STOPPED, description="Nothing trades before someone says so.")
    account_id: Name | None = Field(None, description="The account; may be left out when you have only one.")


class BotChangeBody(Body):
    """What to change of a bot; what is left out stays. A bot's account never changes."""

    strategy: Name | None = None
    symbols: list[Name] | None = Field(None, max_length=50)
    name: Line | None = Field(None, min_length=1, max_length=80)
    parameters: dict[Name, Parameter] | None = Field(None, max_length=50)
    timeframe: Timeframe | None = None
    sizing: SizingBody | None = None
    exits: ExitsBody | None = None
    building: BuildingBody | None = None
    execution: ExecutionBody | None = None
    canary: CanaryBody | None = None
    desired: Desired | None = None
    from_generation: Whole | None = Field(
        None, description="The bot's generation that the change was made from; where it is another by now, a 409."
    )


class PromoteBody(Body):
    """Where a bot's like is to trade real money."""

    account_id: Name | None = Field(None, description="A live account; may be left out when you have only one.")
    id: str | None = Field(None, max_length=40, description="Made from the name if left out.")
    name: Line | None = Field(None, min_length=1, max_length=80, description="The bot's own if left out.")


class SimulateBody(Body):
    """A signal to be tried."""

    symbol: Name | None = Field(None, description="One of the bot's symbols; its first if left out.")
    type: SignalType = Field(SignalType.BUY, description="What the strategy would have said.")


class AccountBody(Body):
    """Which account."""

    account_id: Name | None = Field(None, description="The account; may be left out when you have only one.")


class ArmBody(Body):
    """For how long."""

    hours: Annotated[Number, Field(gt=0, le=HOURS_MAX)] = Field(
        default=Decimal(HOURS_DEFAULT), description="Wall time until it is disarmed by itself."
    )


class ReadOnlyBody(Body):
    """Whether the broker connection may only look."""

    read_only: bool = Field(strict=True, description="True: no order leaves for it, whatever else is set.")


class ReasonBody(Body):
    """Why."""

    reason: Line = Field("", max_length=200, description="Shown on every screen while it lasts.")


class KillBody(ReasonBody):
    """Why, and how far."""

    flatten: bool = Field(False, strict=True, description="Whether positions are closed, too.")
