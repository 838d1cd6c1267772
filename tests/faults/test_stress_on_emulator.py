"""The first system's stress test on the real emulator, short: every signal arrives, in order, once. See tests/prove."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.firestore import FirestoreEmulator
from tests.adapters.firestore.way_out import WayOut
from tests.faults.stamped import Arrived, account_of, arrived, assert_each_once_and_in_order, stamped

LOOKS_A_SECOND = 20
PAUSES_S = 30.0  # of a machine that is busy


@pytest.fixture
def emulator_out(tmp_path: Path, firestore_emulator: FirestoreEmulator, firestore_project: str) -> Iterator[WayOut]:
    """A running way out to the emulator, on a database of its own."""
    out = WayOut(tmp_path / "test.journal", firestore_project, firestore_emulator.host)
    out.start()
    yield out
    out.stop()
    out.wire.close()


def stressed(out: WayOut, count: int, rate: int) -> list[Arrived]:
    """Put so many signals at so many a second, each with a state; all that arrived, checked."""
    began, seen = out.clock.monotonic(), []
    for number in range(1, count + 1):
        out.put(*stamped(number))
        if number % max(1, rate // LOOKS_A_SECOND) == 0:
            seen.append(account_of(out.wire))
        out.clock.wait(max(0.0, began + number / rate - out.clock.monotonic()))
    took_s = out.clock.monotonic() - began
    out.settle()
    seen.append(account_of(out.wire))
    assert took_s < 1.05 * count / rate + PAUSES_S, f"{count} signals took {took_s:.1f} s to put"
    found = arrived(out.wire, count)
    assert_each_once_and_in_order(found)
    assert seen == sorted(seen), "the account's document went back"
    assert seen[-1] == (2 * count, f"after {count}")
    assert out.journal.status().dead_letters == 0
    return found


@pytest.mark.parametrize(("count", "rate"), [(20, 10), (1_000, 500)])
def test_every_signal_arrives_in_order_and_once(emulator_out: WayOut, count: int, rate: int) -> None:
    assert len(stressed(emulator_out, count, rate)) == count
