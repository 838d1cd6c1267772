"""A digest of the code that decides, so that results of two versions never mix. Asked by trial_log and cluster."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

import engine

_ROOMS = ("domain", "core", "strategies", "simulation", "market_data")
_FILES = ("research/*.py", "research/sweep/trial.py")  # pages and pictures decide nothing


@cache
def source_digest() -> str:
    """SHA-256 over the names and texts of what a backtest runs through, in the order of names."""
    root = Path(next(iter(engine.__path__)))
    digest = sha256()
    decisive = [*(f"{room}/**/*.py" for room in _ROOMS), *_FILES]
    for path in sorted(path for pattern in decisive for path in root.glob(pattern)):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()
