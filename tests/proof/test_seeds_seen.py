"""What a test run says of the fault schedules that it went through."""

from __future__ import annotations

from tests.proof.seeds_seen import said_of


def test_portions_that_follow_one_another_are_one_range() -> None:
    told = [("seeds", [700, 100, 0]), ("other", [1]), ("seeds", [500, 100, 0]), ("seeds", [600, 100, 2])]
    assert said_of(told) == ["300 fault schedules, seeds 500 to 799: 2 violated something"]


def test_a_portion_that_is_missing_parts_the_range() -> None:
    assert said_of([("seeds", [1, 5, 0]), ("seeds", [11, 5, 0])]) == [
        "5 fault schedules, seeds 1 to 5: 0 violated something",
        "5 fault schedules, seeds 11 to 15: 0 violated something",
    ]


def test_a_run_without_schedules_says_nothing() -> None:
    assert said_of([]) == []
