"""The engine process trades through the loss of its store. An outage that loses nothing is in tests/prove, and more."""

from pathlib import Path

from tests.faults.own_emulator import own_emulator
from tests.integration.lively_market import lively_market
from tests.integration.outage_amid_replay import traded_through

HEALTHY_S, OUTAGE_S, SIGNALS_MIN = 1.0, 4.0, 20


def test_the_loss_of_the_store_amid_trading_leaves_the_books_of_a_day_without_one(tmp_path: Path) -> None:
    market = lively_market(tmp_path, days=1, minutes=240)
    with own_emulator(tmp_path / "logs") as emulator:
        state = tmp_path / "state"
        came = traded_through(emulator, state, market, HEALTHY_S, OUTAGE_S, emptied=True, signals_min=SIGNALS_MIN)
    assert came.signals >= SIGNALS_MIN  # given while the store was away
    assert came.lives == 2  # a lease that is gone ends the engine, and the platform starts it anew
