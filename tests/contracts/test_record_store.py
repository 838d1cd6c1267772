"""What a RecordStore promises, on the twin and on the emulator: whole commits that may be repeated, under a lease."""

from decimal import Decimal
from typing import Any

import pytest

from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.encoder import add_set, commit_request, name_of
from engine.adapters.firestore.fence import FenceKind
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.firestore.wire import Wire
from engine.domain.account import AccountSpec
from engine.domain.errors import PermanentFailure
from engine.domain.records import (
    AccountRecord,
    BarRecord,
    BotForgotten,
    BotStatusRecord,
    DeadLetterGone,
    FillRecord,
    HealthRecord,
    PositionFlat,
    PositionRecord,
    RehearsedRecord,
)
from engine.domain.rehearsal import rehearsal_account_id
from engine.ports import Fields, Grant, Pending
from engine.simulation.clock import ManualClock
from tests.outbox.sample_records import KINDS, sample

ACCOUNT = AccountSpec("account-id-1", "user-1")
JOURNAL = "/state/a.journal#1"


class Side:
    """One engine's side of the store, on a clock of its own."""

    def __init__(self, wire: Wire, instance: str = "one", fence: FenceKind = "verify") -> None:
        self.wire = wire
        self.clock = ManualClock()
        self.lease = FirestoreLease(wire, self.clock, patience_s=600, fence=fence)
        self.store = FirestoreRecordStore(wire, self.lease, self.clock, lambda symbol: 2)
        self.instance = instance
        self.row = 0

    def acquire(self, journal: str = JOURNAL, *, dead: bool = False) -> Grant:
        return self.lease.acquire(ACCOUNT, self.instance, journal, dead)

    def commit(self, grant: Grant, *records: Any) -> None:
        batch = []
        for record in records:
            self.row += 1
            batch.append(Pending(self.row, self.row, record, 100))
        self.store.commit(Grant(grant.account_id, grant.instance, grant.epoch, self.row), batch)

    def read(self, collection: str, document_id: str) -> Fields | None:
        found = self.wire.get([name_of(self.wire.database, collection, document_id)])[0]
        return None if found is None else document_fields(found)


def seed(wire: Wire, collection: str, document_id: str, **fields: Any) -> None:
    request = commit_request(wire.database)
    add_set(request, name_of(wire.database, collection, document_id), fields)
    wire.commit(request)


def test_a_record_of_every_kind_is_written_and_writing_it_again_changes_nothing(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    for collection, document_id in (("bots", "bot-id-1"), ("commands", "command-id-1")):
        seed(wire, collection, document_id, name="mine", user_id="user-1")
    aside = (PositionFlat, BotForgotten, DeadLetterGone, RehearsedRecord)
    rehearsed = sample(RehearsedRecord, 2, account_id=rehearsal_account_id(ACCOUNT.account_id))
    records = [*(sample(kind) for kind in KINDS if kind not in aside), rehearsed]
    side.commit(grant, *records)
    documents = [side.read(record.collection, record.document_id) for record in records]
    assert None not in documents
    side.row = 0
    side.commit(grant, *records)
    assert [side.read(record.collection, record.document_id) for record in records] == documents
    assert all(document["user_id"] == "user-1" for document in documents if document)


def test_a_states_own_fields_leave_the_others_alone(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    seed(wire, "bots", "bot-id-1", name="mine", desired="running")
    side.commit(grant, sample(BotStatusRecord), sample(AccountRecord), sample(HealthRecord))
    bot = side.read("bots", "bot-id-1") or {}
    assert (bot["name"], bot["desired"], bot["status"]["state"]) == ("mine", "running", "state-1")
    account = side.read("accounts", "account-id-1") or {}
    assert account["cash"] == 101.25
    assert account["engine"]["epoch"] == 1


def test_a_record_that_is_the_whole_document_leaves_nothing_of_an_older_one(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    seed(wire, "open_positions", "bot-id-1_SBIN", written_by="an older version")
    side.commit(grant, sample(PositionRecord))
    assert "written_by" not in (side.read("open_positions", "bot-id-1_SBIN") or {})


def test_bars_fill_the_slots_of_one_document(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    side.commit(grant, sample(BarRecord, symbol="M&M", slot="0915"), sample(BarRecord, symbol="M&M", slot="0916"))
    side.commit(grant, sample(BarRecord, symbol="M&M", slot="0917", close=Decimal("99.05")))
    day = side.read("bars", "account-id-1_M&M_1m_20260105") or {}
    assert sorted(day["bars"]) == ["0915", "0916", "0917"]
    assert day["bars"]["0917"]["c"] == 99.05


def test_a_position_is_deleted_when_flat_and_may_be_deleted_twice(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    side.commit(grant, sample(PositionRecord))
    assert side.read("open_positions", "bot-id-1_SBIN") is not None
    side.commit(grant, PositionFlat("bot-id-1", "SBIN"))
    side.commit(grant, PositionFlat("bot-id-1", "SBIN"))
    assert side.read("open_positions", "bot-id-1_SBIN") is None


def test_the_lease_notes_what_is_delivered_and_never_less(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    side.commit(grant, sample(FillRecord, 1), sample(FillRecord, 2))
    side.row = 0
    side.commit(grant, sample(FillRecord, 1))
    assert (side.read("leases", "account-id-1") or {})["delivered_sequence"] == 0, "it is as old as its last write"
    side.clock.advance(60)
    side.lease.renew(grant)
    lease = side.read("leases", "account-id-1") or {}
    assert (lease["delivered_sequence"], lease["epoch"], lease["instance"]) == (2, 1, "one")
    side.commit(grant)
    assert (side.read("leases", "account-id-1") or {})["delivered_sequence"] == 2
    side.commit(grant, sample(FillRecord, 2), sample(FillRecord, 3), sample(FillRecord, 4))
    side.lease.release(grant)
    assert (side.read("leases", "account-id-1") or {})["delivered_sequence"] == 4


def test_a_commit_is_whole_or_not_at_all(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    with pytest.raises(PermanentFailure):
        side.commit(grant, sample(FillRecord), sample(BotStatusRecord, 9))  # no such bot
    assert side.read("fills", "fill-key-1") is None
    side.commit(grant, sample(FillRecord))
    assert side.read("fills", "fill-key-1") is not None


def test_what_no_document_can_hold_is_a_permanent_failure(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    for record in (
        sample(FillRecord, price=Decimal("NaN")),
        sample(FillRecord, fill_key="a/b"),
        sample(FillRecord, venue_fill_id="x" * 1_200_000),
        sample(FillRecord, venue_fill_id="half a letter \ud83d"),
        sample(FillRecord, venue_fill_id=10**30),
    ):
        with pytest.raises(PermanentFailure):
            side.commit(grant, record)
    assert side.read("fills", "fill-key-1") is None


def test_ping_answers(wire: Wire) -> None:
    Side(wire).store.ping()
