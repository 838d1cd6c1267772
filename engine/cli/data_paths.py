"""What a person names as market data, as paths, and the days they have told of. For subcommands that take `--data`.

`store:NSE/RELIANCE/1m` is a place in the store that LOCKSTEP_STORE names; everything else is a file or a folder.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from engine.domain.errors import InvalidValue
from engine.market_data.store.layout import WORD, folders_named
from engine.market_data.told_days import ToldDays, read_told_days
from engine.settings import special_days_file, store_folder


def located(words: Sequence[str], store: Path | None = None) -> list[Path]:
    """The paths behind words. Raises InvalidValue and DataError as `folders_named` does."""
    root = store_folder(os.environ) if store is None else store
    paths: list[Path] = []
    for word in words:
        if not word:  # a shell's variable that is not set; to Path it is the folder that one is in
            raise InvalidValue("data", "a path is empty; name a file, a folder or a place in the store")
        paths += folders_named(word, root) if word.startswith(WORD) else [Path(word)]
    return paths


def told_days() -> ToldDays:
    """The closures and special sessions of LOCKSTEP_CALENDAR's file. Raises DataError for a wrong one."""
    return read_told_days(special_days_file(os.environ))
