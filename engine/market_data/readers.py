"""Market data files, read whole. Fed by paths from people; feeds research, the replay feed and the `data` commands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

from engine.domain.errors import DataError
from engine.domain.instant import iso
from engine.market_data.calendar import Calendars, calendar_for
from engine.market_data.columns import BarColumns, MarketData, TickColumns
from engine.market_data.files import data_files
from engine.market_data.forms import Form
from engine.market_data.parts import Wanted, bar_parts, tick_parts
from engine.market_data.store.reading import stored_part
from engine.market_data.tables import read_rows
from engine.market_data.timestamps import zone_of


def read_market_data(
    paths: Sequence[str | Path],
    *,
    symbols: Iterable[str] | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    zone: str | None = None,
    calendars: Calendars = calendar_for,
) -> MarketData:
    """Read files and folders in any of the contract's forms, or of a store.

    `symbols`, `first_day` and `last_day` (the venue's days, included) choose what is kept; `zone` is the IANA name for
    timestamps without an offset, the venue's own by default; `calendars` tell its trading days. Raises DataError naming
    file, line and reason, also when nothing is left or files overlap; InvalidValue for an unknown zone.
    """
    data = read_parts(paths, symbols=symbols, first_day=first_day, last_day=last_day, zone=zone, calendars=calendars)
    _check_one_form(data.ticks, data.bars)
    _check_bars_follow(data.bars)
    _check_ticks_follow(data.ticks)
    return data


def read_parts(
    paths: Sequence[str | Path],
    *,
    symbols: Iterable[str] | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    zone: str | None = None,
    calendars: Calendars = calendar_for,
) -> MarketData:
    """As `read_market_data`, for who only looks: files may hold the same symbol's rows twice."""
    wanted = Wanted(
        symbols=None if symbols is None else frozenset(symbols),
        first_day=first_day,
        last_day=last_day,
        zone=None if zone is None else zone_of(zone),
        calendars=calendars,
    )
    ticks: list[TickColumns] = []
    bars: list[BarColumns] = []
    seen: dict[str, None] = {}
    ignored: Counter[tuple[str, ...]] = Counter()
    skipped: list[str] = []
    for file in data_files(paths):
        if file.stored:
            part = stored_part(file.path, wanted, seen)
            if isinstance(part, BarColumns):
                bars.append(part)
            elif part is not None:
                ticks.append(part)
            continue
        rows = read_rows(file)
        if rows is None:
            skipped.append(file.name)
            continue
        seen.update(dict.fromkeys(rows.symbols))
        ignored[rows.layout.ignored] += 1
        if rows.layout.form is Form.BARS:
            bars.extend(bar_parts(rows, wanted))
        else:
            ticks.extend(tick_parts(rows, wanted))
    _check_found(str(paths[0]), wanted, seen, anything=bool(ticks or bars))
    ticks.sort(key=lambda part: (part.instrument.symbol, int(part.place[0])))
    bars.sort(key=lambda part: (part.instrument.symbol, int(part.open_at[0])))
    return MarketData(tuple(ticks), tuple(bars), _notes(ignored, skipped), calendars)


def _check_found(path: str, wanted: Wanted, seen: dict[str, None], anything: bool) -> None:
    """Refuse to go on without a symbol that was asked for, or without a single row."""
    missing = sorted((wanted.symbols or frozenset()) - seen.keys())
    if missing:
        raise DataError(path, f"no rows of {', '.join(missing)}; there are {', '.join(sorted(seen)) or 'no symbols'}")
    if not anything:
        between = f" between {wanted.first_day or 'the beginning'} and {wanted.last_day or 'the end'}"
        raise DataError(path, f"no rows{between if wanted.first_day or wanted.last_day else ': no file holds prices'}")


def _check_one_form(ticks: Sequence[TickColumns], bars: Sequence[BarColumns]) -> None:
    """Refuse ticks and bars of one symbol: every price would be counted twice."""
    tick_files = {part.instrument.symbol: part.file for part in ticks}
    for part in bars:
        symbol = part.instrument.symbol
        if symbol in tick_files:
            raise DataError(part.file, f"holds bars of {symbol}, and {tick_files[symbol]} its ticks; give one of them")


def _check_bars_follow(bars: Sequence[BarColumns]) -> None:
    """Refuse files whose bars of one symbol overlap or differ in timeframe."""
    for before, after in pairwise(bars):
        if before.instrument.symbol != after.instrument.symbol:
            continue
        symbol = after.instrument.symbol
        if before.timeframe != after.timeframe:
            raise DataError(
                after.file, f"holds {after.timeframe} bars of {symbol}, {before.file} {before.timeframe} ones"
            )
        if after.open_at[0] <= before.open_at[-1]:
            begins = iso(int(after.open_at[0]))
            raise DataError(after.file, f"holds bars of {symbol} from {begins} on; {before.file} has them too")


def _check_ticks_follow(ticks: Sequence[TickColumns]) -> None:
    """Refuse files whose ticks of one symbol lie among each other: every trade would be counted twice."""
    for before, after in pairwise(ticks):
        if before.instrument.symbol == after.instrument.symbol and after.place[0] < before.place[-1]:
            symbol, begins = after.instrument.symbol, iso(int(after.place[0]))
            raise DataError(after.file, f"holds ticks of {symbol} from {begins} on; {before.file} has later ones too")


def _notes(ignored: Counter[tuple[str, ...]], skipped: Sequence[str]) -> tuple[str, ...]:
    notes = [f"{name}: holds no prices, left out" for name in skipped]
    for columns, files in ignored.items():
        if columns:
            notes.append(f"columns not used: {', '.join(columns)} ({files} file{'s' if files > 1 else ''})")
    return tuple(notes)
