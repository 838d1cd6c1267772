"""Market data laid out on disk so that many processes read the same pages of memory. Fed by local; read by its workers.

Each column is a .npy file that is mapped, not read; the rest (instruments, file names) is one small pickle. The folder
is this sweep's own and is deleted with it.
"""

from __future__ import annotations

import pickle
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.market_data.columns import MarketData

_FRAME = "frame.pickle"
_EMPTY = np.empty(0, dtype=np.int64)


def lay_out(data: MarketData, folder: Path) -> None:
    """Write the columns and what frames them. Raises OSError where the disk is full."""
    frame: dict[str, Any] = {}
    for kind in ("ticks", "bars"):
        bare = []
        for number, part in enumerate(getattr(data, kind)):
            columns = _columns(part)
            for name, values in columns.items():
                np.save(folder / f"{kind}-{number}-{name}.npy", values)
            bare.append(replace(part, **dict.fromkeys(columns, _EMPTY)))
        frame[kind] = tuple(bare)
    (folder / _FRAME).write_bytes(pickle.dumps(replace(data, **frame)))


def mapped(folder: Path) -> MarketData:
    """The same data, its columns mapped read-only."""
    data: MarketData = pickle.loads((folder / _FRAME).read_bytes())  # noqa: S301 - written by our own parent just now
    whole: dict[str, Any] = {}
    for kind in ("ticks", "bars"):
        whole[kind] = tuple(
            replace(part, **{
                name: np.asarray(np.load(folder / f"{kind}-{number}-{name}.npy", mmap_mode="r"))
                for name in _columns(part)
            })
            for number, part in enumerate(getattr(data, kind))
        )  # fmt: skip
    return replace(data, **whole)


def _columns(part: Any) -> dict[str, Any]:
    """A part's arrays by name."""
    named = {item.name: getattr(part, item.name) for item in fields(part) if item.init}
    return {name: value for name, value in named.items() if isinstance(value, np.ndarray)}
