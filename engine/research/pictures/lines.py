"""Lines over trading time: equity beside its benchmark, drawdowns, several runs. Columns to SVG text.

The axis is the sessions' minutes one after the other, so nights and weekends take no room. A line is thinned to what
the picture can show; each stretch keeps its highest and its lowest point, so no spike is lost.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from engine.domain.instant import DAY, SECOND, Instant, moment_of
from engine.research.pictures.canvas import Canvas, n, padded, polyline

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """A line: values at instants, in order of time. `look` is its class of look.py."""

    name: str
    at: Sequence[Instant]
    values: Sequence[float]
    look: str = "line"


def lines_svg(
    series: Sequence[Series],
    *,
    label: str,
    words: Callable[[float], str],
    base: float | None = None,
    shaded: bool = False,
    utc_offset_s: int = 0,
    width: int = 1_080,
    height: int = 260,
    notes: Sequence[tuple[Instant, float, str]] = (),
) -> str:
    """Lines on one axis, the last value of the first pinned to it. `base` is drawn across; `shaded` fills the first
    line's distance from it, gain and loss apart. `notes` are words at an instant and a value of some line.
    """
    instants = sorted({at for line in series for at in line.at})
    drawn = [line for line in series if len(line.at)]
    if len(instants) < 2 or not drawn:
        return Canvas(width, 60, 0, 1, 0, 1).svg(label, '<text class="mid" x="50%" y="34">Too short for a line.</text>')
    values = [value for line in drawn for value in (min(line.values), max(line.values))]
    low, high = padded([*values, *([] if base is None else [base])])
    plane = Canvas(width, height, 0, len(instants) - 1, low, high)
    last = drawn[0].values[-1]
    parts = [plane.value_axis(words, tagged=last), plane.place_axis(_labels(instants, utc_offset_s, width))]
    places = {at: number for number, at in enumerate(instants)}
    points = [
        thinned([(places[at], value) for at, value in zip(line.at, line.values, strict=True)], width) for line in drawn
    ]
    if base is not None:
        if shaded:
            parts += [_area(plane, points[0], base, "area-gain", max), _area(plane, points[0], base, "area-loss", min)]
        parts.append(f'<path class="base" d="M{plane.left} {n(plane.y(base))}H{n(plane.end_x)}"/>')
    for line, thin in reversed(list(zip(drawn, points, strict=True))):
        path = polyline([(plane.x(place), plane.y(value)) for place, value in thin])
        parts.append(f'<path class="{line.look}" d="{path}"><title>{escape(line.name)}</title></path>')
    for at, value, note in notes:
        x, y = n(plane.x(places[at])), n(plane.y(value) - 6)
        parts.append(f'<text class="strong halo" x="{x}" y="{y}">{escape(note)}</text>')
    return plane.svg(label, *parts, plane.tag(last, words(last)))


def thinned(points: Sequence[Point], width: int) -> list[Point]:
    """No more than about two points for each unit of width: of each stretch the first, lowest, highest and last."""
    stretch = len(points) // max(width // 2, 1)
    if stretch < 3:
        return list(points)
    kept: list[Point] = []
    for start in range(0, len(points), stretch):
        part = points[start : start + stretch]
        ends = {part[0], part[-1], min(part, key=lambda point: point[1]), max(part, key=lambda point: point[1])}
        kept += sorted(ends)
    return kept


def _area(plane: Canvas, points: Sequence[Point], base: float, look: str, side: Callable[[float, float], float]) -> str:
    """The part of a line's distance from the base that lies on one side of it."""
    edge = [(plane.x(place), plane.y(side(value, base))) for place, value in points]
    y = n(plane.y(base))
    return f'<path class="{look}" d="{polyline(edge)}L{n(edge[-1][0])} {y}L{n(edge[0][0])} {y}z"/>'


def _labels(instants: Sequence[Instant], utc_offset_s: int, width: int) -> list[tuple[float, str, bool]]:
    """Hours of one day, days of some weeks, or months."""
    offset = utc_offset_s * SECOND - 1  # a point tells of the minute before it: midnight's is the old day's
    days = [next(group) for _, group in groupby(instants, key=lambda at: (at + offset) // DAY)]
    if len(days) == 1:
        step = 3_600 * SECOND
        offset += 1
        first, last = instants[0] + offset, instants[-1] + offset
        hours = range(-(-first // step) * step, last + 1, step)
        return [
            (float(bisect_left(instants, at - offset)), f"{moment_of(at):%H:%M}", False)
            for at in [*([] if hours and hours[0] == first else [first]), *hours]
        ]
    if len(days) <= 60:
        lined = len(days) <= width // 60
        return [(float(bisect_left(instants, at)), _day_words(at + offset), lined) for at in days]
    months = [next(group) for _, group in groupby(days, key=lambda at: f"{moment_of(at + offset):%Y-%m}")]
    return [(float(bisect_left(instants, at)), f"{moment_of(at + offset):%b %Y}", True) for at in months]


def _day_words(at: Instant) -> str:
    moment = moment_of(at)
    return f"{moment.day} {moment:%b}"
