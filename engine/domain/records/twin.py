"""A live bot beside its paper twin: the same decisions on the same prices, filled by the paper venue's model. Made by
runtime/twin_books.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from engine.domain.instant import Instant
from engine.domain.order import Purpose, Side


@dataclass(frozen=True, slots=True)
class TwinFill:
    """One order of the paper twin, or a live one that the twin did not make, with the average price of either.

    at              when it was decided (entries) or done with (exits), market time
    slippage_bps    how much worse the live price was, basis points of the paper price; None without both prices
    missed          why the live account did not fill it, in a word or words; None where it did, or still may
    """

    symbol: str
    side: Side
    purpose: Purpose
    at: Instant
    paper_price: Decimal | None
    live_price: Decimal | None
    slippage_bps: Decimal | None = None
    missed: str | None = None


@dataclass(frozen=True, slots=True)
class TwinRecord:
    """How a live bot's trading session compares with its twin's. The twin's money is no part of any book.

    since           market time from which both are compared: the session's open, or the engine's start amid it
    stopped         why nothing is compared any more; None while it goes on
    compared        orders that both filled
    missed          entries that the twin filled and the live account did not, by reason in `missed_reasons`
    alone           entries that the live account alone filled
    slippage_bps    mean of the compared, weighted by live worth; positive: live was worse; None without any
    slippage_cost   what that came to, in currency
    fills           the newest, oldest first
    """

    collection: ClassVar[str] = "bots"
    fact: ClassVar[bool] = False
    slot: ClassVar[str] = "twin"
    bot_id: str
    twin_account: str
    since: Instant
    stopped: str | None
    compared: int
    missed: int
    alone: int
    slippage_bps: Decimal | None
    slippage_cost: Decimal
    trades_live: int
    trades_paper: int
    net_pnl_live: Decimal
    net_pnl_paper: Decimal
    missed_reasons: Mapping[str, int] = field(default_factory=dict)
    fills: tuple[TwinFill, ...] = ()

    @property
    def document_id(self) -> str:
        return self.bot_id
