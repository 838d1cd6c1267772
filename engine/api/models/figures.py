"""Answers with the figures of closed trades, for the OpenAPI document; a test holds real answers to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from engine.api.models.answers import Answer

Grade = Literal["A", "B", "C", "D", "E", "too few"]


class PeriodAnswer(Answer):
    """A period's trades: those with an exit from `first_exit_at` to `last_exit_at` whose `day` lies in the period."""

    account_id: str | None
    period: str
    period_start: date | Literal[""] | None = Field(None, description="Its first trading day; empty for all.")
    period_end: date | Literal[""] | None = Field(None, description="Its last day; empty for all.")
    first_exit_at: datetime | None = None
    last_exit_at: datetime | None = None


class ProfitAnswer(PeriodAnswer):
    """A roll-up of closed trades (documents.md, `profits`)."""

    net_pnl: float | None = None
    trades: int | None = None
    grade: Grade | None = None
    bots: dict[str, dict[str, float]]


class Statistics(BaseModel):
    """Statistics of closed trades; a ratio without a divisor is null."""

    model_config = ConfigDict(extra="allow")

    trades: int | None = None
    win_rate: float | None = Field(None, description="wins / (wins + losses)")
    profit_factor: float | None = Field(None, description="gross profit / gross loss, both of net P&L")
    expectancy: float | None = Field(None, description="net P&L a trade, in currency")
    avg_hold_s: float | None = Field(None, description="seconds of market time from entry to exit")
    grade: Grade | None = Field(None, description="A to E; `too few` below 20 trades")


class StatsAnswer(Statistics, PeriodAnswer):
    """A period's statistics, in all and bot by bot."""

    bots: dict[str, Statistics]
