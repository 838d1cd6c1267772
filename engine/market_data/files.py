"""Which files a person means by the paths they gave. Feeds readers, digest and the store."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.domain.errors import DataError
from engine.market_data.store.layout import partitions_in, store_around

EXTENSIONS = (".csv", ".csv.gz", ".parquet")
_DATED = re.compile(r"\d{4}-?\d{2}-?\d{2}")


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file to read. `name` is its path inside the folder that was given, or its own name.

    `from_folder`: nobody named it, so it may turn out to hold something else than prices, and is then left out.
    `stored`: it is part of a store.
    """

    path: Path
    name: str
    from_folder: bool
    stored: bool = False

    @property
    def stem(self) -> str:
        """The file's name up to its first dot: the symbol, where no column says it."""
        return self.path.name.split(".", 1)[0]


def data_files(paths: Iterable[str | Path]) -> tuple[DataFile, ...]:
    """The files behind paths, folders in the order of names; a file meant twice comes once.

    A folder stands for the data files right in it; one that holds none but has folders named by dates, for theirs; one
    of a store for all that the store has there.
    Raises DataError for a path that isn't there, an unknown extension, or a folder without data files.
    """
    found: dict[Path, DataFile] = {}
    for given in paths:
        path = Path(given)
        try:
            files = _behind(path)
        except OSError as problem:
            raise DataError(str(path), f"can't be read: {problem.strerror or problem}") from problem
        for file in files:
            found.setdefault(file.path.resolve(), file)
    if not found:
        raise DataError("data", "no file or folder was given")
    return tuple(found.values())


def read_bytes(path: Path) -> bytes:
    """A file's bytes; raises DataError with the system's reason when it can't be read."""
    try:
        return path.read_bytes()
    except OSError as problem:
        raise DataError(str(path), f"can't be read: {problem.strerror or problem}") from problem


def _behind(path: Path) -> Sequence[DataFile]:
    if path.is_dir():
        return _in_folder(path)
    if not path.exists():
        raise DataError(str(path), "there is no such file or folder")
    if not _has_known_extension(path):
        raise DataError(str(path), f"unknown extension; market data is {', '.join(EXTENSIONS)}")
    return (DataFile(path, path.name, from_folder=False, stored=store_around(path) is not None),)


def _in_folder(folder: Path) -> Sequence[DataFile]:
    entries = sorted(folder.iterdir())
    if store_around(folder) is not None:
        return _in_store(folder)
    files = _data_among(entries)
    if not files:
        dated = [entry for entry in entries if entry.is_dir() and _DATED.fullmatch(entry.name)]
        files = [file for day in dated for file in _data_among(sorted(day.iterdir()))]
    if not files:
        raise DataError(str(folder), f"no data files; looked for {', '.join(EXTENSIONS)}")
    return [DataFile(file, file.relative_to(folder).as_posix(), from_folder=True) for file in files]


def _in_store(folder: Path) -> Sequence[DataFile]:
    partitions = partitions_in(folder)
    if not partitions:
        raise DataError(str(folder), "the store has nothing there; `lockstep data import` takes files in")
    return [DataFile(file, file.relative_to(folder).as_posix(), from_folder=True, stored=True) for file in partitions]


def _data_among(entries: Sequence[Path]) -> list[Path]:
    return [entry for entry in entries if entry.is_file() and _has_known_extension(entry)]


def _has_known_extension(path: Path) -> bool:
    return path.name.lower().endswith(EXTENSIONS) and not path.name.startswith(".")
