"""Timestamps of files as instants. Fed by tables and exact_csv; feeds readers.

A timestamp with an offset says its instant; one without is in a zone: the one asked for, or its venue's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from engine.domain.errors import InvalidValue
from engine.domain.instant import MINUTE, SECOND, instant_of
from engine.market_data.columns import Instants, Mask

_QUARTER = 15 * MINUTE  # every zone changes its offset on a quarter of an hour
_LIKE = "2021-04-28T09:15:00+05:30"
_NUMBERED = {10: "seconds", 13: "milliseconds", 16: "microseconds", 19: "nanoseconds"}  # of this century, since 1970
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - what a clock on a wall shows has no zone yet

# Microseconds since 1970 beyond which no venue's calendar is asked: recorders write year 1 and 9999 for "no time".
EARLIEST = (datetime(1900, 1, 1) - _EPOCH) // timedelta(microseconds=1)  # noqa: DTZ001 - as above
LATEST = (datetime(2200, 1, 1) - _EPOCH) // timedelta(microseconds=1) - 1  # noqa: DTZ001 - as above


@dataclass(frozen=True, slots=True)
class Stamps:
    """A file's timestamps in microseconds: instants where `aware`, else what the clock on a wall showed."""

    at: Instants
    aware: Mask

    def instants(self, rows: npt.NDArray[np.intp], zone: ZoneInfo) -> Instants:
        """These rows' instants; a row without an offset is read in `zone`, one beyond all calendars is at their end."""
        at, aware = np.clip(self.at[rows], EARLIEST, LATEST), self.aware[rows]
        return at if aware.all() else np.where(aware, at, _from_zone(at, zone))


def stamp_of(text: str) -> tuple[int, bool]:
    """One ISO 8601 timestamp: microseconds, and whether it had an offset. Raises ValueError for anything else."""
    if text.isascii() and text.isdigit() and len(text) in _NUMBERED:
        raise ValueError(f"{text!r} is not a time like {_LIKE}, but a number of {_NUMBERED[len(text)]}: write it out")
    if len(text) < len("2021-01-01") or text[4:5] != "-":
        raise ValueError(f"{text!r} is not a time like {_LIKE}")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time like {_LIKE}") from None
    if moment.tzinfo is not None:
        return instant_of(moment), True
    return (moment - _EPOCH) // timedelta(microseconds=1), False


def zone_of(name: str) -> ZoneInfo:
    """The zone of an IANA name; raises InvalidValue for a name nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise InvalidValue("zone", f"unknown time zone {name!r}; it is named as in Asia/Kolkata") from unknown


def _from_zone(wall: Instants, zone: ZoneInfo) -> Instants:
    """Instants of wall-clock readings. An hour that comes twice is taken for its first time."""
    quarters, which = np.unique(wall // _QUARTER, return_inverse=True)
    offsets = np.array([_offset_us(int(quarter) * _QUARTER, zone) for quarter in quarters], dtype=np.int64)
    instants: Instants = wall - offsets[which]
    return instants


def _offset_us(wall: int, zone: ZoneInfo) -> int:
    offset = (_EPOCH + timedelta(microseconds=wall)).replace(tzinfo=zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * SECOND
