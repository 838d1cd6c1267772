"""Signals as an engine publishes them, numbered. Fed to the journals of the figures that drain."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from engine.domain.instant import MINUTE, instant_of
from engine.domain.records import SignalRecord
from engine.domain.signal import Outcome, SignalType

BEGIN = instant_of(datetime(2026, 1, 5, 4, tzinfo=UTC))


def signal(number: int) -> SignalRecord:
    """One of them; each number is a document of its own."""
    at = BEGIN + number * MINUTE
    return SignalRecord(
        signal_id=f"SIGNAL{number:014d}", bot_id="momentum", strategy="confluence", symbol="RELIANCE", timeframe="1m",
        type=SignalType.BUY, price=Decimal("2412.35"), score=63.25, reasons=("RSI 62.1", "EMA12 above EMA26"),
        bar_at=at, confirmed_at=at + MINUTE, outcome=Outcome.ORDERED, blocking_reason=None, blocking_detail=None,
        order_id=f"ORDER{number:010d}",
    )  # fmt: skip
