"""kill -9 of the engine: the stop rests on at the venue, fills there, and the restart books it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tests.faults.fake_firestore import FakeFirestore
from tests.venue.order_kills import ACCOUNT, SPEED, Lives
from tests.venue.running import RunningVenue, running_venue

WITHIN_S = 90.0


def resting(lives: Lives, venue: RunningVenue) -> dict[str, Any] | None:
    """A protective stop that both the store and the venue have at work, untouched."""
    theirs = {order["client_order_id"]: order for order in venue.book()["orders"]}
    for identity, order in lives.store.all_of("orders", ACCOUNT).items():
        there = theirs.get(identity)
        untouched = there is not None and (there["state"], there["filled_quantity"]) == ("working", "0")
        if order["purpose"] == "protect" and untouched:
            return {**order, "id": identity}
    return None


def test_a_stop_fills_while_the_engine_is_dead_and_the_restart_books_it_once(tmp_path: Path) -> None:
    fake = FakeFirestore()
    try:
        with running_venue() as venue:
            lives = Lives(tmp_path, fake, venue)
            engine = lives.begin("journal", SPEED)
            try:
                until, stop = time.monotonic() + WITHIN_S, None
                while stop is None:
                    assert engine.poll() is None, lives.words()
                    assert time.monotonic() < until, f"no stop rests\n{lives.words()}"
                    time.sleep(0.05)
                    if resting(lives, venue) is not None:
                        engine.kill()
                        engine.wait(60)
                        stop = resting(lives, venue)
                        if stop is None:  # it was on its way out
                            engine = lives.begin("journal", SPEED)
            finally:
                engine.kill()
                engine.wait(60)
            assert stop["order_type"] == "STOP_LIMIT"
            venue.do("price", symbol=stop["symbol"], price=str(stop["trigger_price"]))
            until = time.monotonic() + WITHIN_S
            while {o["client_order_id"]: o["state"] for o in venue.book()["orders"]}[stop["id"]] != "filled":
                assert time.monotonic() < until, "the stop does not fill"
                time.sleep(0.05)
            lives.settled("journal")
            booked = lives.store.all_of("orders", ACCOUNT)[stop["id"]]
            assert booked["state"] == "filled"
            fills = [fill for fill in lives.store.all_of("fills", ACCOUNT).values() if fill["order_id"] == stop["id"]]
            assert sum(fill["quantity"] for fill in fills) == stop["quantity"]
            lives.check_venue(intents=False)
    finally:
        fake.stop()
