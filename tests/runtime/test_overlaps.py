"""Two engines on one live account never enter twice, whenever the one hangs, dies or is cut off, and the other comes."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.runtime.overlaps import FATES, Overlaps

SEEDS, EACH = 20, 50  # 1,000 overlaps
PARTS = 5


@pytest.mark.parametrize("part", range(PARTS))
def test_in_a_thousand_overlaps_no_entry_is_doubled(part: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(part, SEEDS, PARTS):
        seen = Overlaps(seed).run(EACH)
        assert (seen.doubled, seen.strangers, seen.unsettled) == ((), (), ()), f"seed {seed}"
        met += seen.met
    assert sum(met[fate] for fate in set(FATES)) == SEEDS * EACH // PARTS
    assert all(met[fate] for fate in FATES), met
    assert min(met["entry sent"], met["entry sent amid an overlap"], met["stood by"]) > 50, met
    assert met["woke up beside another"] > 10, met


def test_the_same_seed_is_the_same_story() -> None:
    assert Overlaps(7).run(3).digest == Overlaps(7).run(3).digest
