"""Runs beside each other: their figures, what they differ in, their equity as one picture. Fed by folders of backtests.

Only runs over the same data say anything about each other: same files, symbols and days. Anything else is refused
unless it is asked for.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any

from engine.domain.errors import DataError
from engine.domain.instant import Instant, instant_of

FIGURES = (
    "net_pnl", "return_pct", "benchmark_return_pct", "charges", "trades", "win_rate", "profit_factor", "expectancy",
    "max_drawdown_pct", "sharpe", "sortino", "exposure_pct", "turnover", "losing_row_max",
)  # fmt: skip
_DATA = ("data_digest", "symbols", "from", "to")
_TERMS = ("strategy", "parameters", "seed", "cash", "currency", "charge_schedule", "venue_charges", "fill_terms",
          "intrabar")  # fmt: skip
DIGEST_SHOWN = 12  # characters: enough to tell two apart; --json has all


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run as its folder has it; the equity line in the account's currency."""

    name: str
    summary: Mapping[str, Any]
    at: Sequence[Instant]
    equity: Sequence[float]

    @property
    def cash(self) -> float:
        """What it began with."""
        said = self.summary.get("cash")
        return float(said if said is not None else self.summary["final_equity"] - self.summary["net_pnl"])

    def returns_pct(self) -> list[float]:
        """The equity line as percent of the cash."""
        return [(value / self.cash - 1) * 100 for value in self.equity]


def read_runs(folders: Sequence[Path]) -> list[KeptRun]:
    """The runs of folders that `backtest --out` wrote. Raises DataError naming the file that is missing or unfit."""
    names = [folder.name or str(folder.resolve().name) for folder in folders]
    unique = names if len(set(names)) == len(names) else [str(folder) for folder in folders]
    return [_read(folder, name) for folder, name in zip(folders, unique, strict=True)]


def _read(folder: Path, name: str) -> KeptRun:
    try:
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as problem:
        why = "there is none" if isinstance(problem, FileNotFoundError) else "it can't be read"
        words = f"{why}; a folder of `lockstep backtest --out` has one"
        raise DataError(str(folder / "summary.json"), words) from problem
    needed = ("net_pnl", "return_pct", "final_equity", "decisions_digest")
    missing = [key for key in needed if not isinstance(summary, dict) or summary.get(key) is None]
    if missing:
        raise DataError(str(folder / "summary.json"), f"is no backtest's: it lacks {', '.join(missing)}")
    wrong = [key for key in (*FIGURES, "final_equity", "cash") if not _is_figure(summary.get(key))]
    if wrong:
        raise DataError(str(folder / "summary.json"), f"is no backtest's: no number is {', '.join(wrong)}")
    at, equity = _equity(folder / "equity.csv")
    run = KeptRun(name, summary, at, equity)
    if run.cash <= 0:
        raise DataError(str(folder / "summary.json"), f"is no backtest's: it began with {run.cash:g}")
    return run


def _is_figure(value: Any) -> bool:
    """Whether a value is a finite number, or None, as a figure is that has no meaning in a run."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < inf)


def _equity(path: Path) -> tuple[list[Instant], list[float]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [(row["at"], row["equity"]) for row in csv.DictReader(file)]
        return [instant_of(datetime.fromisoformat(at)) for at, _ in rows], [float(value) for _, value in rows]
    except OSError as problem:
        raise DataError(str(path), f"can't be read: {problem.strerror or problem}") from problem
    except (KeyError, ValueError, TypeError) as problem:
        raise DataError(str(path), "is no equity line: it needs the columns at and equity") from problem


def check_same_data(runs: Sequence[KeptRun]) -> None:
    """Raise DataError at the first run whose data are others than the first run's, or that does not say."""
    first = runs[0]
    for run in runs[1:]:
        for key in _DATA:
            mine, its = first.summary.get(key), run.summary.get(key)
            if mine is None or its is None:
                who = first.name if mine is None else run.name
                raise DataError(who, f"its summary does not say {key}, so nobody can tell what it ran over; "
                                     "--anyway compares it nevertheless")  # fmt: skip
            if mine != its:
                found = "other files" if key == "data_digest" else f"{key} {_told(its)}, not {_told(mine)}"
                raise DataError(run.name, f"ran over other data than {first.name}: {found}; "
                                          "--anyway compares them nevertheless")  # fmt: skip


def _told(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def differing_words(key: str, value: Any) -> str:
    """A value of `differences` as a person reads it: the beginning of a digest, `-` for what a run does not have."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)[:DIGEST_SHOWN] if key == "data_digest" else _told(value)


def differences(runs: Sequence[KeptRun]) -> dict[str, list[Any]]:
    """The terms that are not the same in all runs, dotted, each with its value in every run."""
    flat = [_flat({key: run.summary.get(key) for key in (*_TERMS, *_DATA)}) for run in runs]
    keys = sorted({key for terms in flat for key in terms})
    rows = {key: [terms.get(key) for terms in flat] for key in keys}
    return {key: values for key, values in rows.items() if any(value != values[0] for value in values)}


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{before}{key}.")
        else:
            found[f"{before}{key}"] = value
    return found


def compared(runs: Sequence[KeptRun]) -> dict[str, Any]:
    """Everything as one document: a row of figures a run, what differs, whether all decided the same."""
    digests = {run.summary["decisions_digest"] for run in runs}
    return {
        "runs": [{"name": run.name} | {key: run.summary.get(key) for key in FIGURES} for run in runs],
        "differences": differences(runs),
        "same_decisions": len(digests) == 1,
    }
