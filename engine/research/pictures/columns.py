"""Columns: how often, how long, in which hour. Values to SVG text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from engine.research.pictures.canvas import Canvas, n


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the words below it (may be empty), its value, its class of look.py, what it says when pointed at."""

    words: str
    value: float
    look: str = "bar-n"
    title: str = ""


def columns_svg(
    columns: Sequence[Column],
    *,
    label: str,
    words: Callable[[float], str],
    width: int = 350,
    height: int = 190,
) -> str:
    """Columns side by side from a line of zero; values may be below it."""
    if not columns:
        return Canvas(width, 60, 0, 1, 0, 1).svg(label, '<text class="mid" x="50%" y="34">Nothing to count.</text>')
    values = [column.value for column in columns]
    high, low = max(*values, 0.0), min(*values, 0.0)
    room = (high - low) * 0.06 or 1.0
    plane = Canvas(width, height, 0, len(columns), low - (room if low else 0), high + room, right=48)
    parts = [plane.value_axis(words, lines=4)]
    zero = plane.y(0.0)
    for number, column in enumerate(columns):
        left, right = plane.x(number) + 1, plane.x(number + 1) - 1
        top = plane.y(column.value)
        height_ = max(abs(top - zero), 0.0)
        parts.append(
            f'<rect class="{column.look}" x="{n(left)}" y="{n(min(top, zero))}" width="{n(max(right - left, 1))}" '
            f'height="{n(height_)}"><title>{escape(column.title or column.words)}</title></rect>'
        )
    parts.append(f'<path class="base" d="M{plane.left} {n(zero)}H{n(plane.end_x)}"/>')
    parts.append(plane.place_axis([(number + 0.5, column.words, False) for number, column in enumerate(columns)
                                   if column.words]))  # fmt: skip
    return plane.svg(label, *parts)


def round_bins(values: Sequence[float], most: int = 24) -> list[tuple[float, float, int]]:
    """Bins of a round width with an edge at zero, and how many values are in each: (from, to, count), `to` excluded."""
    low, high = min(values), max(values)
    rough = (high - low) / most or abs(high) / 10 or 1.0
    power: float = 10.0 ** floor(log10(rough))
    step = next(power * size for size in (1, 2, 5, 10) if power * size >= rough * 0.999)
    first, last = floor(low / step), max(ceil(high / step), floor(high / step) + 1)
    counts = [0] * (last - first)
    for value in values:
        counts[min(floor(value / step) - first, len(counts) - 1)] += 1
    return [((first + number) * step, (first + number + 1) * step, count) for number, count in enumerate(counts)]
