"""What a Lease promises, on the twin and on the emulator: one owner, and a fence for what is late or stolen."""

from collections.abc import Sequence
from typing import Any

import pytest

from engine.adapters.firestore.encoder import add_set, commit_request, name_of
from engine.adapters.firestore.wire import Wire
from engine.domain.errors import Fenced, OutcomeUnknown, PermanentFailure
from engine.domain.records import AccountRecord, FillRecord
from tests.contracts.test_record_store import Side
from tests.outbox.sample_records import sample


def test_a_stolen_lease_refuses_the_whole_commit(wire: Wire) -> None:
    old, new = Side(wire, "old"), Side(wire, "new")
    grant = old.acquire()
    old.commit(grant, sample(FillRecord, 1))
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


class LosesReplies:
    """A wire that applies a commit and says it does not know: the reply was lost."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.database = wire.database
        self.losing = False

    def commit(self, request: Any, timeout_s: float = 5.0) -> Any:
        response = self.wire.commit(request, timeout_s)
        if self.losing:
            raise OutcomeUnknown("UNAVAILABLE: the reply was lost")
        return response

    def get(self, names: Sequence[str], timeout_s: float = 5.0) -> list[Any]:
        return self.wire.get(names, timeout_s)

    def query(self, query: Any, timeout_s: float = 5.0) -> list[Any]:
        return self.wire.query(query, timeout_s)


def test_a_lost_reply_is_found_out_and_the_lease_stays_ours(wire: Wire) -> None:
    lossy = LosesReplies(wire)
    side = Side(lossy)
    grant = side.acquire()
    lossy.losing = True
    side.clock.advance(1)
    with pytest.raises(OutcomeUnknown):
        side.commit(grant, sample(FillRecord, 1))
    lossy.losing = False
    side.row = 0
    side.clock.advance(1)
    side.commit(grant, sample(FillRecord, 1), sample(FillRecord, 2))
    assert None not in (side.read("fills", "fill-key-1"), side.read("fills", "fill-key-2"))


def test_a_commit_that_arrives_late_puts_nothing_back(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    late = side.lease.begin()
    add_set(late, name_of(wire.database, "accounts", "account-id-1"), {"name": "late"})
    held = side.lease.held(grant)
    late.writes[0].update.name = name_of(wire.database, "leases", "paper-test")
    late.writes[0].update_mask.SetInParent()
    late.writes[0].current_document.update_time.CopyFrom(held.update_time)
    side.clock.advance(1)
    side.commit(grant, sample(AccountRecord, name="newer"))
    with pytest.raises(PermanentFailure):
        wire.commit(late)  # sent before, on its way until now
    assert (side.read("accounts", "account-id-1") or {})["name"] == "newer"


def test_an_old_holder_is_waited_out(wire: Wire) -> None:
    old, new = Side(wire, "old"), Side(wire, "new")
    old.acquire()
    new.acquire(journal="/state/a.journal#2", dead=True)  # a lock on another journal proves nothing
    assert 90.0 <= new.clock.monotonic() <= 95.0


def test_a_dead_holder_whose_journal_we_hold_is_not_waited_for(wire: Wire) -> None:
    Side(wire, "old").acquire()
    new = Side(wire, "new")
    assert new.acquire(dead=True).epoch == 2
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


def test_renewing_writes_only_when_no_commit_has_extended_the_lease(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    before = side.read("leases", "paper-test")
    side.clock.advance(20)
    side.lease.renew(grant)
    assert side.read("leases", "paper-test") == before
    side.clock.advance(20)
    side.lease.renew(grant)
    assert (side.read("leases", "paper-test") or {})["until"] > (before or {})["until"]
    assert side.lease.remaining_s(grant) == 90.0


def test_a_lease_that_is_gone_fences_and_is_taken_anew(wire: Wire) -> None:
    side = Side(wire)
    grant = side.acquire()
    request = commit_request(wire.database)
    request.writes.add().delete = name_of(wire.database, "leases", "paper-test")
    wire.commit(request)
    with pytest.raises(Fenced, match="gone"):
        side.commit(grant, sample(FillRecord))
    assert side.acquire().delivered_sequence == 0
