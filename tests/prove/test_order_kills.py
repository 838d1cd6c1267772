"""kill -9 of the engine between intent, send, acknowledgement and fill, two hundred times. Run by `make prove
ONLY=order-kills`; needs no data. `make test` runs a sample of it, tests/integration/test_orders_killed.py.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.fake_firestore import FakeFirestore
from tests.venue.killed_engine import BOUNDARIES
from tests.venue.order_kills import Lives, kill_between_the_steps
from tests.venue.running import running_venue

pytestmark = pytest.mark.prove

KILLS = 200


def test_two_hundred_kills_double_no_order_and_lose_no_fill(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    fake = FakeFirestore()
    try:
        with running_venue() as venue:
            told = kill_between_the_steps(Lives(tmp_path, fake, venue), KILLS, seed=20_260_105)
    finally:
        fake.stop()
    assert sum(told.kills.values()) == KILLS
    for boundary in BOUNDARIES:
        assert told.kills[boundary] >= KILLS // len(BOUNDARIES) // 2, f"{boundary} was hardly met: {told.kills}"
    assert told.journals_lost == KILLS // 10
    assert told.unknowns > 0
    assert told.fills >= told.orders // 2 > 0
    for name, figure in told.figures().items():
        record_property(name, figure)
