"""What Firestore's `verify` does, on the twin and on the emulator; and what is done where none is known."""

import pytest

from engine.adapters.firestore.encoder import add_set, commit_request, name_of
from engine.adapters.firestore.errors import error_of
from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.verify import fill_verify, verified_name
from engine.adapters.firestore.wire import TIMEOUT_S, Wire
from engine.domain.errors import OperatingError, PermanentFailure
from engine.domain.records import AlertRecord
from tests.contracts.late_wire import LateWire
from tests.contracts.test_fence import name_in, says, writes_of_the_lease
from tests.contracts.test_record_store import Side, seed
from tests.outbox.sample_records import sample


def time_of(wire: Wire, name: str) -> Message:
    found = wire.get([name])[0]
    assert found is not None
    return found.update_time


def answer(wire: Wire, request: Message) -> str:
    """`in`, or the code of the refusal."""
    try:
        wire.commit(request)
    except OperatingError as error:
        return str(error).partition(":")[0]
    return "in"


@pytest.mark.parametrize(
    ("seconds", "document", "answered"),
    [
        (0, "there", "in"),
        (-1, "there", "FAILED_PRECONDITION"),
        (1, "there", "INVALID_ARGUMENT"),  # a time to come
        (0, "none", "FAILED_PRECONDITION"),
    ],
)
def test_a_verify_passes_or_refuses_the_whole_commit(wire: Wire, seconds: int, document: str, answered: str) -> None:
    there, other = (name_of(wire.database, "tests", document_id) for document_id in ("there", "other"))
    request = commit_request(wire.database)
    add_set(request, there, {"a": 1})
    wire.commit(request)
    stated = time_of(wire, there)
    request = commit_request(wire.database)
    write = fill_verify(request.writes.add(), name_of(wire.database, "tests", document), stated)
    write.current_document.update_time.seconds += seconds
    add_set(request, other, {"b": 1})
    assert answer(wire, request) == answered
    assert (wire.get([other])[0] is not None) == (answered == "in")
    assert time_of(wire, there) == stated, "a look leaves the document as it is"


def test_a_verify_alone_is_a_commit_and_answers_with_the_documents_time(wire: Wire) -> None:
    name = name_of(wire.database, "tests", "there")
    request = commit_request(wire.database)
    add_set(request, name, {"a": 1})
    wire.commit(request)
    stated = time_of(wire, name)
    request = commit_request(wire.database)
    fill_verify(request.writes.add(), name, stated)
    assert [result.update_time for result in wire.commit(request).write_results] == [stated]


def test_a_verify_needs_a_precondition_and_a_document_that_the_commit_does_not_write(wire: Wire) -> None:
    name = name_of(wire.database, "tests", "there")
    request = commit_request(wire.database)
    add_set(request, name, {"a": 1})
    wire.commit(request)
    stated = time_of(wire, name)
    request = commit_request(wire.database)
    fill_verify(request.writes.add(), name, stated).ClearField("current_document")
    assert answer(wire, request) == "INVALID_ARGUMENT"
    request = commit_request(wire.database)
    fill_verify(request.writes.add(), name, stated)
    add_set(request, name, {"a": 2})
    assert answer(wire, request) == "INVALID_ARGUMENT"


class KnowsNoVerify(LateWire):
    """A Firestore that makes nothing of a verify."""

    def __init__(self, wire: Wire, code: str) -> None:
        super().__init__(wire)
        self.code = code
        self.refused = 0

    def commit(self, request: Message, timeout_s: float = TIMEOUT_S) -> Message:
        if any(verified_name(write) is not None for write in request.writes):
            self.refused += 1
            raise error_of(self.code, "unknown operation")
        return super().commit(request, timeout_s)


@pytest.mark.parametrize("code", ["INVALID_ARGUMENT", "UNIMPLEMENTED"])
def test_where_no_verify_is_known_every_commit_writes_the_lease(wire: Wire, code: str) -> None:
    old = KnowsNoVerify(wire, code)
    side = Side(old)
    grant = side.acquire()
    for name in ("first", "second", "third"):
        says(side, grant, name)
    assert (side.lease.fence, old.refused, writes_of_the_lease(side)) == ("write", 1, 4)
    assert name_in(side) == "third"


def test_a_record_that_is_refused_first_of_all_is_no_reason_to_write_the_lease_for_ever(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    seed(wire, "alerts", "alert-id-1", acknowledged_by="x" * 600_000)
    with pytest.raises(PermanentFailure, match="INVALID_ARGUMENT"):
        side.commit(grant, sample(AlertRecord, 1, text="x" * 600_000))  # together more than a document may hold
    says(side, grant, "first")
    before = writes_of_the_lease(side)
    says(side, grant, "second")
    assert (side.lease.fence, writes_of_the_lease(side)) == ("verify", before)
