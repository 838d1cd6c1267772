"""The simulator finds bugs: each planted one, within a bounded number of schedules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof.planted import BUGS, Bug, found_by

SAMPLE = 3
SEEDS_OF_SAMPLE = 300
SEEDS = 10_000


@pytest.mark.parametrize("bug", BUGS[:SAMPLE], ids=lambda bug: bug.name)
def test_a_planted_bug_is_found(bug: Bug, tmp_path: Path) -> None:
    assert found_by(bug, tmp_path, SEEDS_OF_SAMPLE) is not None


@pytest.mark.prove
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_every_planted_bug_is_found(bug: Bug, tmp_path: Path) -> None:
    assert found_by(bug, tmp_path, SEEDS) is not None
