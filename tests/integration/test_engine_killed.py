"""The engine process killed a few times amid trading comes to the books it would have had. See tests/prove for more."""

from pathlib import Path

from tests.faults.own_emulator import own_emulator
from tests.integration.engine_kills import kill_again_and_again
from tests.integration.lively_market import lively_market

KILLS = 2


def test_an_engine_killed_amid_trading_comes_to_the_books_of_one_that_never_was(tmp_path: Path) -> None:
    market = lively_market(tmp_path, days=1, minutes=240)
    with own_emulator(tmp_path / "logs") as emulator:
        told = kill_again_and_again(emulator.host, tmp_path / "state", market, KILLS, seed=3)
    assert told.kills == told.amid_trading == KILLS
