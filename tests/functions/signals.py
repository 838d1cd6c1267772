"""A signal's document as the engine writes it, docs/contract/documents.md. Used by the tests of functions/."""

from datetime import UTC, datetime
from typing import Any


def a_signal(**changed: Any) -> dict[str, Any]:
    """A bought TCS with every field of the contract page, and these fields changed."""
    confirmed_at = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
    return {
        "user_id": "asha",
        "account_id": "paper-demo",
        "mode": "paper",
        "sequence": 41,
        "updated_at": confirmed_at,
        "bot_id": "momentum",
        "strategy": "confluence",
        "symbol": "TCS",
        "timeframe": "1m",
        "type": "BUY",
        "price": 3120.5,
        "score": 71.25,
        "confidence": 0.7125,
        "reasons": ["RSI 64 is above 60"],
        "bar_at": confirmed_at,
        "confirmed_at": confirmed_at,
        "timestamp": confirmed_at,
        "outcome": "ordered",
        "blocking_reason": None,
        "blocking_detail": None,
        "order_id": "ABCDEFGHJKLMNPQ",
        **changed,
    }
