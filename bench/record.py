"""Results as files, bench/results/*.json. Fed by __main__ and prove; read by page and, to go on, by prove."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.figure import Figure, Measured

FOLDER = Path(__file__).parent / "results"


def result_of(figure: Figure, measured: Measured, origin: Mapping[str, Any]) -> dict[str, Any]:
    """A figure as it is kept; `origin` says by which command, when, on what."""
    targets = {
        target.ratio: {
            "must": target.must,
            "at_most": target.at_most,
            "met": target.met_by(measured.ratios[target.ratio][0]),
        }
        for target in figure.targets
    }
    first = figure.targets[0]
    return {
        "figure": figure.name,
        "ratio": measured.ratios[first.ratio][0],
        "ratio_of": first.ratio,
        "must": first.must,
        "met": all(target["met"] for target in targets.values()),
        "rounds": measured.rounds,
        "ways": measured.ways,
        "ratios": measured.ratios,
        "targets": targets,
        "facts": measured.facts,
        **origin,
    }


def write(folder: Path, name: str, result: Mapping[str, Any]) -> Path:
    """Write a result whole, or not at all; returns where it lies."""
    folder.mkdir(parents=True, exist_ok=True)
    path, aside = folder / f"{name}.json", folder / f".{name}.writing"
    aside.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    aside.replace(path)
    return path


def read(folder: Path, name: str) -> dict[str, Any] | None:
    """A result by its name; None where there is none, or none that can be read."""
    try:
        found = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
