"""How Coinbase writes numbers and times. Fed by everything here that writes rows and messages."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal


def text(number: Decimal) -> str:
    """A decimal string without an exponent and without zeros at its end."""
    written = f"{number:f}"
    return (written.rstrip("0").rstrip(".") if "." in written else written) or "0"


def iso(at: datetime) -> str:
    """As rows say it: UTC, microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def iso_nanos(at: datetime) -> str:
    """As the envelope of a message says it: nine digits."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


def moment(words: str) -> datetime:
    """What a client wrote. Raises ValueError for what is no time with its zone."""
    at = datetime.fromisoformat(words)
    if at.tzinfo is None:
        raise ValueError(words)
    return at
