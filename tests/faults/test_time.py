"""Calls that hang, are slow, or arrive after their caller gave up: every wait has an end. Runs on the fake."""

from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from engine.adapters.firestore.queries import structured_query
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.domain.errors import OperatingError, OutcomeUnknown
from tests.adapters.firestore.way_out import ACCOUNT, WayOut
from tests.faults.conftest import CHANCE
from tests.faults.fake_firestore import FakeFirestore
from tests.faults.faults import Hang, Late, LoseReply, Slow
from tests.faults.hasty import Hasty
from tests.faults.traffic import assert_whole, send

LONGEST_CALL_S = 5.0
A_LITTLE_S = 30.0  # of a machine that is busy: what hangs is let go after a minute, or never


@pytest.fixture
def hasty_out(tmp_path: Path, fake: FakeFirestore):
    """A running way out whose wire gives a call up after half a second."""
    out = WayOut(tmp_path / "test.journal", "demo-fake", fake.host, CHANCE)
    out.wire = Hasty(out.wire, 0.5)  # type: ignore[assignment]
    out.start()
    yield out
    out.stop()
    out.wire.close()


def test_a_commit_that_hangs_is_given_up_after_five_seconds_and_sent_again(fake: FakeFirestore, out: WayOut) -> None:
    fake.script("commit", Hang())
    began_at = monotonic()
    send(out, 1, 10)
    out.settle()
    assert LONGEST_CALL_S <= monotonic() - began_at < LONGEST_CALL_S + A_LITTLE_S
    assert_whole(fake, 10)


def test_a_ping_that_hangs_is_given_up_after_a_second(fake: FakeFirestore, out: WayOut) -> None:
    fake.script("get", Hang())
    began_at = monotonic()
    with pytest.raises(OutcomeUnknown, match="DEADLINE_EXCEEDED"):
        FirestoreRecordStore(out.wire, out.lease, out.clock, lambda symbol: 2).ping()
    assert 1.0 <= monotonic() - began_at < 1.0 + A_LITTLE_S


@pytest.mark.parametrize("method", ["get", "commit"])
def test_taking_a_lease_from_a_store_that_hangs_ends(fake: FakeFirestore, hasty_out: WayOut, method: str) -> None:
    fake.script(method, Hang())
    began_at = monotonic()
    with pytest.raises(OutcomeUnknown):
        hasty_out.lease.acquire(ACCOUNT, "here", hasty_out.journal.name, old_holder_dead=True)
    assert monotonic() - began_at < 0.5 + A_LITTLE_S


def test_a_store_that_hangs_time_and_again_loses_and_doubles_nothing(fake: FakeFirestore, hasty_out: WayOut) -> None:
    fake.script("commit", Hang(), None, Hang(), LoseReply(), None, Hang())
    fake.script("get", Hang(), Hang())
    for part in range(4):
        send(hasty_out, 10 * part + 1, 10 * part + 10)
        hasty_out.settle()
    assert fake.is_through("commit")
    assert fake.is_through("get")
    assert_whole(fake, 40, replies_lost=True)


def test_a_query_that_hangs_ends(fake: FakeFirestore, hasty_out: WayOut) -> None:
    fake.standing = lambda method, request: Hang() if method == "query" else None
    began_at = monotonic()
    with pytest.raises(OperatingError):
        hasty_out.wire.query(structured_query("open_positions", {"account_id": ACCOUNT.account_id}))
    assert monotonic() - began_at < 0.5 + A_LITTLE_S


def test_a_store_slower_than_our_patience_gets_everything_once(fake: FakeFirestore, hasty_out: WayOut) -> None:
    fake.standing = lambda method, request: Slow(0.7) if method == "commit" else None
    send(hasty_out, 1, 20)
    hasty_out.wait_until(lambda: hasty_out.relay.store_state == "down")
    fake.standing = lambda method, request: None
    send(hasty_out, 21, 30)
    hasty_out.settle()
    assert_whole(fake, 30, replies_lost=True)
    assert hasty_out.journal.status().dead_letters == 0


def test_a_slow_store_takes_larger_commits_not_fewer_records(fake: FakeFirestore, out: WayOut) -> None:
    fake.standing = lambda method, request: Slow(0.3) if method == "commit" else None
    before = fake.calls["commit"]
    send(out, 1, 200)
    out.settle()
    assert fake.calls["commit"] - before <= 40, "200 facts and 600 states"
    assert_whole(fake, 200)
    assert out.relay.store_state == "healthy"


def test_a_commit_that_arrives_after_its_repetition_is_turned_away(fake: FakeFirestore, hasty_out: WayOut) -> None:
    late = Late(Event(), [])
    fake.script("commit", late)
    send(hasty_out, 1, 10)
    hasty_out.settle()
    send(hasty_out, 11, 20)
    hasty_out.settle()
    late.released.set()
    hasty_out.wait_until(lambda: bool(late.outcome))
    assert late.outcome[0].startswith("FAILED_PRECONDITION")
    assert_whole(fake, 20, replies_lost=True)


def test_commits_given_up_in_a_row_are_turned_away_in_whatever_order_they_arrive(
    fake: FakeFirestore, hasty_out: WayOut
) -> None:
    lates = [Late(Event(), []) for _ in range(3)]
    fake.script("commit", *lates)
    send(hasty_out, 1, 10)
    hasty_out.settle()
    send(hasty_out, 11, 20)
    hasty_out.settle()
    for late in reversed(lates):
        late.released.set()
        hasty_out.wait_until(lambda late=late: bool(late.outcome))
        assert late.outcome[0].startswith("FAILED_PRECONDITION")
    assert_whole(fake, 20, replies_lost=True)


def test_a_commit_that_arrives_before_its_repetition_is_followed_by_it(fake: FakeFirestore, hasty_out: WayOut) -> None:
    late = Late(Event(), [])
    before = fake.calls["commit"]
    fake.script("commit", late, Hang())
    send(hasty_out, 1, 10)
    hasty_out.wait_until(lambda: fake.calls["commit"] >= before + 2)  # it was given up, and the next one hangs
    late.released.set()
    hasty_out.wait_until(lambda: bool(late.outcome))
    assert late.outcome == ["applied"]
    send(hasty_out, 11, 20)
    hasty_out.settle()
    assert_whole(fake, 20, replies_lost=True)


def test_a_commit_that_is_late_beyond_the_end_of_its_engine_is_turned_away(
    fake: FakeFirestore, hasty_out: WayOut
) -> None:
    late = Late(Event(), [])
    before = fake.calls["commit"]
    fake.script("commit", late, Hang())
    send(hasty_out, 1, 10)
    hasty_out.wait_until(lambda: fake.calls["commit"] >= before + 2)
    hasty_out.stop()
    hasty_out.start()
    send(hasty_out, 11, 20)
    hasty_out.settle()
    late.released.set()
    hasty_out.wait_until(lambda: bool(late.outcome))
    assert late.outcome[0].startswith("FAILED_PRECONDITION")
    assert_whole(fake, 20, replies_lost=True)
