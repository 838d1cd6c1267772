"""What the fence promises, on the twin and on the emulator: nothing gets in that is late, stolen or put back."""

from contextlib import suppress
from typing import Any

import pytest

from engine.adapters.firestore.encoder import commit_request, fill_replace, name_of
from engine.adapters.firestore.fence import FenceKind
from engine.adapters.firestore.wire import Wire
from engine.domain.errors import Fenced, OutcomeUnknown, PermanentFailure
from engine.domain.records import AccountRecord, BotStatusRecord
from tests.contracts.late_wire import LATE, LOST, LateWire
from tests.contracts.test_record_store import Side
from tests.outbox.sample_records import sample


@pytest.fixture
def late(wire: Wire) -> LateWire:
    """A Firestore on a line that loses replies and delays commits as told."""
    return LateWire(wire)


@pytest.fixture(params=["verify", "write"])
def side(request: pytest.FixtureRequest, late: LateWire) -> Side:
    """An engine on that line, with each kind of fence."""
    fence: FenceKind = request.param
    return Side(late, fence=fence)


def name_in(side: Side) -> str | None:
    """The account's name, as the last commit that got in left it."""
    found = side.read("accounts", "account-id-1")
    return None if found is None else str(found["name"])


def says(side: Side, grant: Any, name: str) -> None:
    """One commit; its state tells it from others."""
    side.clock.advance(1)
    side.commit(grant, sample(AccountRecord, name=name))


def writes_of_the_lease(side: Side) -> int:
    """How often it was written."""
    return int((side.read("leases", "account-id-1") or {})["sequence"])


def test_a_commit_looks_at_the_lease_and_leaves_it_as_it_is(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    before = wire.get([name_of(wire.database, "leases", "account-id-1")])
    for name in ("first", "second", "third"):
        says(side, grant, name)
    assert wire.get([name_of(wire.database, "leases", "account-id-1")]) == before
    assert name_in(side) == "third"


def test_an_empty_commit_writes_the_lease_because_it_asks_whether_the_store_takes_writes(side: Side) -> None:
    grant = side.acquire()
    side.commit(grant)
    side.commit(grant)
    assert writes_of_the_lease(side) == 3


def test_after_a_lost_reply_one_commit_writes_the_lease_and_the_next_looks_again(late: LateWire) -> None:
    side = Side(late)
    grant = side.acquire()
    late.fates.append(LOST)
    with pytest.raises(OutcomeUnknown):
        says(side, grant, "lost")
    assert writes_of_the_lease(side) == 1
    says(side, grant, "lost")
    says(side, grant, "next")
    assert writes_of_the_lease(side) == 2
    assert name_in(side) == "next"


def test_a_commit_that_arrives_after_its_repetition_is_turned_away(side: Side, late: LateWire) -> None:
    grant = side.acquire()
    late.fates.append(LATE)
    with pytest.raises(OutcomeUnknown):
        says(side, grant, "late")
    says(side, grant, "late")
    says(side, grant, "newer")
    assert not late.arrive()
    assert name_in(side) == "newer"


def test_a_commit_that_arrives_before_its_repetition_is_followed_by_it(side: Side, late: LateWire) -> None:
    grant = side.acquire()
    late.fates.append(LATE)
    with pytest.raises(OutcomeUnknown):
        says(side, grant, "late")
    assert late.arrive()
    says(side, grant, "newer")
    assert name_in(side) == "newer"


@pytest.mark.parametrize("fates", [(LATE, LATE), (LATE, LOST), (LOST, LATE), (LOST, LOST), (LATE, LATE, LOST)])
@pytest.mark.parametrize("first", [0, -1])
@pytest.mark.parametrize("before", [True, False])
def test_of_several_unknown_in_a_row_none_comes_after_the_one_that_is_known(
    side: Side, late: LateWire, fates: tuple[str, ...], first: int, before: bool
) -> None:
    """Those on their way arrive in either order, before the next commit or after it."""
    grant = side.acquire()
    late.fates += fates
    for _ in fates:
        with suppress(OutcomeUnknown):  # a fence that always writes finds out by itself what became of the one before
            says(side, grant, "unknown")
    if before:
        while late.under_way:
            late.arrive(first)
    says(side, grant, "known")
    while late.under_way:
        assert not late.arrive(first)
    assert name_in(side) == "known"
    says(side, grant, "next")
    assert name_in(side) == "next"


@pytest.mark.parametrize("fate", [LOST, LATE])
@pytest.mark.parametrize("before", [True, False])
def test_a_renewal_of_unknown_outcome_is_found_out_by_the_next_commit(
    side: Side, late: LateWire, fate: str, before: bool
) -> None:
    grant = side.acquire()
    side.clock.advance(61)
    late.fates.append(fate)
    with pytest.raises(OutcomeUnknown):
        side.lease.renew(grant)
    if before and late.under_way:
        assert late.arrive()
    says(side, grant, "after")
    assert not any(late.arrive() for _ in list(late.under_way))
    assert name_in(side) == "after"
    assert side.lease.remaining_s(grant) == 90.0


def test_a_refusal_ends_no_doubt(late: LateWire) -> None:
    """The commit after an unknown one is refused for a record's fault: the unknown one may still be on its way."""
    side = Side(late)
    grant = side.acquire()
    late.fates.append(LATE)
    with pytest.raises(OutcomeUnknown):
        says(side, grant, "late")
    with pytest.raises(PermanentFailure):
        side.commit(grant, sample(BotStatusRecord, 9))  # no such bot
    says(side, grant, "newer")
    assert not late.arrive()
    assert name_in(side) == "newer"


@pytest.mark.parametrize("fates", [(), (LATE,), (LOST,), (LATE, LATE)])
def test_nothing_passes_under_an_epoch_that_is_over(side: Side, late: LateWire, fates: tuple[str, ...]) -> None:
    grant = side.acquire()
    late.fates += fates
    for _ in fates:
        with pytest.raises(OutcomeUnknown):
            says(side, grant, "unknown")
    thief = Side(late.wire, "thief")
    thief.clock.advance(1000)
    thief_grant = thief.acquire()
    says(thief, thief_grant, "the thief's")
    with pytest.raises(Fenced, match="thief has 2"):
        says(side, grant, "late")
    with pytest.raises(Fenced):
        side.commit(grant)
    side.clock.advance(100)
    with pytest.raises(Fenced):
        side.lease.renew(grant)
    while late.under_way:
        assert not late.arrive()
    assert name_in(side) == "the thief's"


def test_letting_go_shuts_out_what_is_still_on_its_way(side: Side, late: LateWire) -> None:
    grant = side.acquire()
    late.fates.append(LATE)
    with pytest.raises(OutcomeUnknown):
        says(side, grant, "late")
    side.lease.release(grant)
    assert not late.arrive()
    assert name_in(side) is None


def test_a_store_put_back_to_an_earlier_state_fences(side: Side, late: LateWire) -> None:
    """An import writes documents anew: their fields are old, their times are not."""
    grant = side.acquire()
    says(side, grant, "first")
    old = side.read("leases", "account-id-1") or {}
    says(side, grant, "second")
    side.clock.advance(61)
    side.lease.renew(grant)
    request = commit_request(late.database)
    del old["id"]
    fill_replace(request.writes.add(), name_of(late.database, "leases", "account-id-1"), {**old, "imported": True})
    late.commit(request)
    with pytest.raises(Fenced, match="put back"):
        says(side, grant, "third")
    assert name_in(side) == "second"
    assert side.acquire().delivered_sequence == old["delivered_sequence"]
