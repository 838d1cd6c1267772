"""The figure of ticks during an outage: its engine is the production's, and a run that shows nothing is no figure."""

import pytest

from bench.contender import NotMeasured
from bench.outage_ticks import HEALTHY, OUTAGES, check, one_run

SECONDS = 2.0


def test_an_engine_takes_every_tick_while_its_store_answers_nobody() -> None:
    found = one_run("unavailable", OUTAGES["unavailable"], SECONDS)
    assert found["ticks"] == pytest.approx(1_000 * SECONDS, rel=0.05)
    assert 0 < found["p50_us"] <= found["p99_us"] <= found["p999_us"]
    assert found["cpu_pct"] > 0
    assert found["store_state"] != "healthy"


@pytest.mark.parametrize(
    ("way", "wrong"),
    [
        (HEALTHY, {"store_state": "down"}),
        ("refused", {"store_state": "healthy"}),
        ("blackhole", {"ticks_per_s": 900.0}),
    ],
)
def test_an_outage_that_was_none_or_ticks_that_never_came_are_no_figure(way: str, wrong: dict[str, object]) -> None:
    good = {way: {"ticks_per_s": 1_000.0, "store_state": "down"} for way in OUTAGES}
    good[HEALTHY] = {"ticks_per_s": 1_000.0, "store_state": "healthy"}
    check(good)
    with pytest.raises(NotMeasured, match=way):
        check(good | {way: good[way] | wrong})
