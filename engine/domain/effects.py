"""What the engine wants done. Returned by Engine.process in the order it must be carried out; dispatch keeps it.

`process` returns records before the sends that they describe: write down, then act.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from engine.domain.effective import EffectiveMode
from engine.domain.instant import Instant
from engine.domain.order import ExitReason, OrderType, Purpose, Side
from engine.domain.records import Record


@dataclass(frozen=True, slots=True)
class PublishRecord:
    """A numbered fact or state for the books and the screen. `sequence` grows by one per record and account."""

    sequence: int
    record: Record


@dataclass(frozen=True, slots=True)
class SubmitOrder:
    """Send this order to the venue, once. A `post_only` limit that would trade on arrival is to be rejected.

    A STOP_LIMIT rests until a price reaches `trigger_price`; one that is reached already works at once.
    """

    order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    order_type: OrderType
    limit_price: Decimal | None
    purpose: Purpose
    exit_reason: ExitReason | None
    at: Instant
    post_only: bool = False
    mode: EffectiveMode = EffectiveMode.PAPER
    trigger_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Ask the venue to take the rest of the order out; `expire` says that its day is over, not that somebody asked.

    An order of somebody else has no `order_id` of ours: it is named by the venue's.
    """

    order_id: str
    at: Instant
    reason: str
    expire: bool = False
    venue_order_id: str | None = None


Effect: TypeAlias = PublishRecord | SubmitOrder | CancelOrder
