"""Every code on every read: sorted as the table says, and what was begun can be done again. Runs on the fake."""

from contextlib import suppress

import grpc
import pytest

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.encoder import name_of
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.queries import structured_query
from engine.adapters.firestore.recovery import FirestorePast
from engine.adapters.firestore.wire import GrpcWire
from engine.domain.errors import Fenced, OperatingError
from engine.domain.records import AccountRecord, PositionRecord
from tests.adapters.firestore.test_errors import KINDS
from tests.adapters.firestore.way_out import ACCOUNT, WayOut
from tests.faults.fake_firestore import FakeFirestore
from tests.faults.faults import CODES, LoseReply, Refuse
from tests.outbox.sample_records import sample


@pytest.fixture
def wire(fake: FakeFirestore):
    wire = connect("demo-fake", fake.host)
    yield wire
    wire.close()


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_sorted_the_same_on_every_method(
    fake: FakeFirestore, wire: GrpcWire, code: grpc.StatusCode
) -> None:
    lease = FirestoreLease(wire, SystemClock())
    grant = lease.acquire(ACCOUNT, "here", "j", old_holder_dead=False)
    calls = {
        "commit": lambda: wire.commit(lease.begin()),
        "get": lambda: wire.get([name_of(wire.database, "accounts", "a")]),
        "query": lambda: wire.query(structured_query("accounts", {"user_id": "u"})),
    }
    for method, call in calls.items():
        fake.script(method, Refuse(code))
        made = fake.calls[method]
        with pytest.raises(OperatingError, match=f"^{code.name}: as scripted$") as raised:
            call()
        assert type(raised.value) is KINDS[code.name], method
        assert fake.calls[method] == made + 1, f"{method} was repeated below our own policy"
    assert lease.remaining_s(grant) > 0


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("fault", [Refuse, LoseReply])
def test_a_lease_whose_taking_failed_can_be_taken_again(
    fake: FakeFirestore, wire: GrpcWire, code: grpc.StatusCode, fault: type[Refuse] | type[LoseReply]
) -> None:
    lease = FirestoreLease(wire, SystemClock())
    for method in ("get", "commit"):
        fake.script(method, fault(code))
        with suppress(KINDS[code.name]):  # a precondition that fails is one that another met: it is tried again
            lease.acquire(ACCOUNT, "here", "j", old_holder_dead=False)
        assert fake.is_through(method)
    grant = lease.acquire(ACCOUNT, "here", "j", old_holder_dead=False)
    lease.commit(grant, lease.begin(), 5)
    stored = fake.applied_to("leases", ACCOUNT.account_id)
    assert [fields["epoch"] for fields in stored if "epoch" in fields][-1] == grant.epoch
    assert stored[-1]["delivered_sequence"] == 5


@pytest.mark.parametrize("code", CODES)
def test_books_are_read_whole_or_not_at_all(fake: FakeFirestore, out: WayOut, code: grpc.StatusCode) -> None:
    positions = [sample(PositionRecord, number, bot_id=f"bot-{number}") for number in range(1, 4)]
    out.put(sample(AccountRecord, session=None), *positions)
    out.settle()
    for method, passing in (("get", 0), ("query", 0), ("query", 1), ("query", 3)):
        for fault in (Refuse(code), LoseReply(code)):  # before the first message of the answer, and before its last
            fake.script(method, *[None] * passing, fault)
            with pytest.raises(OperatingError) as raised:
                FirestorePast(out.wire).states(ACCOUNT.account_id)
            assert type(raised.value) is KINDS[code.name]
    found = FirestorePast(out.wire).states(ACCOUNT.account_id)
    assert list(map(type, found.records)) == [AccountRecord] + [PositionRecord] * 3
    assert found.sequence == 4


def test_a_lease_that_never_can_be_taken_is_given_up_without_a_rush(fake: FakeFirestore, wire: GrpcWire) -> None:
    fake.standing = lambda method, request: Refuse(grpc.StatusCode.FAILED_PRECONDITION) if method == "commit" else None
    lease = FirestoreLease(wire, SystemClock(), patience_s=0.5)
    with pytest.raises(Fenced, match="can't be taken: FAILED_PRECONDITION"):
        lease.acquire(ACCOUNT, "here", "j", old_holder_dead=False)
    assert fake.calls["commit"] <= 7
