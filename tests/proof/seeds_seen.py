"""Which fault schedules a test run went through, for its last lines: anybody can run them again.

Fed by test_schedules.py through what its reports carry; said by tests/conftest.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

PROPERTY = "seeds"  # of a report: the first seed, how many, how many of them violated something


def said_of(properties: Iterable[tuple[str, Sequence[int]]]) -> list[str]:
    """A line for each unbroken range of seeds, of all portions that were run."""
    portions = sorted(tuple(value) for name, value in properties if name == PROPERTY)
    ranges: list[list[int]] = []
    for first, count, violated in portions:
        if ranges and ranges[-1][0] + ranges[-1][1] == first:
            ranges[-1][1] += count
            ranges[-1][2] += violated
        else:
            ranges.append([first, count, violated])
    return [
        f"{count:,} fault schedules, seeds {first} to {first + count - 1}: {violated} violated something"
        for first, count, violated in ranges
    ]
