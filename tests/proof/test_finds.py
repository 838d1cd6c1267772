"""What became of a planted bug is kept, and looked for again only where the code is another."""

from __future__ import annotations

from pathlib import Path

from bench.page_schedules import planted_of
from bench.planted_bugs import bugs_in, keep
from tests.proof.bugs import BUGS
from tests.proof.finds import looked_for

FOUND = {"bug": BUGS[1].name, "seed": 12, "schedules": 12, "says": "I3: it left", "seconds": 1.0, "commit": "c0ffee"}
MISSED = {**FOUND, "bug": BUGS[0].name, "seed": None, "schedules": 10_000, "says": None}


def test_a_bug_that_this_commit_found_is_not_looked_for_again(tmp_path: Path) -> None:
    keep(tmp_path, [MISSED, FOUND])
    assert looked_for(BUGS[1], tmp_path / "never made", 1, tmp_path, "c0ffee") == FOUND


def test_one_that_another_commit_found_is_looked_for_again_and_keeps_its_place(tmp_path: Path) -> None:
    keep(tmp_path, [MISSED, FOUND])
    row = looked_for(BUGS[0], tmp_path / "copy", 1, tmp_path, "another")
    assert (row["schedules"], row["commit"]) == (1, "another")
    assert bugs_in(tmp_path) == [row, FOUND]


def test_the_page_says_after_how_many_schedules_and_which_was_not_found() -> None:
    page = planted_of([MISSED, FOUND])
    assert f"| {BUGS[0].name} | 10,000 | **nothing** |" in page
    assert f"| {BUGS[1].name} | 12 | I3: it left |" in page
    assert "**1 of 2 found** (commit c0ffee)." in page
    assert planted_of([]) == ""
