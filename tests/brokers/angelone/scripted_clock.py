"""India's time, and how order rows write it. Fed by the broker's clock; feeds everything that tells times."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

IST = timezone(timedelta(hours=5, minutes=30))


def stamp(at: datetime) -> str:
    """As order rows say it: naive, India's time."""
    return at.astimezone(IST).strftime("%d-%b-%Y %H:%M:%S")
