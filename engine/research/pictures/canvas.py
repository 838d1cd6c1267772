"""The plane that pictures are drawn on: its scales, axes and the SVG around it. Used by every picture here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

RIGHT, LEFT, TOP, BOTTOM = 66, 8, 14, 22


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture's size in its own units, and the values that its plot spans. The value axis is on the right."""

    width: int
    height: int
    first: float
    last: float
    low: float
    high: float
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bottom: int = BOTTOM

    @property
    def floor_y(self) -> float:
        """Where the plot ends below."""
        return self.height - self.bottom

    @property
    def end_x(self) -> float:
        """Where the plot ends on the right."""
        return self.width - self.right

    def x(self, place: float) -> float:
        """A place along the picture."""
        return self.left + (place - self.first) / ((self.last - self.first) or 1.0) * (self.end_x - self.left)

    def y(self, value: float) -> float:
        """The height of a value; the highest is at the top."""
        return self.top + (self.high - value) / ((self.high - self.low) or 1.0) * (self.floor_y - self.top)

    def value_axis(self, words: Callable[[float], str], lines: int = 5, tagged: float | None = None) -> str:
        """Grid lines at round values, each with its value, but where the tag of another value covers it."""
        parts = []
        for value in round_values(self.low, self.high, lines):
            y = self.y(value)
            parts.append(f'<path class="grid" d="M{self.left} {n(y)}H{n(self.end_x)}"/>')
            if tagged is None or abs(self.y(tagged) - y) > 15:
                parts.append(f'<text x="{n(self.end_x + 6)}" y="{n(y + 4)}">{escape(words(value))}</text>')
        return "".join(parts)

    def place_axis(self, labels: Sequence[tuple[float, str, bool]]) -> str:
        """Labels below, each at its place; those marked true begin a day and get a line. One that has no room is left
        out.
        """
        parts, free_from = [], float(self.left - 4)
        for place, words, begins in labels:
            x = self.x(place)
            if begins:
                parts.append(f'<path class="day" d="M{n(x)} {self.top}V{n(self.floor_y)}"/>')
            reach = 3.2 * len(words)  # half the width of a label of 11 px
            middle = min(max(x, self.left + reach), self.width - reach)
            if middle - reach < free_from:
                continue
            free_from = middle + reach + 10
            parts.append(f'<text class="mid" x="{n(middle)}" y="{self.height - 6}">{escape(words)}</text>')
        return "".join(parts)

    def tag(self, value: float, words: str) -> str:
        """A value pinned to the axis."""
        y = min(max(self.y(value), self.top), self.floor_y)
        return (
            f'<rect class="tag" x="{n(self.end_x + 2)}" y="{n(y - 8)}" width="{self.right - 4}" height="16" rx="2"/>'
            f'<text class="on-tag" x="{n(self.end_x + 6)}" y="{n(y + 4)}">{escape(words)}</text>'
        )

    def svg(self, label: str, *parts: str) -> str:
        """The picture around its parts; `label` says in a sentence what it shows."""
        said = escape(label)
        return (
            f'<svg class="pic" viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}" '
            f'role="img" aria-label="{said}">{"".join(parts)}</svg>'
        )


def n(value: float) -> str:
    """A coordinate, to a tenth."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def round_values(low: float, high: float, lines: int) -> list[float]:
    """About so many round values from `low` to `high`: steps of 1, 2 or 5 times a power of ten."""
    if high <= low or lines < 1:
        return [low]
    rough = (high - low) / lines
    power: float = 10.0 ** floor(log10(rough))
    step = next(power * size for size in (1, 2, 5, 10) if power * size >= rough * 0.75)
    first = ceil(low / step - 1e-9)
    return [number * step for number in range(first, floor(high / step + 1e-9) + 1)]


def padded(values: Sequence[float], share: float = 0.06) -> tuple[float, float]:
    """The lowest and highest of some values with room around them, never nothing between."""
    low, high = min(values), max(values)
    room = (high - low) * share or max(abs(high) * 0.001, 0.5)
    return low - room, high + room


def polyline(points: Sequence[tuple[float, float]]) -> str:
    """Path data of a line through points."""
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points) if points else ""
