"""A sample of `make prove ONLY=overlaps`: a live engine hangs and another takes over; one goes, another comes."""

from pathlib import Path

from tests.faults.own_emulator import own_emulator
from tests.venue.overlaps import TwoEngines, overlap_again_and_again
from tests.venue.running import running_venue


def test_two_engines_on_one_live_account_double_no_entry(tmp_path: Path) -> None:
    with own_emulator(tmp_path / "logs") as emulator, running_venue() as venue:
        told = overlap_again_and_again(TwoEngines(tmp_path, emulator.host, "demo-overlaps", venue), 2, seed=3)
    assert sum(told.fates.values()) == 2
    assert told.fenced == 1
    assert told.entries > 0
