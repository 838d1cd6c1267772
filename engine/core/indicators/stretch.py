"""A stretch of consecutive bars of one series as columns, and what indicators say after each. Made by foresight.

Fed to kept.py, which gives it to each indicator. Prices are in currency; of a column, NaN is what `None` is of a value:
not warm yet.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.domain.instant import Instant

Column: TypeAlias = npt.NDArray[np.float64]

VALUE = "value"  # of an indicator's columns, its main one


@dataclass(slots=True)
class Stretch:
    """At least one bar, all of one session (`opened_at`); times are microseconds, UTC."""

    high: Column
    low: Column
    close: Column
    volume: Column
    close_at: list[Instant]
    opened_at: Instant | None
    closes: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.closes = self.close.tolist()

    def __len__(self) -> int:
        return len(self.closes)


def column_of(values: Sequence[float | None]) -> Column:
    """Values as a column."""
    try:
        return np.frombuffer(array("d", values))  # type: ignore[type-var]  # twice as quick as asking numpy
    except TypeError:  # not warm at the beginning
        return np.array(values, dtype=np.float64)
