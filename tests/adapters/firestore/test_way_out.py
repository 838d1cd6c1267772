"""Nothing is lost between journal and Firestore: a stopped store, an emptied one, a killed journal, a second engine."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import psutil
import pytest

from engine.adapters.firestore.queries import structured_query
from engine.adapters.firestore.recovery import FirestorePast
from engine.domain.errors import Fenced, OutcomeUnknown
from engine.domain.order import OrderState
from engine.domain.records import (
    AccountRecord,
    AlertRecord,
    BotStatusRecord,
    EquityDayRecord,
    FillRecord,
    HealthRecord,
    OrderRecord,
    PositionFlat,
    PositionRecord,
    ProfitRecord,
    SessionWindow,
)
from engine.ports import StoredStates
from local.firestore import FirestoreEmulator
from tests.adapters.firestore.way_out import WayOut
from tests.contracts.test_record_store import seed
from tests.faults.patient import warm
from tests.outbox.sample_records import BEGIN, sample


@pytest.fixture
def out(tmp_path: Path, firestore_emulator: FirestoreEmulator, firestore_project: str) -> Iterator[WayOut]:
    out = WayOut(tmp_path / "test.journal", firestore_project, firestore_emulator.host)
    out.start()
    yield out
    out.stop()
    out.wire.close()


@pytest.fixture
def own_emulator(tmp_path: Path) -> Iterator[FirestoreEmulator]:
    """One that may be stopped and resumed without harm to other tests."""
    emulator = FirestoreEmulator.start(tmp_path / "logs")
    warm(emulator.host)
    yield emulator
    emulator.stop()


def keys(count: int) -> list[str]:
    return [f"fill-key-{number}" for number in range(1, count + 1)]


def test_a_burst_arrives_whole_and_the_queue_says_so(out: WayOut) -> None:
    for number in range(1, 1001):
        out.put(sample(FillRecord, number), sample(AccountRecord, name=f"after {number}"))
    out.settle()
    assert None not in out.read("fills", keys(1000))
    (account,) = out.read("accounts", ["account-id-1"])
    assert account is not None
    assert (account["name"], account["sequence"]) == ("after 1000", 2000)
    status = out.journal.status()
    assert (status.depth, status.dead_letters, status.store_state) == (0, 0, "healthy")
    out.lease.release(out.grant)
    (lease,) = out.read("leases", ["account-id-1"])
    assert lease is not None
    assert lease["delivered_sequence"] == 2000


def test_a_stopped_emulator_loses_nothing_and_reorders_nothing(tmp_path: Path, own_emulator: FirestoreEmulator) -> None:
    out = WayOut(tmp_path / "test.journal", "demo-stopped", own_emulator.host)
    out.start()
    java = psutil.Process(own_emulator.child._guard.pid).children(recursive=True)
    out.put(*(sample(FillRecord, number) for number in range(1, 101)), sample(AccountRecord, name="before"))
    out.settle()
    for process in java:
        process.suspend()
    try:
        for number in range(101, 401):
            out.put(sample(FillRecord, number), sample(AccountRecord, name=f"after {number}"))
        out.put(sample(PositionRecord), PositionFlat("bot-id-1", "SBIN"), sample(PositionRecord, state="again"))
        out.wait_until(lambda: out.relay.store_state != "healthy")  # a commit has been given up after 5 s
    finally:
        for process in java:
            process.resume()
    seen: list[int] = []

    def watched() -> bool:
        try:
            (account,) = out.read("accounts", ["account-id-1"])
        except OutcomeUnknown:  # it has much to do after its rest
            return False
        seen.append((account or {})["sequence"])
        return out.journal.status().depth == 0

    out.wait_until(watched)
    assert seen == sorted(seen)  # the commit given up, applied late, put nothing back
    assert None not in out.read("fills", keys(400))
    account, position = *out.read("accounts", ["account-id-1"]), *out.read("open_positions", ["bot-id-1_SBIN"])
    assert (account or {})["name"] == "after 400"
    assert (position or {})["state"] == "again"
    assert out.journal.status().dead_letters == 0
    out.stop()
    out.wire.close()


def test_a_store_that_was_emptied_is_filled_again_from_the_journal(
    out: WayOut, firestore_emulator: FirestoreEmulator, firestore_project: str
) -> None:
    out.put(*(sample(FillRecord, number) for number in range(1, 51)), sample(AccountRecord))
    out.settle()
    firestore_emulator.clear(firestore_project)
    out.put(sample(FillRecord, 51))
    out.wait_until(lambda: out.error is not None)
    assert isinstance(out.error, Fenced)
    assert out.read("fills", ["fill-key-51"]) == [None]  # no commit of the old lease gets in
    out.stop()
    out.start()
    assert out.requeued == 51
    out.settle()
    assert None not in out.read("fills", keys(51))
    assert out.read("accounts", ["account-id-1"]) != [None]


def test_an_older_import_gets_exactly_what_it_lacks(out: WayOut) -> None:
    out.put(*(sample(FillRecord, number) for number in range(1, 21)))
    out.settle()
    lease = {"delivered_sequence": 12}  # as in an export taken when 12 were in
    out.stop()
    seed(out.wire, "leases", "account-id-1", **lease)
    out.start()
    assert out.requeued == 8
    out.settle()


def test_a_second_engine_ends_the_first_ones_writing(out: WayOut, tmp_path: Path) -> None:
    out.put(sample(FillRecord, 1))
    out.settle()
    seed(out.wire, "leases", "account-id-1", epoch=2, instance="elsewhere")
    out.put(sample(FillRecord, 2))
    out.wait_until(lambda: out.error is not None)
    assert isinstance(out.error, Fenced)
    assert "elsewhere has 2" in str(out.error)
    assert out.read("fills", ["fill-key-2"]) == [None]
    assert out.journal.status().depth == 1  # kept, never discarded


def test_a_poisoned_record_is_told_and_the_rest_flows(out: WayOut) -> None:
    out.put(*(sample(FillRecord, number) for number in range(1, 31)))
    out.put(sample(AlertRecord, 1, text="x" * 1_200_000), sample(BotStatusRecord, 9))
    out.put(*(sample(FillRecord, number) for number in range(31, 61)))
    out.settle()
    assert None not in out.read("fills", keys(60))
    assert out.journal.status().dead_letters == 2
    found = out.wire.query(structured_query("dead_letters", {"user_id": "user-1", "account_id": "account-id-1"}))
    letters = {document.fields["document_id"].string_value for document in found}
    assert letters == {"alert-id-1", "bot-id-9"}


def test_an_account_goes_on_from_the_store_when_its_journal_is_lost(out: WayOut) -> None:
    window = SessionWindow("2026-01-05", BEGIN, BEGIN, BEGIN, BEGIN, None)
    states = [
        sample(AccountRecord, cash=Decimal("987654.32"), session=window),
        sample(PositionRecord, cost=Decimal("1234.56")),
        sample(OrderRecord, 1, state=OrderState.SENT),
        sample(ProfitRecord),
        sample(EquityDayRecord),
        sample(BotStatusRecord),
    ]
    seed(out.wire, "bots", "bot-id-1", user_id="user-1", account_id="account-id-1", name="Alpha")
    seed(out.wire, "bots", "bot-never-run", user_id="user-1", account_id="account-id-1", name="Beta")
    past = FirestorePast(out.wire)
    assert past.states("account-id-1") == StoredStates((), 0, 0)
    out.put(*states, sample(HealthRecord), sample(OrderRecord, 2, state=OrderState.FILLED), sample(FillRecord))
    out.settle()
    found = past.states("account-id-1")
    assert {type(record): record for record in found.records} == {type(state): state for state in states}
    assert len(found.records) == len(states)
    assert found.sequence == 7  # the health record shares the account's document
