"""Market time as a number. Every event carries one; adapters turn it into aware datetimes at the edge.

An `Instant` is a whole number of microseconds since the Unix epoch, UTC: as exact as a Firestore timestamp, and a
comparison on the tick path costs nanoseconds where an aware datetime costs a microsecond.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

Instant: TypeAlias = int

MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
NEVER: Instant = 2**62  # later than any market; compares like an instant, unlike None

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(moment: datetime) -> Instant:
    """The instant of an aware datetime; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone: an instant needs one")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(instant: Instant) -> datetime:
    """The aware UTC datetime of an instant."""
    return _EPOCH + timedelta(microseconds=instant)


def iso(instant: Instant) -> str:
    """ISO 8601 in UTC with a trailing Z, microseconds only where there are any."""
    return moment_of(instant).isoformat().replace("+00:00", "Z")
