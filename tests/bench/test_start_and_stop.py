"""The figure of start and end: its second life follows one that was killed and ends in order, or it is no figure."""

from pathlib import Path
from typing import Any

import pytest

from bench.contender import NotMeasured
from bench.start_and_stop import check, two_lives
from local.firestore import FirestoreEmulator

LET_GO = {"instance": "", "epoch": 2}


def test_a_service_that_was_killed_trades_again_and_ends(firestore_emulator: FirestoreEmulator, tmp_path: Path) -> None:
    found = two_lives(firestore_emulator.host, tmp_path, 0.0)
    assert 0 < found["trading_ms"] < 300_000
    assert 0 < found["end_ms"] < 60_000


@pytest.mark.parametrize(
    ("epoch", "code", "lease", "why"),
    [
        (1, 0, LET_GO, "epoch 1"),
        (2, 1, LET_GO, "ended with 1"),
        (2, 0, {"instance": "a1b2"}, "not let go"),
        (2, 0, {}, "not let go"),
    ],
)
def test_a_start_that_follows_nobody_or_an_end_out_of_order_is_no_figure(
    epoch: int, code: int, lease: dict[str, Any], why: str
) -> None:
    check(2, 0, LET_GO, "")
    with pytest.raises(NotMeasured, match=why):
        check(epoch, code, lease, "")
