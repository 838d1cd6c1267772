"""Query strings and path parameters. Read by flask-openapi3 for every request; feeds routes.

A parameter that no model names is an error, so that a misspelt filter never answers with everything.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from engine.domain.order import OrderState
from engine.domain.signal import Outcome


def _storable(text: str) -> str:
    """Refuse what no document's field or id could hold."""
    if any(character < " " or character == "\x7f" for character in text):
        raise ValueError("must not contain control characters")
    return text


def _of_our_age(moment: date) -> date:
    """Refuse years that date arithmetic or the store could not hold."""
    if not 1971 <= moment.year <= 2199:
        raise ValueError("must be a year from 1971 to 2199")
    return moment


Line = Annotated[str, AfterValidator(_storable)]
Name = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(_storable)]
Day = Annotated[date, AfterValidator(_of_our_age)]
Moment = Annotated[AwareDatetime | date, AfterValidator(_of_our_age)]
Timeframe = Literal["1m", "3m", "5m", "15m", "30m", "1h"]
Period = Literal["day", "week", "month", "all"]
Severity = Literal["info", "warning", "critical"]


class Query(BaseModel):
    """What every query string may say."""

    model_config = ConfigDict(extra="forbid")

    account_id: Name | None = Field(None, description="The account; may be left out when you have only one.")

    @classmethod
    @cache  # flask-openapi3 asks for it at every request, and making it takes a millisecond
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:  # type: ignore[override]  # a cached one
        """The model's JSON schema, made once."""
        return super().model_json_schema(*args, **kwargs)


class PageQuery(Query):
    """A page of a list."""

    limit: int = Field(50, ge=1, le=200, description="Items a page.")
    cursor: str | None = Field(None, min_length=1, max_length=2000, description="`cursor` of the page before.")


class BotPageQuery(PageQuery):
    """A page of a list that can be narrowed to a bot and a symbol."""

    bot_id: Name | None = Field(None, description="Only this bot's.")
    symbol: Name | None = Field(None, description="Only this symbol's.")


class SignalPageQuery(BotPageQuery):
    """A page of signals."""

    outcome: Outcome | None = Field(None, description="Only signals that this became of.")


class AlertPageQuery(PageQuery):
    """A page of alerts."""

    severity: Severity | None = Field(None, description="Only alerts of this severity.")
    kind: Name | None = Field(None, description="Only alerts of this kind, such as `daily_stop`.")


class OrderPageQuery(BotPageQuery):
    """A page of orders."""

    state: OrderState | None = Field(None, description="Only orders in this state.")


class AuditQuery(PageQuery):
    """A page of the audit log."""

    action: Name | None = Field(None, description="Only entries of this action, such as `order_sent`.")
    actor: Name | None = Field(None, description="Only what this one did: `engine`, `broker`, a bot's or a user's id.")
    subject: Name | None = Field(None, description="Only entries about this id: an order, a bot, a difference.")


class DecisionQuery(PageQuery):
    """Which bars' decisions."""

    day: Day | None = Field(None, description="The trading day; the account's current one if left out.")
    symbol: Name | None = Field(None, description="Only this symbol's.")


class PeriodQuery(Query):
    """Which roll-up."""

    period: Period = Field("day", description="The current day, week or month of the market, or all of it.")


class StatsQuery(Query):
    """Which roll-up the statistics are of."""

    period: Period = Field("all", description="The current day, week or month of the market, or all of it.")


class DayQuery(Query):
    """Which day."""

    day: Day | None = Field(None, description="The trading day; the account's current one if left out.")


class InstrumentQuery(Query):
    """Which instruments."""

    q: str = Field("", max_length=40, description="Part of a symbol or name, in any case.")
    limit: int = Field(50, ge=1, le=200, description="Instruments.")


class CandleQuery(Query):
    """Which bars. `from` and `to` take a date or a time with an offset; bars that open in [from, to) are answered."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    symbol: Name
    timeframe: Timeframe = "1m"
    since: Moment | None = Field(None, alias="from", description="The current trading day if left out.")
    until: Moment | None = Field(None, alias="to", description="Now if left out.")


class WaitQuery(Query):
    """How long to wait for the engine's result."""

    wait: int = Field(0, ge=0, le=30, description="Seconds to wait for the result; 0 answers 202 at once.")


class IdPath(BaseModel):
    """The document a route is about."""

    id: str
