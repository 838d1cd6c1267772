"""The figure of ticks beside a drain: its documents really go out, and a run in which they do not is no figure."""

from pathlib import Path

import pytest

from bench.contender import NotMeasured
from bench.drain_beside_ticks import AT_ONCE, DOCUMENTS, EVENLY, NONE, WAYS, check, one_round
from bench.emulated import environment
from local.firestore import FirestoreEmulator

SECONDS = 1.0


def test_five_hundred_documents_a_second_reach_the_store_while_every_tick_comes(
    firestore_emulator: FirestoreEmulator, firestore_project: str, tmp_path: Path
) -> None:
    env = environment(firestore_emulator.host, tmp_path, GOOGLE_CLOUD_PROJECT=firestore_project)
    found = one_round(env, (NONE, EVENLY), SECONDS, warm_s=0.5)
    assert found[NONE]["ticks_per_s"] > 500
    assert found[EVENLY]["ticks_per_s"] > 500
    assert found[EVENLY]["documents_per_s"] > found[NONE]["documents_per_s"] + 0.5 * DOCUMENTS


@pytest.mark.parametrize(("way", "wrong"), [(NONE, {"ticks_per_s": 900.0}), (AT_ONCE, {"documents_per_s": 400.0})])
def test_ticks_or_documents_that_never_came_are_no_figure(way: str, wrong: dict[str, float]) -> None:
    good = {name: {"ticks_per_s": 1_000.0, "documents_per_s": 510.0} for name in WAYS}
    check(good)
    with pytest.raises(NotMeasured, match=way):
        check(good | {way: good[way] | wrong})
