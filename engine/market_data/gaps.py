"""Where market data has nothing though its venue traded. Asked by research/data_quality and the downloader.

Of bars, a gap is one or more that are not there within a session; illiquid symbols have many, and nothing is wrong with
them. Of ticks, it is more than a minute of the session in which nothing came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.instrument import Instrument
from engine.domain.market import TradingSession
from engine.domain.timeframe import timeframe_us
from engine.market_data.calendar import Calendar, Sessions, calendar_for
from engine.market_data.columns import BarColumns, DayNumbers, Instants, TickColumns

SILENCE_US = MINUTE  # a liquid symbol prints every second; a minute without is a feed that stood still


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a session that has nothing: [begins_at, ends_at). `bars` counts those missing; 0 of ticks."""

    day: str
    begins_at: Instant
    ends_at: Instant
    bars: int

    @property
    def seconds(self) -> float:
        return (self.ends_at - self.begins_at) / SECOND


def gaps_of(parts: Sequence[TickColumns | BarColumns], days: DayNumbers, sessions: Sessions) -> tuple[Gap, ...]:
    """The gaps of one series' trading days, by time. `parts` are all of one symbol and form."""
    first = parts[0]
    times = np.sort(np.concatenate([part.open_at if isinstance(part, BarColumns) else part.at for part in parts]))
    found: list[Gap] = []
    for number in days.tolist():
        session = sessions.of(first.instrument.venue, number)
        until = _trades_until(first.instrument, session)
        inside = times[np.searchsorted(times, session.open_at) : np.searchsorted(times, until)]
        if isinstance(first, BarColumns):
            found += _missing_bars(session, until, inside, timeframe_us(first.timeframe))
        else:
            found += _silences(session, until, inside)
    return tuple(found)


def missing_days(calendar: Calendar, days: DayNumbers) -> tuple[str, ...]:
    """The venue's trading days between the first and the last of these that are not among them."""
    if len(days) == 0:
        return ()
    there = set(days.tolist())
    between = (number for number in range(int(days[0]), int(days[-1])) if number not in there)
    return tuple(_date(number).isoformat() for number in between if calendar.session_on(_date(number)) is not None)


def _trades_until(instrument: Instrument, session: TradingSession) -> Instant:
    """When the symbol leaves continuous trading: before its closing auction, where it has one."""
    if instrument.closing_auction and session.continuous_until is not None:
        return session.continuous_until
    return session.close_at


def expected_opens(instrument: Instrument, timeframe: str, since: Instant, until: Instant) -> Instants:
    """When bars open that lie in [since, until), by the calendar: every one of a market that never pauses."""
    calendar = calendar_for(instrument.venue)
    opens = []
    day, last = calendar.day_at(since), calendar.day_at(until - 1)
    while day <= last:
        session = calendar.session_on(day)
        if session is not None:
            opens.append(_opens(session, _trades_until(instrument, session), timeframe_us(timeframe)))
        day += timedelta(days=1)
    every = np.concatenate(opens) if opens else np.empty(0, dtype=np.int64)
    inside: Instants = every[(every >= since) & (every < until)]
    return inside


def _opens(session: TradingSession, until: Instant, width: int) -> Instants:
    return np.arange(session.open_at, until, width, dtype=np.int64)


def _missing_bars(session: TradingSession, until: Instant, opens: Instants, width: int) -> list[Gap]:
    expected = _opens(session, until, width)
    missing = np.setdiff1d(expected, opens, assume_unique=False)
    runs = np.split(missing, np.flatnonzero(np.diff(missing) != width) + 1) if len(missing) else []
    return [Gap(session.day, int(run[0]), min(int(run[-1]) + width, until), len(run)) for run in runs]


def _silences(session: TradingSession, until: Instant, times: Instants) -> list[Gap]:
    edges = np.concatenate([[session.open_at], times, [until]])
    long = np.flatnonzero(np.diff(edges) > SILENCE_US)
    return [Gap(session.day, int(edges[row]), int(edges[row + 1]), 0) for row in long.tolist()]


def _date(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)
