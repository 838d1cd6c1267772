"""The figure of a tick's way to a screen: whoever writes, each signal is seen, and timed from when it began."""

from pathlib import Path

import pytest

from bench.contender import NotMeasured
from bench.minute_market import Closed
from bench.screen_engine import BOT_OF, BURST, NAMES, ids_of, steps_of
from bench.tick_to_screen import BARE, OURS, Scene, took_ms, ways_ms
from local.firestore import FirestoreEmulator

FEW = Scene("few", 20, 2, 0.2, 0, 1)


def test_single_signals_come_of_one_bot_after_the_other_and_a_burst_of_all() -> None:
    single = [step.symbols for step in steps_of(1, 12, 0.1)]
    assert all(len(symbols) == 1 for symbols in single)
    assert [BOT_OF[symbol] for (symbol,) in single[:3]] == ["bot-0", "bot-1", "bot-2"]
    assert len(set(single)) == 12
    (burst,) = steps_of(BURST, 1, 0.1)
    assert burst.symbols == NAMES
    (one,) = ids_of("paper-test", [Closed(burst, 60_000_000, 5)])
    assert (one[0], len(set(one[1]))) == (5, BURST)


@pytest.mark.parametrize("name", [OURS, BARE])
def test_a_screen_sees_every_signal_whoever_writes_it(
    name: str, firestore_emulator: FirestoreEmulator, tmp_path: Path
) -> None:
    took = took_ms(name, FEW, firestore_emulator.host, tmp_path)
    assert len(took) == FEW.signals * (FEW.times - FEW.warm)
    assert 0 < min(took) <= max(took) < 20_000


def test_a_signal_is_timed_by_its_id_and_one_that_no_screen_saw_is_no_figure() -> None:
    assert ways_ms({"a": 1_000, "b": 2_000}, {"b": 4_500, "a": 2_000, "c": 1}) == [1.0, 2.5]
    with pytest.raises(NotMeasured, match="1 of 2 signals"):
        ways_ms({"a": 1_000, "b": 2_000}, {"a": 2_000})
