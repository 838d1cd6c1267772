"""What became of each planted bug: the first seed that finds it, kept for the commit that it was planted in, so that a
proof that is interrupted goes on. Fed by test_planted.py; kept by bench/planted_bugs.py.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bench.planted_bugs import bugs_in, keep
from bench.provenance import now
from tests.proof.bugs import BUGS
from tests.proof.planted import Bug, found_by

FIRST = 1


def looked_for(bug: Bug, folder: Path, seeds: int, kept_in: Path, version: str) -> dict[str, Any]:
    """Look for a bug with so many seeds, in a copy made in `folder`; its row, `seed` None where none finds it.

    One that was found in this version before is not looked for again.
    """
    rows = {row["bug"]: row for row in bugs_in(kept_in)}
    known = rows.get(bug.name)
    if known is not None and known["commit"] == version and known["seed"] is not None:
        return known
    began = time.monotonic()
    found = found_by(bug, folder, seeds, FIRST)
    rows[bug.name] = {
        "bug": bug.name,
        "seed": None if found is None else found[0],
        "schedules": seeds if found is None else found[0] - FIRST + 1,
        "says": None if found is None else found[1],
        "seconds": round(time.monotonic() - began, 1),
        "commit": version,
        "date": now()[:10],
    }
    keep(kept_in, [rows[one.name] for one in BUGS if one.name in rows])
    return rows[bug.name]
