"""A million fault schedules, over as many days as that takes: what was seen is kept, and told in BENCHMARKS.md."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from bench import record
from bench.__main__ import write_page
from bench.long_run import go_on, ranges_in

MILLION = 1_000_000


@pytest.mark.prove
def test_a_million_schedules_are_seen_and_those_of_today_violate_nothing(
    record_property: Callable[[str, object], None],
) -> None:
    before = {seed for one in ranges_in(record.FOLDER) for seed in one["violated"]}
    try:
        go_on(record.FOLDER, MILLION, lambda line: sys.stderr.write(f"{line}\n"))
    finally:
        write_page()
    ranges = ranges_in(record.FOLDER)
    record_property("schedules", sum(one["schedules"] for one in ranges))
    now = {seed: said for one in ranges for seed, said in one["violated"].items() if seed not in before}
    assert not now, "\n".join(f"lockstep simulate --seed {seed}: {said}" for seed, said in now.items())
