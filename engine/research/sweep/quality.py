"""Whether data is good enough to search on. Fed by data_quality; told before any trial runs, and in sweep.html.

A search finds whatever is in its data: a morning that is missing, a split that nobody adjusted. Short gaps are how
illiquid symbols trade and count for nothing; a hole is a quarter of an hour or more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from engine.domain.instant import SECOND, iso
from engine.market_data.columns import BarColumns, MarketData
from engine.research.data_quality import DataQuality, SeriesQuality, data_quality

HOLE_S = 900
COVERED_LEAST = 0.9  # of the sessions' time, less holes and days that are missing
STRAY_MOST = 0.02  # of a series' bars, outside its sessions; closing auctions print some
WRONG_MOST = 0.01  # of the ticks, with a price or a day that can't be
HARMLESS = ("repeat", "out_of_order", "outside_session")  # how feeds are: left out, and nothing is lost by it
LISTED_MAX = 3


@dataclass(frozen=True, slots=True)
class SeriesVerdict:
    """One symbol's series: how much of its sessions it covers (0 to 1), its holes, strays, and what is bad about it."""

    name: str
    rows: int
    days: int
    missing_days: int
    covered: float
    holes: int
    longest_hole: str
    strays: int
    splits: tuple[str, ...]
    overlaps: tuple[str, ...]

    def bad(self) -> str | None:
        """The reason not to search on it; None for good data."""
        if self.overlaps:
            return f"{self.name} has files that overlap: {self.overlaps[0]}"
        if self.splits:
            return f"{self.name} looks like an unadjusted split on {self.splits[0]}"
        if self.covered < COVERED_LEAST:
            return (
                f"{self.name} covers {self.covered * 100:.0f} % of its sessions, {COVERED_LEAST * 100:.0f} % are needed"
            )
        if self.strays > STRAY_MOST * self.rows:
            return f"{self.name} has {self.strays:,} of {self.rows:,} bars outside its sessions"
        return None


@dataclass(frozen=True, slots=True)
class Quality:
    """Every series, and the ticks that the guard leaves out by rule."""

    series: tuple[SeriesVerdict, ...]
    dropped: dict[str, int]
    ticks: int

    @property
    def bad(self) -> str | None:
        """The first reason not to search on this data; None where there is none."""
        reasons = [reason for reason in (verdict.bad() for verdict in self.series) if reason is not None]
        wrong = sum(number for rule, number in self.dropped.items() if rule not in HARMLESS)
        if wrong > WRONG_MOST * self.ticks:
            reasons.append(f"{wrong:,} of {self.ticks:,} ticks have a price or a day that can't be")
        return (reasons[0] + (f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else "")) if reasons else None

    def lines(self) -> list[str]:
        """The report in words: one line where all is well, and one for each series where something is to be known."""
        rows = sum(each.rows for each in self.series)
        missing = max((each.missing_days for each in self.series), default=0)
        covered = min((each.covered for each in self.series), default=0.0)
        days = f", up to {missing} days are missing" if missing else ""
        told = f"the least covered has {covered * 100:.1f} % of its sessions{days}"
        lines = [f"data: {len(self.series)} series, {rows:,} rows; {told}"]
        lines += [f"  {each.name}: {each.longest_hole}" for each in self._worst()]
        lines += [f"  {each.name}: {each.strays:,} bars outside the session" for each in self.series if each.strays]
        if self.dropped:
            told = ", ".join(f"{rule} {count:,}" for rule, count in self.dropped.items())
            lines.append(f"  ticks left out: {told}")
        return lines

    def figures(self) -> dict[str, Any]:
        """As sweep.json has it."""
        return {
            "bad": self.bad,
            "ticks_dropped": self.dropped,
            "series": [
                {
                    "series": each.name, "rows": each.rows, "days": each.days, "missing_days": each.missing_days,
                    "covered": round(each.covered, 6), "holes": each.holes, "outside_session": each.strays,
                    "splits": list(each.splits), "overlaps": list(each.overlaps), "bad": each.bad(),
                }
                for each in self.series
            ],
        }  # fmt: skip

    def _worst(self) -> list[SeriesVerdict]:
        """The series with the most holes, few enough to read."""
        holed = [each for each in self.series if each.holes]
        return sorted(holed, key=lambda each: (each.covered, each.name))[:LISTED_MAX]


def quality_of(data: MarketData, progress: Callable[[int, int], None] | None = None) -> Quality:
    """Look at the data. `progress(done, all)` counts ticks."""
    found: DataQuality = data_quality(data, progress)
    return Quality(
        tuple(_verdict(series, data) for series in found.series), dict(found.dropped_in_all), data.tick_count
    )


def _verdict(series: SeriesQuality, data: MarketData) -> SeriesVerdict:
    parts = [part for part in data.parts if part.instrument.symbol == series.key.symbol]
    strays = 0
    calendar = data.calendars(series.key.venue)
    every = {day for part in parts for day in part.days.tolist()}  # a day may lie in several files
    spans = {day: calendar.session_for_data(date(1970, 1, 1) + timedelta(days=day)) for day in every}
    open_s = sum((session.close_at - session.open_at) / SECOND for session in spans.values())
    for part in parts:
        if isinstance(part, BarColumns):
            inside = sum(
                int(np.searchsorted(part.open_at, session.close_at) - np.searchsorted(part.open_at, session.open_at))
                for session in map(spans.__getitem__, part.days.tolist())
            )
            strays += len(part) - inside
    holes = [gap for gap in series.gaps if gap.seconds >= HOLE_S]
    a_day = open_s / series.days if series.days else 0.0
    whole = open_s + a_day * len(series.missing_days)
    lost = sum(gap.seconds for gap in holes) + a_day * len(series.missing_days)
    longest = max(holes, key=lambda gap: gap.seconds, default=None)
    return SeriesVerdict(
        name=str(series.key),
        rows=series.rows,
        days=series.days,
        missing_days=len(series.missing_days),
        covered=max(1 - lost / whole, 0.0) if whole else 0.0,
        holes=len(holes),
        longest_hole="" if longest is None else
        f"holes of a quarter of an hour or more: {len(holes)}, the longest {longest.seconds / 60:,.0f} min "
        f"from {iso(longest.begins_at)}",
        strays=strays,
        splits=tuple(jump.day for jump in series.jumps if jump.ratio is not None),
        overlaps=series.overlaps,
    )  # fmt: skip
