"""What tests send through a faulty way out, and what must be true of the store afterwards. Used by the tests here."""

from collections import Counter
from collections.abc import Collection

from engine.domain.records import AccountRecord, BarRecord, FillRecord, PositionRecord
from tests.adapters.firestore.way_out import WayOut
from tests.faults.fake_firestore import FakeFirestore
from tests.outbox.sample_records import sample


def send(out: WayOut, first: int, last: int) -> None:
    """Fills `first` to `last`, each with a bar of the day's one document and the states that it changes."""
    for number in range(first, last + 1):
        bot = f"bot-{number % 5}"
        out.put(
            sample(FillRecord, number),
            sample(BarRecord, 1, slot=f"slot-{number}"),
            sample(AccountRecord, name=f"after {number}"),
            sample(PositionRecord, number, bot_id=bot, symbol="ACME"),
        )


def assert_whole(fake: FakeFirestore, last: int, *, without: Collection[int] = (), replies_lost: bool = False) -> None:
    """Fills 1 to `last` (but those set aside) and all bars got in, each once; states are the newest; all in order.

    With lost replies a write may get in again, as what it was: apart from when it was sent, nothing may differ.
    """
    expected = {f"fill-key-{number}" for number in range(1, last + 1) if number not in without}
    fills = [write for write in fake.applied if write.collection == "fills"]
    assert {write.document_id for write in fills} == expected
    times = Counter(write.document_id for write in fills)
    assert replies_lost or set(times.values()) == {1}
    once = {(write.document_id, repr({**write.fields, "updated_at": None})) for write in fills}
    assert len(once) == len(expected)
    bars = [write for write in fake.applied if write.collection == "bars"]
    assert len({write.document_id for write in bars}) == 1
    slots = [slot for write in bars for slot in write.fields["bars"]]
    assert set(slots) == {f"slot-{number}" for number in range(1, last + 1)}
    assert replies_lost or len(slots) == last
    assert fake.applied_to("accounts", "account-id-1")[-1]["name"] == f"after {last}"
    assert_ordered(fake)


def assert_ordered(fake: FakeFirestore) -> None:
    """No document ever went back to what an earlier record said of it."""
    for collection, document_id in {(write.collection, write.document_id) for write in fake.applied}:
        counts = [fields["sequence"] for fields in fake.applied_to(collection, document_id) if "sequence" in fields]
        assert counts == sorted(counts), f"{collection}/{document_id}: {counts}"
