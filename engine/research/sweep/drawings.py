"""The pictures that only a sweep has: two parameters as a heat map, the fan of a Monte Carlo, scores trial by trial.

Fed by page.py; drawn on the plane of research/pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from statistics import median

from engine.research.monte_carlo import PERCENTILES, MonteCarlo
from engine.research.pictures.canvas import Canvas, n, padded, polyline
from engine.research.pictures.numbers import signed
from engine.research.sweep.plateau import Heights
from engine.research.sweep.search import Trial
from engine.research.sweep.space import Dimension, Space

CELLS_MAX = 14  # along a side of the heat map: levels beyond that share a cell


def fan_svg(carlo: MonteCarlo, *, label: str, words: Callable[[float], str], width: int, height: int = 260) -> str:
    """The equity after each trade: the middle run, and the bands that half and nine tenths of the runs stay in."""
    low, high = padded([value for line in carlo.fan.values() for value in line])
    plane = Canvas(width, height, 0, carlo.trades, low, high)
    lines = {
        number: [(plane.x(at), plane.y(value)) for at, value in zip(carlo.fan_at, carlo.fan[number], strict=True)]
        for number in PERCENTILES
    }
    start = carlo.fan[50][0]
    step = max(carlo.trades // 8, 1)
    places = [(float(number), str(number), False) for number in range(0, carlo.trades + 1, step)]
    return plane.svg(
        label,
        plane.value_axis(words, tagged=carlo.fan[50][-1]),
        plane.place_axis(places),
        _band(lines[5], lines[95], ".45"),
        _band(lines[25], lines[75], "1"),
        f'<path class="base" d="M{plane.left} {n(plane.y(start))}H{n(plane.end_x)}"/>',
        f'<path class="line" d="{polyline(lines[50])}"/>',
        plane.tag(carlo.fan[50][-1], words(carlo.fan[50][-1])),
    )


def _band(low: Sequence[tuple[float, float]], high: Sequence[tuple[float, float]], opacity: str) -> str:
    edge = polyline([*low, *reversed(high)])
    return f'<path d="{edge}z" style="fill:var(--line-1);opacity:calc({opacity} * .22)"/>'


def climb_svg(
    trials: Sequence[Trial], *, label: str, words: Callable[[float], str], width: int, height: int = 220
) -> str:
    """Each trial's score in its order, and the best so far."""
    scored = [(trial.number, trial.score) for trial in trials if trial.score is not None]
    if len(scored) < 2:
        return ""
    low, high = padded([score for _, score in scored])
    plane = Canvas(width, height, 0, max(number for number, _ in scored), low, high)
    dots = "".join(
        f'<circle class="bar-n" cx="{n(plane.x(number))}" cy="{n(plane.y(score))}" r="2"/>' for number, score in scored
    )
    best = float("-inf")
    steps: list[tuple[float, float]] = []
    for number, score in scored:
        if score > best:
            if steps:
                steps.append((plane.x(number), plane.y(best)))
            best = score
            steps.append((plane.x(number), plane.y(best)))
    steps.append((plane.x(scored[-1][0]), plane.y(best)))
    step = max(len(trials) // 8, 1)
    places = [(float(number), str(number), False) for number in range(0, len(trials), step)]
    return plane.svg(
        label, plane.value_axis(words, tagged=best), plane.place_axis(places), dots,
        f'<path class="line" d="{polyline(steps)}"/>', plane.tag(best, words(best)),
    )  # fmt: skip


def widest_pair(space: Space, trials: Sequence[Trial]) -> tuple[Dimension, Dimension] | None:
    """The two dimensions that were tried at the most levels: what a heat map of the search can show best."""
    seen = {
        number: len({trial.point[number] for trial in trials if trial.score is not None})
        for number, _ in enumerate(space.dimensions)
    }
    chosen = sorted(sorted(seen, key=lambda number: (-seen[number], number))[:2])
    if len(chosen) < 2 or any(seen[number] < 2 for number in chosen):
        return None
    return space.dimensions[chosen[0]], space.dimensions[chosen[1]]


def heat_table(space: Space, pair: tuple[Dimension, Dimension], heights: Heights) -> str:
    """The median score in each cell of two parameters, whatever the others were; the recommended set's cell has a thick
    frame, the peak's a broken one."""
    across, down = pair
    numbers = [[each.name for each in space.dimensions].index(one.name) for one in pair]
    cells: dict[tuple[int, int], list[float]] = {}
    for trial in heights.trials:
        if trial.score is not None:
            place = _bin(across, trial.point[numbers[0]]), _bin(down, trial.point[numbers[1]])
            cells.setdefault(place, []).append(trial.score)
    marks = {}
    for found, frame in ((heights.peak, "2px dashed"), (heights.recommended, "3px solid")):
        point = found.trial.point
        marks[_bin(across, point[numbers[0]]), _bin(down, point[numbers[1]])] = frame
    worths = {place: median(scores) for place, scores in cells.items()}
    most = max((abs(worth) for worth in worths.values()), default=0.0) or 1.0
    columns = range(_bin(across, len(across.levels) - 1) + 1)
    rows = []
    for row in reversed(range(_bin(down, len(down.levels) - 1) + 1)):
        found_cells = "".join(
            _cell(worths.get((column, row)), len(cells.get((column, row), ())), most, marks.get((column, row)))
            for column in columns
        )
        rows.append(f'<tr><th scope="row">{escape(_words(down, row))}</th>{found_cells}</tr>')
    head = "".join(f'<th scope="col">{escape(_words(across, column))}</th>' for column in columns)
    return (
        f'<div class="scroll" tabindex="0"><table class="heat"><thead><tr><th>{escape(down.name)} \\ '
        f"{escape(across.name)}</th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _bin(dimension: Dimension, level: int) -> int:
    return level * CELLS_MAX // len(dimension.levels) if len(dimension.levels) > CELLS_MAX else level


def _words(dimension: Dimension, cell: int) -> str:
    """A cell's first level."""
    count = len(dimension.levels)
    level = -(-cell * count // CELLS_MAX) if count > CELLS_MAX else cell
    value = dimension.levels[level]
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def _cell(worth: float | None, count: int, most: float, frame: str | None) -> str:
    outline = f";outline:{frame} var(--text);outline-offset:-3px" if frame else ""
    if worth is None:
        return f'<td style="{outline[1:]}"></td>' if frame else "<td></td>"
    share = round(8 + 52 * min(abs(worth) / most, 1.0))
    colour = "gain" if worth > 0 else "loss"
    ground = f"background:color-mix(in srgb,var(--{colour}) {share}%,var(--surface))"
    words = signed(worth, 2).removeprefix("+")
    return f'<td title="{count} trial{"" if count == 1 else "s"}" style="{ground}{outline}">{words}</td>'
