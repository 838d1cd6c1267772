"""kill -9 of the engine process amid trading, twenty-five times. Run by `make prove ONLY=engine-kills`; needs no data.

`make test` runs a sample of it, tests/integration/test_engine_killed.py.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.own_emulator import own_emulator
from tests.integration.engine_kills import kill_again_and_again
from tests.integration.lively_market import lively_market

pytestmark = pytest.mark.prove

KILLS, DAYS = 25, 6


def test_twenty_five_kills_leave_the_books_of_an_engine_that_was_never_killed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    market = lively_market(tmp_path, DAYS)
    with own_emulator(tmp_path / "logs") as emulator:
        told = kill_again_and_again(emulator.host, tmp_path / "state", market, KILLS, seed=20_260_105)
    assert told.kills == KILLS
    assert told.amid_trading >= KILLS * 4 // 5
    assert told.records_waiting > 0  # some kill struck between the disk and the store
    record_property("kills", told.kills)
    record_property("kills_amid_trading", told.amid_trading)
    record_property("records_waiting_at_kills", told.records_waiting)
    for name in ("signals", "orders", "fills", "trades"):
        record_property(name, market.expected.summary[name])
    record_property("seconds", round(told.seconds, 1))
