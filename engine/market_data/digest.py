"""Which data something was made with, in one word: the digest that names a replay. Fed by files and the store's labels;
feeds the accounts of backtests and replays.

It is made of what the rows came from, not of where they lie: a file, its copy elsewhere and the store it was imported
into have the same digest, so that a backtest has the same ids and decisions on each of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import file_digest, sha256
from pathlib import Path

from engine.domain.errors import DataError
from engine.market_data.files import DataFile, data_files
from engine.market_data.store.partition import Source, read_label
from engine.market_data.tables import holds_prices


def data_digest(paths: Iterable[str | Path], days: str = "") -> str:
    """SHA-256, in hex, over the names and digests of the sources, in the order of names; each source counts once.

    Files of a folder that hold no prices are no sources. `days` is the digest of a file of special days, empty where
    there is none: with other sessions the same prices are other data. Raises DataError for a file that can't be read.
    """
    sources = {source for file in data_files(paths) for source in _sources_of(file)}
    said = [[source.name, source.digest] for source in sorted(sources)]
    return sha256(json.dumps([said, days] if days else said).encode()).hexdigest()


def source_of(file: DataFile, reading: str = "") -> Source:
    """A file as a source. `reading` tells how its bytes were taken, where that was not as they say themselves.

    Raises DataError for a file that can't be read.
    """
    try:
        with file.path.open("rb") as content:
            digest = file_digest(content, "sha256")
    except OSError as problem:
        raise DataError(str(file.path), f"can't be read: {problem.strerror or problem}") from problem
    if reading:
        digest.update(b"\0" + reading.encode())
    return Source(file.path.name, digest.hexdigest())


def _sources_of(file: DataFile) -> Iterable[Source]:
    if file.stored:
        return read_label(file.path).sources
    return (source_of(file),) if not file.from_folder or holds_prices(file) else ()
