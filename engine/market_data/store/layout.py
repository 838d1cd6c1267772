"""Where in a store what lies. Asked by files, importing and the `data` commands; knows names, never contents.

data/lockstep-store.json              says that the folder is a store, and in which form
data/NSE/RELIANCE/1m/2021.parquet     bars: a year of the venue's days in a file
data/NSE/RELIANCE/ticks/2021-04-28.parquet    ticks: a day
data/imports.jsonl                    when what came from where
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import quote, unquote

from engine.domain.errors import DataError, InvalidValue
from engine.domain.timeframe import TIMEFRAMES

MARKER = "lockstep-store.json"
JOURNAL = "imports.jsonl"
TICKS = "ticks"
SUFFIX = ".parquet"
WORD = "store:"  # how a person names what is in the store, where paths are asked for

_DEPTH = 4  # from a partition up to the store's folder
_PLAIN = "&-_. ^"  # what symbols have and every file system takes


@dataclass(frozen=True, slots=True, order=True)
class SeriesKey:
    """One series of a store. `timeframe` is a bar's width or `ticks`."""

    venue: str
    symbol: str
    timeframe: str

    def __str__(self) -> str:
        return f"{self.venue}/{self.symbol}/{self.timeframe}"

    def partition(self, period: str) -> Path:
        """Where a year's bars or a day's ticks lie, from the store's folder."""
        return Path(self.venue) / _folder_name(self.symbol) / self.timeframe / f"{period}{SUFFIX}"


def store_around(path: Path) -> Path | None:
    """The store that a folder or file is, or lies in; None where it is in none."""
    above = path.absolute()
    for folder in (above, *above.parents[:_DEPTH]):
        try:
            if (folder / MARKER).is_file():
                return folder
        except OSError:  # a folder that may not be looked into is no store of this person's
            return None
    return None


def partitions_in(folder: Path) -> list[Path]:
    """The partitions below a folder of a store, by name; what an import has aside is not among them."""
    found = (path for path in folder.rglob(f"*{SUFFIX}") if not _is_hidden(path.relative_to(folder)))
    return sorted(found)


def series_in(root: Path) -> Iterator[tuple[SeriesKey, Path]]:
    """Each series of a store with its folder, by venue, symbol and timeframe."""
    found = []
    for folder in root.glob("*/*/*"):
        venue, symbol, timeframe = folder.relative_to(root).parts
        known = timeframe == TICKS or timeframe in TIMEFRAMES
        if known and folder.is_dir() and not _is_hidden(folder.relative_to(root)) and any(folder.glob(f"*{SUFFIX}")):
            found.append((SeriesKey(venue, unquote(symbol), timeframe), folder))
    yield from sorted(found)


def folders_named(word: str, root: Path) -> list[Path]:
    """The folders that `store:NSE/RELIANCE/1m` stands for: `*` and `?` match, what is left out at the end is all.

    Raises InvalidValue for words of another shape, DataError where there is no store or nothing of it.
    """
    asked = word.removeprefix(WORD).strip("/")
    patterns = [part for part in asked.split("/") if part]
    if len(patterns) > 3:
        raise InvalidValue("--data", f"{word!r} is not store:VENUE/SYMBOL/TIMEFRAME, such as store:NSE/RELIANCE/1m")
    if not (root / MARKER).is_file():
        raise DataError(str(root), "is no store; `lockstep data import FILE` makes one, LOCKSTEP_STORE names another")
    patterns += ["*"] * (3 - len(patterns))
    every = list(series_in(root))
    found = [folder for key, folder in every if _matches(key, patterns)]
    if not found:
        held = ", ".join(str(key) for key, _ in every[:8]) + (f" and {len(every) - 8} more" if len(every) > 8 else "")
        raise DataError(word, f"the store {root} has nothing of it; it has {held or 'nothing at all'}")
    return found


def _matches(key: SeriesKey, patterns: list[str]) -> bool:
    return all(
        fnmatchcase(name, pattern)
        for name, pattern in zip((key.venue, key.symbol, key.timeframe), patterns, strict=True)
    )


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _folder_name(symbol: str) -> str:
    """A symbol as a folder's name, whatever characters it has; one that begins with a dot would be hidden, or worse."""
    name = quote(symbol, safe=_PLAIN)
    return f"%2E{name[1:]}" if name.startswith(".") else name
