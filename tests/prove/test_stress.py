"""The first system's stress test, whole, on the real emulator. Run by `make prove ONLY=stress`; needs no data.

`make test` runs a sample of it, tests/faults/test_stress_on_emulator.py.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from local.firestore import FirestoreEmulator
from tests.adapters.firestore.way_out import WayOut
from tests.faults.stamped import note
from tests.faults.test_stress_on_emulator import stressed

pytestmark = pytest.mark.prove


@pytest.mark.parametrize(("count", "rate"), [(50, 10), (20_000, 500)])
def test_all_signals_arrive_in_order_and_once(
    count: int,
    rate: int,
    tmp_path: Path,
    firestore_emulator: FirestoreEmulator,
    firestore_project: str,
    record_property: Callable[[str, object], None],
) -> None:
    out = WayOut(tmp_path / "test.journal", firestore_project, firestore_emulator.host)
    out.start()
    try:
        found = stressed(out, count, rate)
        record_property("signals", len(found))
        record_property("commits", out.relay.attempts)
        note(record_property, "put_to_store", [one.latency_ms for one in found])
    finally:
        out.stop()
        out.wire.close()
