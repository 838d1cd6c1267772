"""Lets Python's collector of cycles look less often while a history runs. Used by backtest.py around its loop.

The engine makes no cycles, and keeps what it made: left as it is, the collector would look through all of a year's
records again and again to find nothing. A strategy of a user's own may make cycles; they go at every hundred thousand
objects instead of every seven hundred.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEW_OBJECTS, YOUNG, OLD = 100_000, 50, 100


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """Put the collector's thresholds up, and back; where it is off it stays off."""
    before = gc.get_threshold()
    if before[0]:
        gc.set_threshold(NEW_OBJECTS, YOUNG, OLD)
    try:
        yield
    finally:
        gc.set_threshold(*before)
