"""Nights on which a price changed like a split, or as no market moves. Asked by research/data_quality; never adjusts.

A split of one share into r makes the first price of a day 1/r of the last of the day before, while as much money as
before changes hands: r times the shares. So a night is suspected where the price ratio is within 3 % of one that
companies use, and the turnover (price times volume, the median of up to five days on either side) is not more than
twice or less than half of what it was. A crash or a leap of news multiplies turnover. Of a symbol without volume, such
as an index, the price alone speaks. A night that moved by 20 % or more and is not suspected is told as a jump.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from engine.domain.instant import DAY
from engine.market_data.calendar import Sessions
from engine.market_data.columns import BarColumns, Quantities, TickColumns, Units

RATIOS = tuple(Fraction(text) for text in ("3/2", "2", "5/2", "3", "4", "5", "6", "8", "10", "20", "50", "100"))
NEAR = 0.03
TURNOVER_FACTOR = 2.0
JUMP = 0.20
DAYS_BESIDE = 5


@dataclass(frozen=True, slots=True)
class Jump:
    """A night: the last price before and the first after, in currency. `ratio`: the split it looks like, as `data
    import --adjust` takes it (new shares for one old); None where it looks like none.
    """

    day: str
    before: float
    after: float
    ratio: str | None


@dataclass(frozen=True, slots=True)
class _Days:
    """Each trading day's first and last price (units) and turnover."""

    numbers: list[int]
    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    turnover: npt.NDArray[np.float64]


def overnight_jumps(parts: Sequence[TickColumns | BarColumns], sessions: Sessions) -> tuple[Jump, ...]:
    """The nights of one series, by day. `parts` are all of one symbol and form, by time."""
    days = _days(parts, sessions)
    scale = 10.0 ** parts[0].instrument.price_digits
    found = []
    for row in range(1, len(days.numbers)):
        before, after = float(days.last[row - 1]), float(days.first[row])
        ratio = _split_like(before / after, days.turnover, row)
        if ratio is not None or abs(after / before - 1) >= JUMP:
            day = (date(1970, 1, 1) + timedelta(days=days.numbers[row])).isoformat()
            found.append(Jump(day, before / scale, after / scale, None if ratio is None else str(ratio)))
    return tuple(found)


def _split_like(change: float, turnover: npt.NDArray[np.float64], row: int) -> Fraction | None:
    """The split that a night's price ratio and the money around it look like."""
    near = [ratio for ratio in (*RATIOS, *(1 / one for one in RATIOS)) if abs(change / float(ratio) - 1) <= NEAR]
    if not near:
        return None
    before, after = (float(np.median(part)) for part in
                     (turnover[max(0, row - DAYS_BESIDE) : row], turnover[row : row + DAYS_BESIDE]))  # fmt: skip
    if before > 0 and not 1 / TURNOVER_FACTOR <= after / before <= TURNOVER_FACTOR:
        return None
    return min(near, key=lambda ratio: abs(change / float(ratio) - 1))


def _days(parts: Sequence[TickColumns | BarColumns], sessions: Sessions) -> _Days:
    numbers: list[int] = []
    first, last, turnover = [], [], []
    for part in parts:
        opens, closes, amount = _values(part)
        times, order = (part.open_at, part.open_at) if isinstance(part, BarColumns) else (part.at, part.place)
        for number in part.days.tolist():
            session = sessions.of(part.instrument.venue, number)
            begins = int(np.searchsorted(order, session.open_at))
            rows = np.arange(begins, int(np.searchsorted(order, session.open_at + DAY)))
            in_session = (times[rows] >= session.open_at) & (times[rows] < session.close_at) & (closes[rows] > 0)
            rows = rows[in_session]
            if len(rows) == 0 or number in numbers[-1:]:  # a day in two files is the first one's
                continue
            numbers.append(number)
            first.append(int(opens[rows[0]]))
            last.append(int(closes[rows[-1]]))
            turnover.append(float((closes[rows] * amount[rows]).sum()))
    return _Days(numbers, np.array(first), np.array(last), np.array(turnover))


def _values(part: TickColumns | BarColumns) -> tuple[Units, Units, Quantities]:
    """First and last prices of rows, and what was traded."""
    if isinstance(part, BarColumns):
        return part.open, part.close, part.volume
    return part.price, part.price, part.quantity
