"""Rows of a store and rows that come to it, made one. Called by importing; decides what an overlap means.

Bars are joined one by one: the same bar twice is one bar; two that differ are a conflict. Ticks have no key of their
own, and their order is part of the recording: a day's ticks go on from the stored ones, or contain them, or conflict.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.domain.instant import iso
from engine.market_data.columns import BarColumns, TickColumns, frozen

_BAR_VALUES = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class Conflict:
    """The first new row that contradicts the store: its number among the new rows, and both values in words."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Joined:
    """What the store should hold: `columns` None where that is what it holds. Rows are counted by what became of them.

    `replaced` counts stored bars that gave way, and stored ticks that are no longer there.
    """

    columns: BarColumns | TickColumns | None
    added: int = 0
    same: int = 0
    replaced: int = 0


def join_bars(old: BarColumns, new: BarColumns, prefer_new: bool) -> Joined | Conflict:
    """Stored bars and new ones of one symbol and timeframe, by the time of their opens."""
    _, at_old, at_new = np.intersect1d(old.open_at, new.open_at, assume_unique=True, return_indices=True)
    differs = np.zeros(len(at_new), dtype=np.bool_)
    for name in _BAR_VALUES:
        differs |= getattr(old, name)[at_old] != getattr(new, name)[at_new]
    if differs.any() and not prefer_new:
        first = int(differs.argmax())
        return Conflict(int(at_new[first]), _bars_differ(old, int(at_old[first]), new, int(at_new[first])))
    added = len(new) - len(at_new)
    days = np.union1d(old.days, new.days)
    if added == 0 and not differs.any() and len(days) == len(old.days):
        return Joined(None, same=len(new))
    keep = np.ones(len(old), dtype=np.bool_)
    keep[at_old] = False
    order = np.argsort(np.concatenate([old.open_at[keep], new.open_at]), kind="stable")
    values: dict[str, Any] = {
        name: frozen(np.concatenate([getattr(old, name)[keep], getattr(new, name)])[order]) for name in new.COLUMNS
    }
    replaced = int(differs.sum())
    return Joined(replace(new, days=frozen(days), **values), added, len(at_new) - replaced, replaced)


def join_ticks(old: TickColumns, new: TickColumns, prefer_new: bool) -> Joined | Conflict:
    """A stored day of ticks and a new recording of it."""
    shared = min(len(old), len(new))
    differs = np.zeros(shared, dtype=np.bool_)
    for name in ("at", "price", "quantity"):
        differs |= getattr(old, name)[:shared] != getattr(new, name)[:shared]
    if not differs.any():
        if len(new) <= len(old):
            return Joined(None, same=len(new))
        return Joined(new, added=len(new) - len(old), same=len(old))
    if prefer_new:
        return Joined(new, added=len(new), replaced=len(old))
    if new.place[0] > old.place[-1]:
        return Joined(_one_after_the_other(old, new), added=len(new))
    if new.place[-1] < old.place[0]:
        return Joined(_one_after_the_other(new, old), added=len(new))
    first = int(differs.argmax())
    return Conflict(first, _ticks_differ(old, new, first))


def _one_after_the_other(first: TickColumns, then: TickColumns) -> TickColumns:
    values: dict[str, Any] = {
        name: frozen(np.concatenate([getattr(first, name), getattr(then, name)])) for name in then.COLUMNS
    }
    return replace(then, days=frozen(np.union1d(first.days, then.days)), **values)


def _bars_differ(old: BarColumns, at_old: int, new: BarColumns, at_new: int) -> str:
    for name in _BAR_VALUES:
        before, after = getattr(old, name)[at_old], getattr(new, name)[at_new]
        if before != after:
            return (
                f"{new.instrument.symbol} at {iso(int(new.open_at[at_new]))} has {name} {_told(name, after, new)}, "
                f"the store has {_told(name, before, old)}"
            )
    raise AssertionError("the bars are the same")


def _ticks_differ(old: TickColumns, new: TickColumns, row: int) -> str:
    def tick(part: TickColumns) -> str:
        return f"{iso(int(part.at[row]))} {_told('price', part.price[row], part)}"

    return f"{new.instrument.symbol} has {tick(new)} where the store's recording of that day has {tick(old)}"


def _told(name: str, value: np.int64 | np.float64, part: BarColumns | TickColumns) -> str:
    return f"{value:g}" if name == "volume" else f"{part.instrument.price_of(int(value))}"
