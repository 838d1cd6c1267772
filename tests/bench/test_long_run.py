"""The long run goes on where it was, keeps what each commit saw, and the page adds it up."""

from __future__ import annotations

from pathlib import Path

from bench import long_run
from bench.long_run import go_on, ranges_in
from bench.page_schedules import section_of
from bench.record import write

OF_BEFORE = {
    "first": 1, "last": 4, "schedules": 4, "orders": 9, "fills": 5, "lives": 6, "violated": {"3": ["I4: a fill"]},
    "seconds": 2.0, "commit": "before", "date": "2026-01-05", "machine": {"cores": 2, "load": 0.1},
}  # fmt: skip


def test_it_goes_on_with_the_first_seed_that_nobody_has_seen_until_so_many_were(tmp_path: Path) -> None:
    write(tmp_path, long_run.NAME, {"ranges": [OF_BEFORE]})
    said: list[str] = []
    ranges = go_on(tmp_path, 10, said.append, portion=3, workers=1)
    assert ranges[0] == OF_BEFORE
    assert [(one["first"], one["last"], one["schedules"], one["violated"]) for one in ranges[1:]] == [(5, 10, 6, {})]
    assert ranges == ranges_in(tmp_path)
    assert len(said) == 2


def test_the_page_says_how_many_were_seen_and_which_seeds_violated_what() -> None:
    later = {**OF_BEFORE, "first": 5, "last": 1_004, "schedules": 1_000, "violated": {}, "commit": "later"}
    page = section_of([OF_BEFORE, later])
    assert "**1,004 of 1,000,000 seen so far; 1 violated something.**" in page
    assert "| 1-4 | 4 | 1: 3 (I4) | 9 | 2 (2 cores, load average 0.1) | before | 2026-01-05 |" in page
    assert "| 5-1,004 | 1,000 | 0 |" in page


def test_a_page_without_any_says_so() -> None:
    assert "None were run yet." in section_of([])
