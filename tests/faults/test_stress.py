"""The first system's stress test on a store that fails, and an outage: all arrive, at next to no cost. On the fake."""

import random
from collections import Counter
from time import process_time

import pytest

from engine.adapters.firestore.messages import Message
from engine.domain.records import AccountRecord, SignalRecord
from tests.adapters.firestore.way_out import WayOut
from tests.faults.fake_firestore import FakeFirestore
from tests.faults.faults import CODES, PASSING, Fault, LoseReply, Refuse
from tests.faults.traffic import assert_ordered, assert_whole, send
from tests.outbox.sample_records import sample

OUTAGE_S = 5.0
CPU_MAX_PCT = 5.0


def now_and_then(seed: int, every: float) -> Fault | None:
    """Decides by chance from a seed whether a call fails, and how; no refusal says that a record can't be."""
    chance = random.Random(seed)

    def fault(method: str, request: Message) -> Fault | None:
        if chance.random() >= every:
            return None
        return chance.choice((Refuse(chance.choice(PASSING)), LoseReply(chance.choice(CODES))))

    return fault


@pytest.mark.parametrize(("count", "rate"), [(50, 10), (2_000, 500)])
def test_every_signal_arrives_in_order_and_none_twice_from_a_store_that_fails_now_and_then(
    fake: FakeFirestore, out: WayOut, count: int, rate: int
) -> None:
    fake.standing = now_and_then(count, 0.2)
    began_at = out.clock.monotonic()
    for number in range(1, count + 1):
        out.put(sample(SignalRecord, number), sample(AccountRecord, name=f"after {number}"))
        out.clock.wait(max(0.0, began_at + number / rate - out.clock.monotonic()))
    out.settle()
    times = Counter(write.document_id for write in fake.applied if write.collection == "trading_signals")
    assert set(times) == {f"signal-id-{number}" for number in range(1, count + 1)}
    assert fake.applied_to("accounts", "account-id-1")[-1]["name"] == f"after {count}"
    assert_ordered(fake)
    assert out.journal.status().dead_letters == 0


def test_a_store_that_was_down_and_comes_back_gets_everything(fake: FakeFirestore, out: WayOut) -> None:
    send(out, 1, 20)
    fake.stop()
    send(out, 21, 60)
    out.wait_until(lambda: out.relay.store_state == "down")
    fake.start()
    send(out, 61, 80)
    out.settle()
    assert_whole(fake, 80, replies_lost=True)


def test_an_outage_costs_less_than_a_twentieth_of_a_core(fake: FakeFirestore, out: WayOut) -> None:
    fake.stop()  # the port refuses
    send(out, 1, 20)
    out.wait_until(lambda: out.relay.store_state == "down")
    began_at, used_s = out.clock.monotonic(), process_time()
    while out.clock.monotonic() < began_at + OUTAGE_S:
        out.put(sample(AccountRecord, name="meanwhile"))
        out.clock.wait(0.25)
    used_pct = 100 * (process_time() - used_s) / (out.clock.monotonic() - began_at)
    fake.start()
    assert used_pct < CPU_MAX_PCT, f"{used_pct:.1f} % of a core"
