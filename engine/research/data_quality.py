"""What market data there is and what is wrong with it: sessions, gaps, splits, dirt. Fed by readers; feeds the `data`
commands and whoever researches with the data. Looks, and changes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TypeAlias

import numpy as np

from engine.domain.account import AccountSpec
from engine.domain.events import InstrumentListed, MarketEnded, SessionOpened
from engine.domain.instant import Instant, iso
from engine.market_data.calendar import Calendar, Sessions
from engine.market_data.columns import BarColumns, MarketData, TickColumns
from engine.market_data.gaps import Gap, gaps_of, missing_days
from engine.market_data.merge import ended_at, pieces
from engine.market_data.splits import Jump, overnight_jumps
from engine.market_data.store.layout import SeriesKey
from engine.market_data.store.partition import Columns, series_of
from engine.simulation.paper import PaperLoop
from engine.strategies.registry import make

Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SeriesQuality:
    """One symbol's bars or ticks. `first_at` and `last_at` are of rows in their place; `days` counts trading days.

    `missing_days` are the calendar's between the first and the last that have no row; `overlaps` are sentences.
    """

    key: SeriesKey
    rows: int
    first_at: Instant
    last_at: Instant
    days: int
    missing_days: tuple[str, ...]
    gaps: tuple[Gap, ...]
    jumps: tuple[Jump, ...]
    overlaps: tuple[str, ...]

    @property
    def longest_gap(self) -> Gap | None:
        """The gap that lasts longest, the first of equals."""
        return max(self.gaps, key=lambda gap: gap.seconds, default=None)


@dataclass(frozen=True, slots=True)
class DataQuality:
    """Every series, and the ticks that the engine's guard leaves out, by trading day and rule."""

    series: tuple[SeriesQuality, ...]
    dropped: Mapping[str, Mapping[str, int]]
    notes: tuple[str, ...]

    @property
    def dropped_in_all(self) -> dict[str, int]:
        """Ticks left out, by rule."""
        total: Counter[str] = Counter()
        for counts in self.dropped.values():
            total.update(counts)
        return dict(sorted(total.items()))


def data_quality(data: MarketData, progress: Progress | None = None) -> DataQuality:
    """Look at everything that was read. `progress(done, all)` counts rows."""
    dropped = _dropped(MarketData(data.ticks, (), calendars=data.calendars), progress) if data.ticks else {}
    return DataQuality(series_quality(data), dropped, data.notes)


def series_quality(data: MarketData) -> tuple[SeriesQuality, ...]:
    """Every series by its rows alone: quick, for whoever has run an engine over the data already."""
    parts = sorted(data.parts, key=lambda part: (series_of(part), _first_at(part)))
    sessions = Sessions(data.calendars)
    return tuple(
        _series(key, list(group), data.calendars(key.venue), sessions) for key, group in groupby(parts, key=series_of)
    )


def _series(key: SeriesKey, parts: Sequence[Columns], calendar: Calendar, sessions: Sessions) -> SeriesQuality:
    days = np.unique(np.concatenate([part.days for part in parts]))
    return SeriesQuality(
        key=key,
        rows=sum(len(part) for part in parts),
        first_at=min(_first_at(part) for part in parts),
        last_at=max(_last_at(part) for part in parts),
        days=len(days),
        missing_days=missing_days(calendar, days),
        gaps=gaps_of(parts, days, sessions),
        jumps=overnight_jumps(parts, sessions),
        overlaps=tuple(_overlap(before, after) for before, after in pairwise(parts) if _overlaps(before, after)),
    )


def _first_at(part: Columns) -> Instant:
    return int(part.open_at[0] if isinstance(part, BarColumns) else part.place[0])


def _last_at(part: Columns) -> Instant:
    return int(part.open_at[-1] if isinstance(part, BarColumns) else part.place[-1])


def _overlaps(before: Columns, after: Columns) -> bool:
    if isinstance(after, TickColumns):
        return _first_at(after) < _last_at(before)
    return _first_at(after) <= _last_at(before)


def _overlap(before: Columns, after: Columns) -> str:
    """Which files hold the same stretch, and whether they agree."""
    words = f"{after.file} begins at {iso(_first_at(after))}, {before.file} ends at {iso(_last_at(before))}"
    if not isinstance(before, BarColumns) or not isinstance(after, BarColumns):
        return words
    _, one, other = np.intersect1d(before.open_at, after.open_at, assume_unique=True, return_indices=True)
    names = ("open", "high", "low", "close", "volume")
    differs = np.zeros(len(one), dtype=np.bool_)
    for name in names:
        differs |= getattr(before, name)[one] != getattr(after, name)[other]
    return f"{words}: {len(one)} bars in both, {int(differs.sum())} of them different"


def _dropped(data: MarketData, progress: Progress | None) -> dict[str, dict[str, int]]:
    """What an engine without bots leaves out: its own guard counts, so that this is what a backtest will say."""
    loop = PaperLoop(AccountSpec("paper-inspect", "local"), make, lambda _: None, views=False)
    for instrument in data.instruments:
        loop.step(InstrumentListed(instrument))
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    day, before, done = "before the first day", Counter[str](), 0
    state = loop.engine.state
    for piece in pieces(data):
        if isinstance(piece, SessionOpened):
            counted[day] += Counter(state.dropped) - before
            day, before = piece.session.day, Counter(state.dropped)
            loop.step(piece)
            continue
        loop.run(piece.events())
        done += len(piece)
        if progress is not None:
            progress(done, data.tick_count)
    loop.step(MarketEnded(ended_at(data)))
    counted[day] += Counter(state.dropped) - before
    return {day: dict(sorted(rules.items())) for day, rules in counted.items() if rules}
