"""A sample of `make prove ONLY=order-kills`: the engine is killed at each boundary, and loses its journal once."""

from pathlib import Path

from tests.faults.fake_firestore import FakeFirestore
from tests.venue.order_kills import Lives, kill_between_the_steps
from tests.venue.running import running_venue

KILLS = 10


def test_ten_kills_between_intent_and_fill_double_no_order_and_lose_no_fill(tmp_path: Path) -> None:
    fake = FakeFirestore()
    try:
        with running_venue() as venue:
            told = kill_between_the_steps(Lives(tmp_path, fake, venue), KILLS, seed=5)
    finally:
        fake.stop()
    assert sum(told.kills.values()) == KILLS
    assert told.journals_lost == 1
    assert told.fills > 0
