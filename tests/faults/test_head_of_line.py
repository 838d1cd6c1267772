"""One record that the store never takes, whatever it answers: it alone waits, and is told in the end. On the fake."""

from time import monotonic

import grpc
import pytest

from engine.adapters.firestore.messages import Message
from engine.domain.errors import OutcomeUnknown, PermanentFailure
from engine.domain.records import AccountRecord, AlertRecord, BarRecord, OrderRecord
from tests.adapters.firestore.way_out import WayOut
from tests.faults.fake_firestore import FakeFirestore
from tests.faults.faults import PASSING, Fault, Hang, Refuse, Slow
from tests.faults.hasty import Hasty
from tests.faults.traffic import assert_ordered, assert_whole, send
from tests.outbox.sample_records import published, sample
from tests.outbox.way_by_hand import put_and_wait

SHOWN_WITHIN_S = 60.0


def holds(request: Message, document: str) -> bool:
    return any(write.update.name.endswith(document) for write in request.writes)


def about(fake: FakeFirestore, document: str, fault: Fault) -> None:
    """From now on every commit that holds a document meets this, and no other does."""
    fake.standing = lambda method, request: fault if method == "commit" and holds(request, document) else None


def letters(fake: FakeFirestore) -> list[tuple[str, str]]:
    found = [write.fields for write in fake.applied if write.collection == "dead_letters"]
    return [(letter["document_id"], letter["error"]) for letter in found]


@pytest.mark.parametrize("code", PASSING)
def test_a_record_that_always_draws_a_passing_code_holds_nobody_up_and_is_told_in_the_end(
    fake: FakeFirestore, out: WayOut, code: grpc.StatusCode
) -> None:
    about(fake, "/fills/fill-key-7", Refuse(code))
    send(out, 1, 40)
    out.settle()
    assert_whole(fake, 40, without=[7])
    assert out.journal.status().dead_letters == 1
    assert letters(fake) == [("fill-key-7", f"{code.name}: as scripted")]
    assert (out.relay.store_state, out.journal.status().parked) == ("healthy", 0)


def test_while_it_is_parked_it_is_shown_and_everything_else_is_in(fake: FakeFirestore, out: WayOut) -> None:
    out.chance = 1.0  # rests of 1 to 32 s, as in production without luck
    about(fake, "/fills/fill-key-7", Refuse(grpc.StatusCode.INTERNAL))
    send(out, 1, 200)
    out.wait_until(lambda: out.journal.status().parked == 1, SHOWN_WITHIN_S)
    send(out, 201, 400)
    out.wait_until(lambda: out.journal.status().depth == 1, SHOWN_WITHIN_S)
    assert out.journal.status().dead_letters == 0
    fake.standing = lambda method, request: None
    out.settle()
    assert_whole(fake, 400)


def test_a_record_that_hangs_costs_the_others_a_turn_at_a_time(fake: FakeFirestore, out: WayOut) -> None:
    out.stop()
    out.wire = Hasty(out.wire, 0.5)  # type: ignore[assignment]
    out.start()
    about(fake, "/fills/fill-key-7", Hang())
    send(out, 1, 40)
    for number in range(41, 141):
        send(out, number, number)
        out.clock.wait(0.02)
    out.settle()
    assert_whole(fake, 140, without=[7], replies_lost=True)
    assert [document for document, _ in letters(fake)] == ["fill-key-7"]


def test_a_poisoned_document_that_keeps_getting_facts_stops_neither_others_nor_what_follows_in_it(
    fake: FakeFirestore, out: WayOut
) -> None:
    out.chance = 1.0
    fake.standing = lambda method, request: (
        Refuse(grpc.StatusCode.INTERNAL) if method == "commit" and holds_bars(request) else None
    )
    for number in range(1, 1001):
        out.put(sample(BarRecord, 1, slot=f"slot-{number}"))
        if number % 10 == 0:
            out.put(sample(AlertRecord, number))
    out.wait_until(lambda: len(ids(fake, "alerts")) == 100)
    assert out.relay.held < 300
    out.wait_until(lambda: out.journal.status().depth == 1000)  # that the others are in is noted a moment later
    fake.standing = lambda method, request: None
    out.settle()
    writes = [write.fields["bars"] for write in fake.applied if write.collection == "bars"]
    numbers = [number for bars in writes for number in sorted(int(slot.removeprefix("slot-")) for slot in bars)]
    assert numbers == list(range(1, 1001))
    assert_ordered(fake)


def test_a_store_that_is_always_too_slow_for_large_commits_is_sent_smaller_ones(
    fake: FakeFirestore, out: WayOut
) -> None:
    out.stop()
    out.wire = Hasty(out.wire, 1.0)  # type: ignore[assignment]
    out.start()
    fake.standing = lambda method, request: Slow(2.0) if method == "commit" and len(request.writes) > 20 else None
    send(out, 1, 40)
    out.settle()
    assert_whole(fake, 40, replies_lost=True)
    assert out.journal.status().dead_letters == 0


def test_an_awaited_intent_is_in_the_store_when_the_wait_ends_though_thousands_are_before_it(
    fake: FakeFirestore, out: WayOut
) -> None:
    for start in range(0, 10_000, 1000):
        out.put(*(sample(AlertRecord, number) for number in range(start, start + 1000)))
    intent = sample(OrderRecord, 7)
    put_and_wait(out, published(out.sequence + 1, intent), 60)
    out.sequence += 1
    applied = list(fake.applied)
    assert [write.document_id for write in applied if write.collection == "orders"] == [intent.document_id]
    assert len([write for write in applied if write.collection == "alerts"]) < 10_000, "it did not wait its turn"
    out.settle(60)
    assert len(ids(fake, "alerts")) == 10_000


def test_an_awaited_intent_survives_a_lost_connection_and_a_dead_store_ends_the_wait_in_time(
    fake: FakeFirestore, out: WayOut
) -> None:
    out.chance = 1.0
    fake.stop()
    began_at = monotonic()
    with pytest.raises(OutcomeUnknown, match=r"UNAVAILABLE|DEADLINE_EXCEEDED") as raised:
        put_and_wait(out, published(1, sample(OrderRecord, 1)), 2)
    assert 2.0 <= monotonic() - began_at < 30.0
    assert isinstance(raised.value.__cause__, OutcomeUnknown)
    fake.start()
    put_and_wait(out, published(2, sample(OrderRecord, 2)), 60)
    out.settle()
    assert ids(fake, "orders") == {"order-id-1", "order-id-2"}


def test_an_awaited_state_that_can_never_be_written_ends_the_wait_with_the_reason(
    fake: FakeFirestore, out: WayOut
) -> None:
    about(fake, "/accounts/account-id-1", Refuse(grpc.StatusCode.INVALID_ARGUMENT))
    with pytest.raises(PermanentFailure, match="INVALID_ARGUMENT: as scripted"):
        put_and_wait(out, published(1, sample(AccountRecord)), 60)


def ids(fake: FakeFirestore, collection: str) -> set[str]:
    return {write.document_id for write in list(fake.applied) if write.collection == collection}


def holds_bars(request: Message) -> bool:
    return any("/documents/bars/" in write.update.name for write in request.writes)
