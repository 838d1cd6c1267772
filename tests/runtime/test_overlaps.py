"""Two engines on one live account never enter twice, whenever one hangs, dies or is cut off, and another comes.

A sample; `make prove ONLY=overlaps` has a thousand (tests/prove/test_overlaps.py).
"""

from __future__ import annotations

from tests.runtime.overlaps import Overlaps, overlap_many

EACH = 50


def test_in_a_hundred_overlaps_no_entry_is_doubled() -> None:
    met = overlap_many(seeds=range(2), each=EACH)
    assert min(met["entry sent"], met["entry sent amid an overlap"], met["woke up beside another"]) > 0, met
    assert met["stood by"] > EACH, met


def test_the_same_seed_is_the_same_story() -> None:
    assert Overlaps(7).run(3).digest == Overlaps(7).run(3).digest
