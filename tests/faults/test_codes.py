"""Every code on every commit: refused, lost after it was applied, or about one record alone. Runs on the fake."""

import grpc
import pytest
from structlog.testing import capture_logs

from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.verify import verified_name
from tests.adapters.firestore.way_out import WayOut
from tests.faults.fake_firestore import FakeFirestore
from tests.faults.faults import CODES, PERMANENT, Fault, LoseReply, Refuse
from tests.faults.traffic import assert_whole, send


def about(record: str, code: grpc.StatusCode, method: str, request: Message) -> Fault | None:
    """A refusal of every commit that holds a record, and of no other."""
    if method == "commit" and any(write.update.name.endswith(record) for write in request.writes):
        return Refuse(code)
    return None


def writes(request: Message) -> bool:
    return any(verified_name(write) is None for write in request.writes)


def looks(request: Message) -> bool:
    return any(verified_name(write) is not None for write in request.writes)


@pytest.mark.parametrize("code", CODES)
def test_a_commit_refused_with_any_code_is_sent_until_it_is_in(
    fake: FakeFirestore, out: WayOut, code: grpc.StatusCode
) -> None:
    fake.script("commit", Refuse(code), Refuse(code), None, Refuse(code))
    send(out, 1, 30)
    out.settle()
    send(out, 31, 40)
    out.settle()
    assert fake.is_through("commit")
    assert_whole(fake, 40)
    assert out.journal.status().dead_letters == 0


@pytest.mark.parametrize("code", CODES)
def test_a_store_that_refuses_everything_for_a_while_blames_no_record(
    fake: FakeFirestore, out: WayOut, code: grpc.StatusCode
) -> None:
    fake.standing = lambda method, request: Refuse(code)
    send(out, 1, 10)
    before = fake.calls["commit"]
    out.wait_until(lambda: fake.calls["commit"] >= before + 6 and out.relay.store_state == "down")
    fake.standing = lambda method, request: None
    send(out, 11, 20)
    out.settle()
    assert_whole(fake, 20)
    assert out.journal.status().dead_letters == 0


@pytest.mark.parametrize("code", CODES)
def test_a_reply_lost_behind_any_code_doubles_nothing(fake: FakeFirestore, out: WayOut, code: grpc.StatusCode) -> None:
    fake.script("commit", LoseReply(code), LoseReply(code), None, LoseReply(code))
    send(out, 1, 30)
    out.settle()
    send(out, 31, 40)
    out.settle()
    assert fake.is_through("commit")
    assert_whole(fake, 40, replies_lost=True)
    assert out.journal.status().dead_letters == 0


@pytest.mark.parametrize("code", CODES)
def test_a_lease_that_cannot_be_read_back_after_a_lost_reply_is_read_again(
    fake: FakeFirestore, out: WayOut, code: grpc.StatusCode
) -> None:
    fake.script("commit", LoseReply(), LoseReply())  # of the records, then of the lease that is written to ask
    fake.script("get", Refuse(code), Refuse(code), Refuse(code))
    send(out, 1, 30)
    out.settle()
    assert fake.is_through("get")
    assert_whole(fake, 30, replies_lost=True)
    assert out.journal.status().dead_letters == 0


@pytest.mark.parametrize("code", PERMANENT)
def test_a_store_that_lets_us_look_and_takes_no_write_blames_no_record(
    fake: FakeFirestore, out: WayOut, code: grpc.StatusCode
) -> None:
    """As with a permission to write that was withdrawn: a look at the lease asks for less."""
    fake.standing = lambda method, request: Refuse(code) if method == "commit" and writes(request) else None
    send(out, 1, 10)
    before = fake.calls["commit"]
    out.wait_until(lambda: fake.calls["commit"] >= before + 12 and out.relay.store_state == "down")
    fake.standing = lambda method, request: None
    out.settle()
    assert_whole(fake, 10)
    assert out.journal.status().dead_letters == 0


def test_in_peace_commits_look_at_the_lease_and_never_write_it(fake: FakeFirestore, out: WayOut) -> None:
    before = fake.calls["commit"]
    for part in range(10):
        send(out, 5 * part + 1, 5 * part + 5)
        out.settle()
    assert_whole(fake, 50)
    assert fake.looks == fake.calls["commit"] - before >= 10
    assert len(fake.applied_to("leases", "account-id-1")) == 1, "when it was taken"


@pytest.mark.parametrize("code", [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED])
def test_a_firestore_that_knows_no_verify_gets_the_lease_written_and_it_is_told_once(
    fake: FakeFirestore, out: WayOut, code: grpc.StatusCode
) -> None:
    fake.standing = lambda method, request: Refuse(code) if method == "commit" and looks(request) else None
    with capture_logs() as told:
        for part in range(3):
            send(out, 10 * part + 1, 10 * part + 10)
            out.settle()
    assert_whole(fake, 30)
    assert fake.looks == 0
    assert out.lease.fence == "write"
    assert [line["log_level"] for line in told if "knows no verify" in line["event"]] == ["warning"]
    assert out.relay.store_state == "healthy"


@pytest.mark.parametrize("code", PERMANENT)
def test_a_record_that_can_never_be_written_is_set_aside_alone(
    fake: FakeFirestore, out: WayOut, code: grpc.StatusCode
) -> None:
    fake.standing = lambda method, request: about("/fills/fill-key-7", code, method, request)
    send(out, 1, 40)
    out.settle()
    assert_whole(fake, 40, without=[7])
    assert out.journal.status().dead_letters == 1
    letters = [write.fields for write in fake.applied if write.collection == "dead_letters"]
    assert [(letter["document_id"], letter["error"]) for letter in letters] == [
        ("fill-key-7", f"{code.name}: as scripted")
    ]
    assert out.relay.store_state == "healthy"
