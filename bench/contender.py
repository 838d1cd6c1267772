"""Runs one contender once, in a fresh process on one core, which prints its result as JSON. Fed by the figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OURS = Path(sys.executable)
PEERS = ROOT / "bench" / "venv" / "bin" / "python"
FREQTRADE = ROOT / "bench" / "venv_freqtrade" / "bin" / "python"
WITHIN_S = 900


class NotMeasured(Exception):
    """A contender did not come to its end; the message says which, and the last it wrote."""


def run(python: Path, module: str, *words: str) -> dict[str, Any]:
    """The JSON object on the last line that `python -m module words…` prints. Raises NotMeasured."""
    if not python.exists():
        raise NotMeasured("The peers are not installed. Install them with: make setup-bench")
    with one_core():
        answer = subprocess.run(
            [str(python), "-m", module, *words],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
    lines = answer.stdout.splitlines()
    if answer.returncode or not lines:
        raise NotMeasured(f"{module} ended with {answer.returncode}:\n{answer.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(lines[-1])
    return result


@contextmanager
def one_core() -> Iterator[int | None]:
    """Processes started within run on one core, the last this process may use; None where a system has no such call."""
    if not hasattr(os, "sched_setaffinity"):
        yield None
        return
    before = os.sched_getaffinity(0)
    core = max(before)
    os.sched_setaffinity(0, {core})
    try:
        yield core
    finally:
        os.sched_setaffinity(0, before)
