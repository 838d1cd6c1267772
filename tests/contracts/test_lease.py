"""What a Lease promises, on the twin and on the emulator: one owner, for as long as it says."""

from datetime import timedelta
from math import inf

import pytest

from engine.adapters.firestore.encoder import commit_request, name_of
from engine.adapters.firestore.lease import FIRST_NOTE_S, FirestoreLease
from engine.adapters.firestore.wire import Wire
from engine.domain.errors import Fenced, OutcomeUnknown
from engine.domain.records import FillRecord
from tests.contracts.late_wire import LATE, LOST, LateWire
from tests.contracts.test_record_store import ACCOUNT, JOURNAL, Side
from tests.outbox.sample_records import sample


def test_a_stolen_lease_refuses_the_whole_commit(wire: Wire) -> None:
    old, new = Side(wire, "old"), Side(wire, "new")
    grant = old.acquire()
    old.commit(grant, sample(FillRecord, 1))
    old.commit(grant)
    new.clock.advance(1000)  # the old holder's time is over by everybody's clock but its own
    new_grant = new.acquire()
    assert new_grant.epoch == grant.epoch + 1
    assert new_grant.delivered_sequence == 1
    with pytest.raises(Fenced):
        old.commit(grant, sample(FillRecord, 2))
    assert old.read("fills", "fill-key-2") is None
    with pytest.raises(Fenced):
        old.lease.commit(grant, old.lease.begin(), 0)
    new.commit(new_grant, sample(FillRecord, 3))
    assert new.read("fills", "fill-key-3") is not None


def test_an_old_holder_is_waited_out(wire: Wire) -> None:
    old, new = Side(wire, "old"), Side(wire, "new")
    old.acquire()
    grant = new.acquire(journal="/state/a.journal#2", dead=True)  # a lock on another journal proves nothing
    assert 90.0 <= new.clock.monotonic() <= 95.0
    assert grant.waited_out


def test_a_dead_holder_whose_journal_we_hold_is_not_waited_for(wire: Wire) -> None:
    Side(wire, "old").acquire()
    new = Side(wire, "new")
    grant = new.acquire(dead=True)
    assert (grant.epoch, grant.waited_out) == (2, False)
    assert new.clock.waited_s == []


def test_a_released_lease_is_free_at_once(wire: Wire) -> None:
    old, new = Side(wire, "old"), Side(wire, "new")
    grant = old.acquire()
    old.lease.release(grant)
    assert new.acquire(journal="/elsewhere#3").epoch == 2
    assert new.clock.waited_s == []
    with pytest.raises(Fenced):
        old.lease.renew(grant)


def test_a_holder_that_keeps_renewing_is_not_robbed(wire: Wire) -> None:
    old, new = Side(wire, "old"), Side(wire, "new")
    grant = old.acquire()
    wait = new.clock.wait

    def both_wait(seconds: float) -> None:
        wait(seconds)
        old.clock.advance(seconds)
        old.lease.renew(grant)

    new.clock.wait = both_wait  # type: ignore[method-assign]
    with pytest.raises(Fenced, match="held by old"):
        new.acquire()
    assert old.lease.remaining_s(grant) > 0


def test_renewing_writes_where_it_is_due_and_says_when_it_is(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    before = side.read("leases", "account-id-1") or {}
    side.clock.advance(20)
    assert side.lease.renew(grant) == FIRST_NOTE_S, "nothing is delivered yet: it is asked again soon"
    assert side.read("leases", "account-id-1") == before
    side.clock.advance(40)
    assert side.lease.renew(grant) == 60.0
    assert (side.read("leases", "account-id-1") or {})["until"] - before["until"] == timedelta(seconds=60)
    assert side.lease.remaining_s(grant) == 90.0


def test_what_is_delivered_is_noted_seconds_after_the_lease_was_taken_and_then_at_renewals(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    side.commit(grant, sample(FillRecord, 1))
    assert side.lease.renew(grant) == FIRST_NOTE_S
    side.clock.advance(FIRST_NOTE_S)
    assert side.lease.renew(grant) == 60.0
    assert (side.read("leases", "account-id-1") or {})["delivered_sequence"] == 1


def test_a_commit_that_only_looked_makes_the_lease_no_longer(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    side.clock.advance(50)
    side.commit(grant, sample(FillRecord, 1))
    assert side.lease.remaining_s(grant) == 40.0
    side.commit(grant)
    assert side.lease.remaining_s(grant) == 90.0
    assert side.lease.renew(grant) == 60.0


def test_a_short_lease_is_renewed_at_a_third_of_its_life(wire: Wire) -> None:
    side = Side(wire)
    lease = FirestoreLease(wire, side.clock, lifetime_s=10.0, renew_s=10 / 3)
    grant = lease.acquire(ACCOUNT, "one", JOURNAL, old_holder_dead=False)
    side.clock.advance(3)
    assert lease.renew(grant) == pytest.approx(1 / 3)
    assert lease.remaining_s(grant) == pytest.approx(7)
    side.clock.advance(1)
    assert lease.renew(grant) == pytest.approx(10 / 3)
    assert lease.remaining_s(grant) == pytest.approx(10)


@pytest.mark.parametrize("fate", [LOST, LATE])
def test_a_renewal_that_was_not_answered_is_due_at_once_and_counts_for_nothing(wire: Wire, fate: str) -> None:
    late = LateWire(wire)
    side = Side(late)
    grant = side.acquire()
    side.clock.advance(61)
    late.fates.append(fate)
    with pytest.raises(OutcomeUnknown):
        side.lease.renew(grant)
    assert side.lease.remaining_s(grant) == 29.0, "what may not have got in holds nothing"
    assert side.lease.renew(grant) == 60.0
    assert side.lease.remaining_s(grant) == 90.0


def test_a_lease_that_ran_out_before_it_was_renewed_says_how_long_ago_that_was(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    side.clock.advance(89)
    side.lease.renew(grant)
    assert side.lease.lapsed_s_ago(grant) == inf
    side.clock.advance(91)
    side.lease.renew(grant)
    side.clock.advance(70)
    side.lease.renew(grant)
    assert side.lease.lapsed_s_ago(grant) == 70.0


def test_the_lease_is_never_ours_for_longer_than_others_respect_it(wire: Wire) -> None:
    """Through a lost reply that is found out within the call, too."""
    late = LateWire(wire)
    side = Side(late)
    grant = side.acquire()
    late.fates += [LOST]
    side.clock.advance(61)
    with pytest.raises(OutcomeUnknown):
        side.lease.renew(grant)
    side.clock.advance(7)
    side.lease.renew(grant)
    left = (side.read("leases", "account-id-1") or {})["until"] - side.clock.now()
    assert side.lease.remaining_s(grant) <= left.total_seconds()


def test_a_lease_that_is_gone_fences_and_is_taken_anew(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    request = commit_request(wire.database)
    request.writes.add().delete = name_of(wire.database, "leases", "account-id-1")
    wire.commit(request)
    with pytest.raises(Fenced, match="gone"):
        side.commit(grant, sample(FillRecord))
    assert side.acquire().delivered_sequence == 0
