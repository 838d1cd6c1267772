"""compare.html: several runs on one page, their equity on one axis. Fed by comparison.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.research.comparison import KeptRun, compared, differing_words
from engine.research.pictures.lines import Series, lines_svg
from engine.research.pictures.look import RUNS
from engine.research.pictures.numbers import grouped, signed
from engine.research.report.headline import NONE
from engine.research.report.page import Cell, both_widths, legend, page, pane, table

# Column, key of the summary, decimals, unit, whether its sign is coloured.
_COLUMNS = (
    ("Net P&L", "net_pnl", 2, "", True),
    ("Return", "return_pct", 2, " %", True),
    ("Buy and hold", "benchmark_return_pct", 2, " %", False),
    ("Charges", "charges", 2, "", False),
    ("Trades", "trades", 0, "", False),
    ("Win rate", "win_rate", 1, " %", False),
    ("Profit factor", "profit_factor", 2, "", False),
    ("Expectancy", "expectancy", 2, "", False),
    ("Deepest drawdown", "max_drawdown_pct", 2, " %", False),
    ("Sharpe", "sharpe", 2, "", False),
    ("Sortino", "sortino", 2, "", False),
    ("Exposure", "exposure_pct", 1, " %", False),
)


def compare_html(runs: Sequence[KeptRun]) -> str:
    """The page as text. Names, parameters and symbols are escaped."""
    said = compared(runs)
    names = [run.name for run in runs]
    alike = "<p>All runs took the same decisions.</p>" if said["same_decisions"] else ""
    head = f'<header><h1>Runs beside each other <span class="chip">SIMULATED</span></h1>{alike}</header>'
    body = head + "".join((
        pane("Equity", _equity(runs), "percent of the starting cash, net of charges"),
        pane("Figures", figures_table(runs)),
        pane("What differs", _differences(said["differences"], names)),
    ))  # fmt: skip
    return page(f"Compared: {', '.join(names)}", body)


def _equity(runs: Sequence[KeptRun]) -> str:
    series = [Series(run.name, run.at, run.returns_pct(), _look(number)) for number, run in enumerate(runs)]
    pictures = [
        lines_svg(series, label="Equity of each run, percent of its cash", words=lambda value: signed(value, 2, " %"),
                  base=0.0, width=width, height=height)
        for width, height in ((1_080, 320), (358, 260))
    ]  # fmt: skip
    keys = [(_look(number), run.name) for number, run in enumerate(runs)]
    return legend(keys) + both_widths(pictures[0], pictures[1])


def _look(number: int) -> str:
    return f"line run{number % RUNS}"


def figures_table(runs: Sequence[KeptRun]) -> str:
    """A row a run."""
    rows = [(run.name, *(_cell(run, column) for column in _COLUMNS)) for run in runs]
    return table(("Run", *(name for name, *_ in _COLUMNS)), rows)


def _cell(run: KeptRun, column: tuple[str, str, int, str, bool]) -> Cell | str:
    _, key, digits, unit, coloured = column
    value = run.summary.get(key)
    if not isinstance(value, int | float):
        return NONE
    value = value * 100 if key == "win_rate" else value
    if coloured:
        text = signed(value, digits, unit) if unit else grouped(value, digits, run.summary.get("currency", "INR"))
        return Cell(text, round(value, digits))
    return signed(value, digits, unit).lstrip("+") if unit or digits else f"{value:,}"


def _differences(differing: dict[str, list[Any]], names: Sequence[str]) -> str:
    rows = [
        (key, *(NONE if value is None else differing_words(key, value) for value in values))
        for key, values in differing.items()
    ]
    return table(("", *names), rows) or "<p>Nothing: bots, terms and data are the same.</p>"
