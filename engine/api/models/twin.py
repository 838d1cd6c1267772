"""The paper twin's part of a live bot, for the OpenAPI document; documents.py takes it in."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from engine.domain.order import Purpose, Side


class TwinFillPart(BaseModel):
    """An order of the twin, or a live one that the twin did not make."""

    model_config = ConfigDict(extra="allow")

    symbol: str
    side: Side
    purpose: Purpose
    at: datetime
    paper_price: float | None
    live_price: float | None
    slippage_bps: float | None = Field(description="How much worse the live price was; null without both prices.")
    missed: str | None = Field(description="Why the live account did not fill it; null where it did, or still may.")


class TwinPart(BaseModel):
    """What a live bot's paper twin did beside it in the trading session; its money is part of no book."""

    model_config = ConfigDict(extra="allow")

    twin_account: str
    since: datetime = Field(description="From when on both are compared.")
    stopped: str | None = Field(description="Why nothing is compared any more.")
    compared: int = Field(description="Orders that both filled.")
    missed: int = Field(description="Entries that the twin filled and the live account did not.")
    missed_reasons: dict[str, int]
    alone: int = Field(description="Entries that the live account alone filled.")
    slippage_bps: float | None = Field(description="Mean of the compared, by worth; positive: live was worse.")
    slippage_cost: float = Field(description="What that came to, in currency.")
    trades_live: int
    trades_paper: int
    net_pnl_live: float
    net_pnl_paper: float
    fills: list[TwinFillPart] = Field(description="The newest, oldest first.")
