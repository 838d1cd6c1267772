"""A store slower than our patience for two minutes, and records that can never be written in the midst of flow.

Run by `make prove ONLY=slow`; needs no data. `make test` runs samples: tests/faults/test_time.py and test_sizes.py.
On the fake gRPC Firestore, with the production's own bounds and the mean of its rests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import monotonic

import grpc
import pytest

from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.wire import TIMEOUT_S
from engine.domain.records import AlertRecord
from tests.adapters.firestore.way_out import WayOut
from tests.faults.faults import Fault, Refuse, Slow
from tests.faults.stamped import percentiles
from tests.faults.timed_firestore import Flow, TimedFirestore
from tests.faults.traffic import assert_whole
from tests.outbox.sample_records import sample

pytestmark = pytest.mark.prove

MEAN_CHANCE = 0.5
SLOW_S, SLOW_FOR_S, RATE = 25.0, 120.0, 50
POISONED_RATE, POISONED_FOR_S = 100, 30.0
POISONED_FILL = 1_500
OVERSIZE = Refuse(grpc.StatusCode.RESOURCE_EXHAUSTED, "gRPC message exceeds maximum size 10485760: 12582912")
LATENCY_MAX_S = 2.0  # of all others: some halvings and rests of what is refused must not hold them up for longer

Record = Callable[[str, object], None]


@pytest.fixture
def store() -> Iterator[TimedFirestore]:
    store = TimedFirestore()
    yield store
    store.stop()


@pytest.fixture
def out(tmp_path: Path, store: TimedFirestore) -> Iterator[WayOut]:
    """A running way out, lease taken."""
    out = WayOut(tmp_path / "test.journal", "demo-fake", store.host, MEAN_CHANCE)
    out.start()
    yield out
    out.stop()
    out.wire.close()


def test_a_store_that_takes_25_s_a_call_for_two_minutes_gets_everything(
    store: TimedFirestore, out: WayOut, record_property: Record
) -> None:
    flow = Flow(out, RATE)
    flow.run(5)
    out.settle()
    before, slow_from = Counter(store.calls), flow.number + 1
    store.standing = lambda method, request: Slow(SLOW_S)
    flow.run(SLOW_FOR_S)
    calls = store.calls - before
    assert out.relay.store_state == "down"
    assert calls.total() <= SLOW_FOR_S / 2, f"{calls}: a store in trouble is not to be hurried"
    store.standing = lambda method, request: None
    fine_at = monotonic()
    flow.run(5)
    out.settle(90)
    back_s = monotonic() - fine_at
    out.wait_until(lambda: monotonic() > fine_at + SLOW_S + 1, SLOW_S + 5)  # the last of the slow ones has come in
    assert_whole(store, flow.number, replies_lost=True)
    assert out.journal.status().dead_letters == 0
    assert slow_from < flow.number - RATE * SLOW_FOR_S * 0.9
    record_property("slow_call_s", SLOW_S)
    record_property("given_up_after_s", TIMEOUT_S)
    record_property("slow_for_s", SLOW_FOR_S)
    record_property("records", 4 * flow.number)
    record_property("calls_while_slow", calls.total())
    record_property("all_delivered_after_s", round(back_s, 1))
    times = Counter(write.document_id for write in store.applied if write.collection == "fills")
    record_property("fills_written_again", sum(count > 1 for count in times.values()))


def refused(document: str, answer: Fault, method: str, request: Message) -> Fault | None:
    """A refusal of every commit that holds a document, and of no other."""
    return answer if method == "commit" and any(w.update.name.endswith(document) for w in request.writes) else None


def test_records_that_can_never_be_written_are_set_aside_and_all_others_flow_on(
    store: TimedFirestore, out: WayOut, record_property: Record
) -> None:
    store.standing = partial(refused, f"/fills/fill-key-{POISONED_FILL}", OVERSIZE)
    flow = Flow(out, POISONED_RATE)
    sizes = {500: 12_000_000, 1_000: 1_500_000}  # of alerts put beside these fills

    def poison(number: int) -> None:
        if number in sizes:
            out.put(sample(AlertRecord, number, text="x" * sizes[number]))

    flow.run(POISONED_FOR_S, poison)
    assert flow.number > POISONED_FILL + 500
    out.wait_until(lambda: out.journal.status().dead_letters == 3, 60)
    out.settle()
    letters = [write.fields["document_id"] for write in store.applied if write.collection == "dead_letters"]
    assert sorted(letters) == ["alert-id-1000", "alert-id-500", f"fill-key-{POISONED_FILL}"]
    assert_whole(store, flow.number, without=[POISONED_FILL])
    assert "alerts" not in {write.collection for write in store.applied}
    assert out.relay.store_state == "healthy"
    latencies = flow.latencies_ms(store, (POISONED_FILL,))
    near = [ms for number, ms in latencies.items() if POISONED_FILL <= number < POISONED_FILL + POISONED_RATE]
    record_property("fills_a_second", POISONED_RATE)
    record_property("dead_letters", 3)
    for name, value in percentiles(list(latencies.values())).items():
        record_property(f"put_to_store_{name}_ms", value)
    record_property("put_to_store_longest_within_a_second_of_the_refused_commit_ms", round(max(near), 1))
    assert max(latencies.values()) < 1000 * LATENCY_MAX_S
