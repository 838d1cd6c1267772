"""Columns on the disk, a file each, as both sides of a figure open them. Written by figures; read by ours and peers.

They are mapped into memory: what opening costs is what making ticks of them costs, on either side.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


def write(columns: Mapping[str, npt.NDArray[Any]], folder: Path) -> Path:
    """Write each column to a file of its name."""
    folder.mkdir()
    for name, column in columns.items():
        np.save(folder / f"{name}.npy", column)
    return folder


def read(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The columns of a folder, or of one file that holds them all."""
    if path.is_dir():
        return {file.stem: np.load(file, mmap_mode="r", allow_pickle=False) for file in sorted(path.glob("*.npy"))}
    with np.load(path, allow_pickle=False) as file:
        return dict(file)
