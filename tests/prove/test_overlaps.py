"""Two engines on one live account: a thousand overlaps in simulation, fifty of real processes. Run by `make prove
ONLY=overlaps`; needs no data. `make test` runs a sample of each (tests/runtime, tests/integration).
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.own_emulator import own_emulator
from tests.runtime.overlaps import overlap_many
from tests.venue.overlaps import TwoEngines, overlap_again_and_again
from tests.venue.running import running_venue

pytestmark = pytest.mark.prove

SEEDS, EACH = 20, 50  # 1,000 overlaps
PROCESSES = 50


def test_in_a_thousand_simulated_overlaps_no_entry_is_doubled(record_property: Callable[[str, object], None]) -> None:
    met = overlap_many(range(SEEDS), EACH)
    record_property("overlaps", SEEDS * EACH)
    record_property("entries_twice", 0)
    for name, count in sorted(met.items()):
        record_property(name.replace(" ", "_"), count)


def test_in_fifty_overlaps_of_real_processes_no_entry_is_doubled(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with own_emulator(tmp_path / "logs") as emulator, running_venue() as venue:
        told = overlap_again_and_again(TwoEngines(tmp_path, emulator.host, "demo-overlaps", venue), PROCESSES, seed=5)
    assert sum(told.fates.values()) == PROCESSES
    assert told.fenced > 0
    assert told.entries > PROCESSES
    for name, figure in told.figures().items():
        record_property(name, figure)
