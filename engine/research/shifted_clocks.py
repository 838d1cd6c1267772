"""Clocks that tell another time, to see whether a strategy asks them. Used by strategy_trial, in its own process."""

from __future__ import annotations

import datetime as datetime_module
import time
from typing import Any


def shift_clocks(by_s: int) -> None:
    """Make every clock of this process tell another time; what was imported before keeps its own."""
    for name in ("time", "monotonic", "perf_counter", "process_time"):
        told = getattr(time, name)
        setattr(time, name, lambda told=told: told() + by_s)
        told_ns = getattr(time, f"{name}_ns")
        setattr(time, f"{name}_ns", lambda told_ns=told_ns: told_ns() + by_s * 1_000_000_000)
    shift = datetime_module.timedelta(seconds=by_s)

    class Shifted(datetime_module.datetime):
        @classmethod
        def now(cls, tz: datetime_module.tzinfo | None = None) -> Any:
            return super().now(tz) + shift

        @classmethod
        def today(cls) -> Any:
            return super().today() + shift

    datetime_module.datetime = Shifted  # type: ignore[misc]
