"""sweep.html, one page that needs nothing else: what is recommended, why to doubt it, and the pictures of both.

Fed by pipeline and quality; written by cli/sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from html import escape
from math import inf

from engine.domain.instant import DAY, Instant
from engine.research.monte_carlo import MonteCarlo
from engine.research.pictures.lines import Series, lines_svg
from engine.research.pictures.numbers import money, signed
from engine.research.report.page import Cell, Figure, both_widths, figures, legend, page, pane, table
from engine.research.sweep.drawings import climb_svg, fan_svg, heat_table, widest_pair
from engine.research.sweep.luck import Luck
from engine.research.sweep.pipeline import Swept
from engine.research.sweep.plateau import Heights, Plateau
from engine.research.sweep.quality import Quality
from engine.research.sweep.tables import set_words
from engine.research.sweep.walk_forward import LINES, WalkForward

_WIDE, _NARROW = 1_080, 560
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_LOOKS = {"recommended": "line run0", "peak": "line run1", "untuned": "line run2"}


def sweep_html(swept: Swept, quality: Quality) -> str:
    """The page as text."""
    heights = swept.heights
    body = _head(swept, quality)
    if heights is not None:
        body += pane("Plateau and peak", _candidates(swept, heights), "neighbourhoods count, not points")
        body += pane(*_heat(swept, heights))
        if swept.luck is not None and swept.peak_luck is not None:
            body += pane("How much of it is luck", _luck(swept.luck, swept.peak_luck))
    if swept.walk is not None:
        body += pane("Walk-forward: out of sample", _walk(swept.walk), _scheme(swept.walk))
    if swept.carlo is not None:
        body += pane("Monte Carlo of the recommended set's trades", _carlo(swept.carlo, swept.currency))
    words = partial(_plain, 2)
    label = "Each trial's score in its order, and the best so far"
    body += pane("Trial by trial", both_widths(
        climb_svg(swept.trials, label=label, words=words, width=_WIDE),
        climb_svg(swept.trials, label=label, words=words, width=_NARROW),
    ) if heights else "", f"{swept.options.scoring.kind}, {swept.options.kind}")  # fmt: skip
    body += pane("The data", _data(quality))
    body += _foot(swept)
    return page(f"Sweep: {swept.plan.strategy}, {swept.days[0]} to {swept.days[-1]}", body)


def _head(swept: Swept, quality: Quality) -> str:
    said = (
        f"{swept.days[0]} to {swept.days[-1]}, {len(swept.days)} trading days, {', '.join(swept.plan.symbols)}. "
        f"{swept.searched} trials and {len(swept.trials) - swept.searched} neighbours of {swept.space.size:,} points."
    )
    head = f'<header><h1>Sweep: {escape(swept.plan.strategy)} <span class="chip">SIMULATED</span></h1>'
    head += f"<p>{escape(said)}</p>"
    for warning in _warnings(swept, quality):
        head += f'<p class="warn">{escape(warning)}</p>'
    if swept.heights is None:
        return head + "<p>No trial has a score, so nothing is recommended.</p></header>"
    found = swept.heights.recommended
    words = escape(" ".join(set_words(found.trial.settings)))
    head += "<p>Recommended, and written to best.json for <code>backtest --bots</code></p>"
    head += f"<p><code>{words}</code></p></header>"
    return head + f"<section>{_figures(swept, found)}</section>"


def _warnings(swept: Swept, quality: Quality) -> list[str]:
    """What a reader must know before any figure."""
    heights, warnings = swept.heights, []
    if quality.bad:
        warnings.append(f"The data is bad and was accepted all the same: {quality.bad}.")
    if heights is not None and heights.loses:
        warnings.append("Nothing here earns: even the recommended set loses on the days that it was chosen by.")
    if heights is not None and heights.lone_peak:
        warnings.append("The highest point stands alone: a little beside it more than half of its score is gone.")
    elif heights is not None and heights.differ:
        warnings.append("The highest point is not the recommended one: its neighbours are worth less.")
    if heights is not None and heights.edges:
        named = ", ".join(heights.edges)
        warnings.append(f"The recommended set lies at the edge of {named}: beyond it nothing was tried.")
    if swept.luck is not None and not swept.luck.believable:
        warnings.append(swept.luck.sentence())
    return warnings


def _figures(swept: Swept, found: Plateau) -> str:
    trial, shown = found.trial, found.trial.outcome.figures
    items = [
        Figure(swept.options.scoring.kind, _plain(2, trial.score), f"neighbourhood {_plain(2, found.worth)}"),
        Figure("Return", signed(shown["return_pct"], 2, " %"), "all days, in sample", shown["return_pct"]),
        Figure("Deepest drawdown", f"{shown['max_drawdown_pct']:.2f} %"),
        Figure("Trades", str(shown["trades"])),
    ]
    if swept.luck is not None:
        items.append(Figure("More than luck", _share(swept.luck.deflated), "deflated Sharpe ratio"))
    if swept.walk is not None:
        line = swept.walk.equity["recommended"]
        gained = (line[-1] / line[0] - 1) * 100
        items.append(Figure("Out of sample", signed(gained, 2, " %"), "walk-forward, stitched", gained))
    if swept.carlo is not None:
        items.append(Figure("Drawdown, 1 of 20", f"{swept.carlo.max_drawdown_pct[95]:.2f} %", "Monte Carlo"))
    return figures(items)


def _candidates(swept: Swept, heights: Heights) -> str:
    rows: list[list[Cell | str]] = []
    for found in heights.candidates:
        is_one = found.trial.point == heights.recommended.trial.point
        is_peak = found.trial.point == heights.peak.trial.point
        name = " and ".join(word for word, so in (("recommended", is_one), ("peak", is_peak)) if so) or "candidate"
        shown = found.trial.outcome.figures
        rows.append([
            name, " ".join(set_words(found.trial.settings)), _plain(2, found.trial.score), _plain(2, found.worth),
            _plain(2, found.lowest), str(found.neighbours), str(shown["trades"]),
            Cell(signed(shown["return_pct"], 2, " %"), shown["return_pct"]),
        ])  # fmt: skip
    head = ("", "Settings", "Score", "Neighbourhood", "Lowest", "Points", "Trades", "Return")
    said = "A neighbourhood is worth the lower quartile of the scores in the box around a point."
    return table(head, rows, words=2) + f'<p class="quiet">{said}</p>'


def _heat(swept: Swept, heights: Heights) -> tuple[str, str, str]:
    pair = widest_pair(swept.space, heights.trials)
    if pair is None:
        return "", "", ""
    title = f"{pair[0].name} and {pair[1].name}"
    note = "median score of the trials in a cell; framed: the recommended set; broken frame: the peak"
    return title, heat_table(swept.space, pair, heights), note


def _luck(luck: Luck, of_peak: Luck) -> str:
    def row(name: str, one: str, other: str) -> list[Cell | str]:
        return [name, one, other]

    rows = [
        row("Sharpe ratio, a year", _plain(2, luck.sharpe), _plain(2, of_peak.sharpe)),
        row(f"by luck, of {luck.trials}", _plain(2, luck.by_luck), _plain(2, of_peak.by_luck)),
        row(f"by luck, of {luck.independent:.0f} independent", _plain(2, luck.by_luck_independent),
            _plain(2, of_peak.by_luck_independent)),
        row("above 0, had one been tried", _share(luck.probability), _share(of_peak.probability)),
        row("more than luck (deflated)", _share(luck.deflated), _share(of_peak.deflated)),
        row("the same, of independent", _share(luck.deflated_independent), _share(of_peak.deflated_independent)),
        row("Days of returns", str(luck.days), str(of_peak.days)),
        row("Days needed for above 0", _days(luck.days_needed), _days(of_peak.days_needed)),
    ]  # fmt: skip
    return f"<p>{escape(luck.sentence())}</p>" + table(("", "Recommended", "Peak"), rows)


def _walk(walk: WalkForward) -> str:
    series = [_equity_line(walk, line) for line in LINES]
    words = partial(_gained, walk.equity["recommended"][0])
    label = "Equity on days that no search had seen: recommended sets, peaks, and the strategy untuned"
    pictures = [
        lines_svg(series, label=label, words=words, base=walk.equity["recommended"][0], width=width)
        for width in (_WIDE, _NARROW)
    ]
    rows: list[list[Cell | str]] = []
    for step in walk.steps:
        grown = {line: (step.daily[line][-1] / step.daily[line][0] - 1) * 100 for line in LINES}
        chosen = "nothing had a score" if step.settings is None else " ".join(set_words(step.settings))
        rows.append([
            str(step.fold.test), chosen, _plain(2, step.train_score),
            *(Cell(signed(grown[line], 2, " %"), grown[line]) for line in LINES),
        ])  # fmt: skip
    total = {line: (walk.equity[line][-1] / walk.equity[line][0] - 1) * 100 for line in LINES}
    rows.append(["All", "", "", *(Cell(signed(total[line], 2, " %"), total[line]) for line in LINES)])
    head = ("Test days", "Chosen on the training days", "Score then", "Recommended", "Peak", "Untuned")
    efficiency = (
        f"There is no efficiency to speak of: {walk.why_no_efficiency}."
        if walk.efficiency is None
        else f"Efficiency {walk.efficiency:.2f}: growth a day on the test days over growth a day on the training days."
    )
    named = legend([(_LOOKS[line], line) for line in LINES])
    return named + both_widths(*pictures) + f"<p>{escape(efficiency)}</p>" + table(head, rows, words=2, total=True)


def _equity_line(walk: WalkForward, line: str) -> Series:
    at = [_noon(day) for step in walk.steps for day in step.days[line]]
    return Series(line, [at[0] - DAY, *at], walk.equity[line], _LOOKS[line])


def _scheme(walk: WalkForward) -> str:
    kind = "anchored" if walk.scheme.anchored else "rolling"
    return f"{walk.scheme.train} days to choose by, {walk.scheme.test} to trade after, {kind}, {len(walk.steps)} steps"


def _carlo(carlo: MonteCarlo, currency: str) -> str:
    words = partial(_gained, carlo.fan[50][0])
    label = f"Equity after each of {carlo.trades} trades drawn again: the middle run, half of the runs, nine tenths"
    pictures = [fan_svg(carlo, label=label, words=words, width=width) for width in (_WIDE, _NARROW)]
    rows: list[list[Cell | str]] = [
        ["Final equity", *(money(value, currency) for value in carlo.final_equity.values())],
        ["Deepest drawdown", *(f"{value:.2f} %" for value in carlo.max_drawdown_pct.values())],
    ]
    blocks = f" in blocks of {carlo.block}" if carlo.block > 1 else ""
    said = f"{carlo.runs:,} runs, {carlo.method}{blocks}, seed {carlo.seed}; {carlo.losing_share * 100:.1f} % lose."
    head = ("Percentile", *(str(number) for number in carlo.final_equity))
    return both_widths(*pictures) + table(head, rows) + f'<p class="quiet">{escape(said)}</p>'


def _data(quality: Quality) -> str:
    rows: list[Sequence[Cell | str]] = [
        (each.name, f"{each.rows:,}", str(each.days), str(each.missing_days), f"{each.covered * 100:.1f} %",
         str(each.holes), str(each.strays), each.bad() or "")
        for each in quality.series
    ]  # fmt: skip
    head = ("Series", "Rows", "Days", "Missing", "Covered", "Holes", "Outside", "Bad")
    dropped = ", ".join(f"{rule.replace('_', ' ')} {count:,}" for rule, count in quality.dropped.items())
    return table(head, rows) + (f"<p>Ticks left out: {escape(dropped)}.</p>" if dropped else "")


def _foot(swept: Swept) -> str:
    options = swept.options
    said = (
        f"Search {options.kind}, seed {swept.plan.seed}, {options.ahead} ahead; score {options.scoring.kind}, at least "
        f"{options.scoring.least_trades} trades; neighbours within {options.width * 100:.0f} % of each range. "
        "Equal data, settings and seed give this page again, on any number of cores and on a cluster."
    )
    return f"<footer>{escape(said)}</footer>"


def _noon(day: str) -> Instant:
    return (date.fromisoformat(day).toordinal() - _EPOCH_ORDINAL) * DAY + DAY // 2


def _plain(digits: int, value: float | None) -> str:
    return "-" if value is None else signed(value, digits).removeprefix("+")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value * 100:.1f} %"


def _days(value: float) -> str:
    return "never" if value == inf else f"{value:,.0f}"


def _gained(start: float, value: float) -> str:
    return signed((value / start - 1) * 100, 2, " %")
