"""The simulator finds bugs: each planted one, within a bounded number of schedules."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bench import record
from bench.__main__ import write_page
from bench.provenance import commit
from local.places import ROOT
from tests.proof.bugs import BUGS
from tests.proof.finds import looked_for
from tests.proof.planted import Bug, found_by

SEEDS = 10_000
# Of each kind one that a few schedules find: most of the time goes into a start.
SAMPLE = (
    "an order is sent again when no answer comes",
    "a signal that is found again is looked for under another id",
    "entries on their way do not count against the limit",
)
SEEDS_OF_SAMPLE = 300


def test_no_two_planted_bugs_have_one_name() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_still_changes_the_code_and_the_code_still_reads(bug: Bug) -> None:
    before = (ROOT / "engine" / bug.file).read_text()
    assert ast.dump(ast.parse(bug.planted_in(before))) != ast.dump(ast.parse(before))


@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.name in SAMPLE], ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug: Bug, tmp_path: Path) -> None:
    assert found_by(bug, tmp_path, SEEDS_OF_SAMPLE) is not None


@pytest.mark.prove
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_every_planted_bug_is_found(bug: Bug, tmp_path: Path) -> None:
    try:
        assert looked_for(bug, tmp_path, SEEDS, record.FOLDER, commit(ROOT))["seed"] is not None
    finally:
        write_page()
