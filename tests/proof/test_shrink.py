"""A failing schedule is made short, and its short story can be told again."""

from __future__ import annotations

from pathlib import Path

from engine.proof.trims import Trims, trims_of
from tests.proof.bugs import BUGS
from tests.proof.planted import found_by, simulated

BUG = next(bug for bug in BUGS if bug.name == "no answer counts as a rejection")


def test_the_short_story_of_a_planted_bug_fails_alike_with_less_in_it(tmp_path: Path) -> None:
    found = found_by(BUG, tmp_path, 400)
    assert found is not None
    seed, said = str(found[0]), found[1]
    short = simulated(tmp_path, "--seed", seed, "--shrink")
    whole = simulated(tmp_path, "--seed", seed, "--trace")
    assert said.partition(":")[0] in {sentence.partition(":")[0] for sentence in short["violations"]}
    assert short["without"], "something of what happens in it is not needed"
    assert short["trace"] != whole["trace"]
    again = simulated(tmp_path, "--seed", seed, "--without", short["without"], "--trace")
    assert (again["violations"], again["trace"]) == (short["violations"], short["trace"])


def test_what_is_left_out_is_written_as_it_is_read() -> None:
    trims = Trims(frozenset({"crash"}), frozenset({("rests", 2)}), 93.5, no_successors=True, one_bot=True)
    assert trims_of(trims.words(), ["crash", "rests"]) == trims
