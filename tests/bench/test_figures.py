"""Figures: ratios are taken within a round, results are kept whole, the page tells what was missed."""

from pathlib import Path

import pytest

from bench import record
from bench.contender import OURS, NotMeasured, run
from bench.figure import Figure, Measured, Target, Terms, ratio, spreads, turned
from bench.figures import FIGURES
from bench.long_run import ranges_in
from bench.page import page_of
from bench.planted_bugs import bugs_in
from bench.rounds import same_work

ROUNDS = [
    {"ours": {"ticks_per_s": 60.0}, "theirs": {"ticks_per_s": 10.0}},
    {"ours": {"ticks_per_s": 20.0}, "theirs": {"ticks_per_s": 5.0}},
    {"ours": {"ticks_per_s": 100.0}, "theirs": {"ticks_per_s": 50.0}},
]
ORIGIN = {
    "command": "make bench ONLY=sample",
    "commit": "abc1234",
    "date": "2026-01-05T04:00Z",
    "machine": {"cores": 2, "processor": "a processor", "system": "Linux", "python": "3.11.7", "load": 0.1},
}


def measured() -> Measured:
    """What came of the rounds above."""
    return Measured(3, spreads(ROUNDS), {"ticks_per_s": ratio(ROUNDS, "ticks_per_s", "ours", "theirs")}, {"ticks": 9})


def sample(must: float) -> Figure:
    """A figure whose ratio must be at least so much."""

    def measure(terms: Terms) -> Measured:
        return measured()

    return Figure("sample", "A sample", "How it is measured.", ("A limit.",), (Target("ticks_per_s", must),), measure)


def test_a_ratio_is_taken_within_each_round() -> None:
    assert ratio(ROUNDS, "ticks_per_s", "ours", "theirs") == [4.0, 2.0, 6.0]  # of medians it would be 6.0
    assert spreads(ROUNDS)["ours"]["ticks_per_s"] == [60.0, 20.0, 100.0]


def test_another_contender_begins_each_round() -> None:
    assert [turned("abc", number)[0] for number in range(4)] == ["a", "b", "c", "a"]
    assert sorted(turned("abc", 2)) == ["a", "b", "c"]


@pytest.mark.parametrize(("must", "verdict"), [(4, "met"), (5, "**missed**")])
def test_the_page_tells_ratio_target_and_verdict(must: float, verdict: str) -> None:
    figure = sample(must)
    result = record.result_of(figure, measured(), ORIGIN)
    assert (result["ratio"], result["must"], result["met"]) == (4.0, must, verdict == "met")
    page = page_of([figure], {"sample": result})
    assert f"| A sample: ticks / s | 4 (2-6) | at least {must} | {verdict} |" in page
    assert "`make bench ONLY=sample` · 3 rounds · ticks: 9 · commit abc1234" in page


def test_a_figure_never_measured_is_on_the_page_as_such() -> None:
    assert "| A sample | not measured yet |" in page_of([sample(1)], {})


def test_the_page_of_the_repository_is_made_from_its_results() -> None:
    results = {figure.name: found for figure in FIGURES if (found := record.read(record.FOLDER, figure.name))}
    page = page_of(FIGURES, results, ranges_in(record.FOLDER), bugs_in(record.FOLDER))
    assert (record.FOLDER.parent.parent / "BENCHMARKS.md").read_text() == page


def test_a_result_is_read_back_and_a_broken_one_is_none(tmp_path: Path) -> None:
    record.write(tmp_path, "sample", {"ratio": 1.5})
    assert record.read(tmp_path, "sample") == {"ratio": 1.5}
    (tmp_path / "torn.json").write_text('{"ratio": 1.')
    assert record.read(tmp_path, "torn") is None
    assert record.read(tmp_path, "absent") is None


def test_other_signals_than_ours_are_no_figure() -> None:
    ours = {"signals": [["TCS", 60, "BUY"]], "bars": 1}
    with pytest.raises(NotMeasured, match=r"peer gave other signals \(0\) than ours \(1\)"):
        same_work({"ours": ours, "peer": {"signals": [], "bars": 1}}, "ours")
    assert same_work({"ours": ours, "peer": dict(ours)}, "ours")["signals"] == 1


def test_a_contender_that_fails_is_told_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match=r"bench\.ours ended with 1"):
        run(OURS, "bench.ours", str(tmp_path / "nothing.npz"))


def test_peers_that_are_not_installed_are_told_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="make setup-bench"):
        run(tmp_path / "python", "bench.peers.nautilus_ticks")
