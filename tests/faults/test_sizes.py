"""Records and commits beyond a limit: what can't be written is set aside alone, all else arrives. Runs on the fake."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.adapters.firestore.encoder import add_set, name_of
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.domain.errors import PermanentFailure
from engine.domain.records import AlertRecord
from engine.ports import Pending
from tests.adapters.firestore.way_out import WayOut
from tests.faults.conftest import CHANCE
from tests.faults.fake_firestore import FakeFirestore
from tests.faults.traffic import assert_whole, send
from tests.outbox.sample_records import sample

KIB = 1024


@pytest.fixture
def narrow_fake() -> Iterator[FakeFirestore]:
    """One whose transport takes no message beyond 64 KiB, and says so in gRPC's own words."""
    fake = FakeFirestore(message_bytes_max=64 * KIB)
    yield fake
    fake.stop()


@pytest.fixture
def narrow_out(tmp_path: Path, narrow_fake: FakeFirestore) -> Iterator[WayOut]:
    out = WayOut(tmp_path / "test.journal", "demo-fake", narrow_fake.host, CHANCE)
    out.start()
    yield out
    out.stop()
    out.wire.close()


def dead(out: WayOut, fake: FakeFirestore) -> list[str]:
    """Ids of the documents that dead letters in the store are about; the journal must count the same."""
    ids = sorted(write.fields["document_id"] for write in fake.applied if write.collection == "dead_letters")
    assert out.journal.status().dead_letters == len(ids)
    return ids


def test_a_document_of_1_5_mb_is_set_aside_and_everything_around_it_arrives(fake: FakeFirestore, out: WayOut) -> None:
    send(out, 1, 50)
    out.put(sample(AlertRecord, 7, text="x" * 1_500_000))
    send(out, 51, 100)
    out.settle()
    assert dead(out, fake) == ["alert-id-7"]
    assert_whole(fake, 100)
    assert "alerts" not in {write.collection for write in fake.applied}


def test_large_records_are_parted_into_commits_that_fit(fake: FakeFirestore, out: WayOut) -> None:
    for number in range(1, 13):
        out.put(sample(AlertRecord, number, text="x" * 900_000))
    send(out, 1, 10)
    out.settle()
    assert dead(out, fake) == []
    assert len([write for write in fake.applied if write.collection == "alerts"]) == 12
    assert_whole(fake, 10)


def test_a_commit_of_12_mb_is_refused_before_it_leaves(fake: FakeFirestore, out: WayOut) -> None:
    alerts = [sample(AlertRecord, number, text="x" * 950_000) for number in range(1, 14)]
    store = FirestoreRecordStore(out.wire, out.lease, out.clock, lambda symbol: 2)
    before = fake.calls["commit"]
    with pytest.raises(PermanentFailure, match="bytes in one commit"):
        store.commit(out.grant, [Pending(row, row, alert, 950_000) for row, alert in enumerate(alerts, 1)])
    assert fake.calls["commit"] == before


def test_the_store_refuses_a_commit_of_12_mb_for_good(fake: FakeFirestore, out: WayOut) -> None:
    request = out.lease.begin()
    for number in range(13):
        add_set(request, name_of(out.wire.database, "alerts", f"a{number}"), {"text": "x" * 950_000})
    assert request.ByteSize() > 12_000_000
    with pytest.raises(PermanentFailure, match="maximum size"):
        out.wire.commit(request)


def test_a_transport_that_takes_less_than_we_thought_gets_smaller_commits(
    narrow_fake: FakeFirestore, narrow_out: WayOut
) -> None:
    send(narrow_out, 1, 100)
    for number in range(1, 9):
        narrow_out.put(sample(AlertRecord, number, text="x" * 20_000))
    narrow_out.put(sample(AlertRecord, 9, text="x" * 80_000))
    send(narrow_out, 101, 200)
    narrow_out.settle()
    assert dead(narrow_out, narrow_fake) == ["alert-id-9"]
    assert_whole(narrow_fake, 200)
