"""The times of a trading day. Told by special_days and people; feeds calendar and nse_days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class Hours:
    """A day's times in minutes from local midnight; `flatten_at` None where positions are held over, `auction_at` where
    nothing leaves continuous trading before the close; `closes` false where the next day follows without a pause.
    """

    open_at: int
    entry_from: int
    entry_until: int
    flatten_at: int | None
    close_at: int
    auction_at: int | None = None
    closes: bool = True


NSE_HOURS = Hours(
    open_at=9 * 60 + 15,
    entry_from=9 * 60 + 20,
    entry_until=14 * 60 + 45,
    flatten_at=14 * 60 + 55,
    close_at=15 * 60 + 30,
    auction_at=15 * 60 + 15,
)
ROUND_THE_CLOCK = Hours(0, entry_from=0, entry_until=24 * 60, flatten_at=None, close_at=24 * 60, closes=False)


def nse_hours(opens: str, closes: str) -> Hours:
    """A special session's times (HH:MM): an ordinary day's windows where it is as long, narrow margins in a short one.

    Raises ValueError for what is no time of a day, or no session.
    """
    open_at, close_at = _minute_of(opens), _minute_of(closes)
    if (open_at, close_at) == (NSE_HOURS.open_at, NSE_HOURS.close_at):
        return NSE_HOURS  # a whole day, closing auction included
    if close_at - open_at < 30:
        raise ValueError(f"{opens} to {closes} is no session")
    if close_at - open_at < 120:
        return Hours(open_at, open_at + 5, close_at - 15, close_at - 10, close_at)
    # As on an ordinary day, entries end 45 and positions 35 minutes before the close.
    return Hours(open_at, open_at + 5, close_at - 45, close_at - 35, close_at)


def _minute_of(clock: str) -> int:
    """Minutes since midnight of HH:MM; raises ValueError."""
    at = time.fromisoformat(clock)
    if at.tzinfo is not None or at.second or at.microsecond:
        raise ValueError(f"{clock} is no HH:MM")
    return at.hour * 60 + at.minute
