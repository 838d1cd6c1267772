"""What became of the bugs that were planted, as it is kept. Fed by tests/proof/finds.py; on the page by
page_schedules.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import record

NAME = "planted"


def bugs_in(folder: Path) -> list[dict[str, Any]]:
    """A row a bug: the `seed` that found it and what it `says`, both None where none of its `schedules` did."""
    kept = record.read(folder, NAME)
    return [] if kept is None else list(kept["bugs"])


def keep(folder: Path, bugs: Sequence[dict[str, Any]]) -> None:
    """Write the rows down."""
    record.write(folder, NAME, {"command": f"make prove ONLY={NAME}", "bugs": list(bugs)})
