"""The lease: one owner an account. Taken, renewed and let go by runtime; every commit of the store goes under it.

A lease is a document with an epoch. Whoever takes it adds one; fence.py says how it keeps out what is late or stolen.
It is written when it is taken, when it is renewed, when it is let go, and by a commit that follows one of unknown
outcome. `until` is wall time for others; our own validity is counted on the monotonic clock from the moment that the
last write's request left. `delivered_sequence` is as old as the last write: what came since is sent again, as it was.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import inf
from typing import Any

from engine.adapters.firestore.decoder import fields_of
from engine.adapters.firestore.encoder import add_set, commit_request
from engine.adapters.firestore.errors import PreconditionFailed
from engine.adapters.firestore.fence import NOBODY, Fence, FenceKind, Held
from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.wire import Wire
from engine.domain.account import AccountSpec
from engine.domain.errors import Fenced, JournalSuperseded, LeaseHeld
from engine.ports import Clock, Fields, Grant

PAPER_LIFETIME_S = 90.0
PAPER_RENEW_S = 60.0  # 30 s are left for trying again
LIVE_LIFETIME_S = 10.0  # so long a live account has no engine when its own is gone
LIVE_RENEW_S = 3.0
FIRST_NOTE_S = 5.0  # a process that keeps dying young must not send the same records again at every start
CLOCK_SKEW_S = 2.0
PATIENCE_S = 300.0
_TAKE_AGAIN_S = 0.1
_LOOK_S = 1.0


class FirestoreLease:
    """See ports.Lease.

    `lifetime_s` is how long a write of the lease holds it, `renew_s` after how long it is written anew. `fence` is
    how commits are kept in step with it: where a Firestore knows no `verify`, that is found out and "write" done.
    """

    def __init__(
        self,
        wire: Wire,
        clock: Clock,
        lifetime_s: float = PAPER_LIFETIME_S,
        patience_s: float = PATIENCE_S,
        *,
        renew_s: float = PAPER_RENEW_S,
        fence: FenceKind = "verify",
    ) -> None:
        self._wire = wire
        self._clock = clock
        self._lifetime_s = lifetime_s
        self._patience_s = patience_s
        self._renew_s = renew_s
        self._fence = Fence(wire, clock, lifetime_s, fence)
        self._held: dict[str, Held] = {}

    @property
    def fence(self) -> FenceKind:
        """What commits do with the lease now."""
        return self._fence.kind

    def acquire(
        self, account: AccountSpec, instance: str, journal: str, old_holder_dead: bool, known_epoch: int | None = None
    ) -> Grant:
        """See ports.Lease.

        `old_holder_dead` says that we hold the exclusive lock on `journal`: a proof if that is the journal that the
        old lease names, and none otherwise. Raises LeaseHeld when another holder keeps renewing beyond our patience.
        """
        give_up_at = self._clock.monotonic() + self._patience_s
        while True:
            found = self._wire.get([self._fence.name(account.account_id)])[0]
            old = {} if found is None else fields_of(found.fields)
            if known_epoch is not None and old and old["journal"] != journal and int(old["epoch"]) > known_epoch:
                raise JournalSuperseded(
                    f"{account.account_id}: epoch {old['epoch']} wrote {old['journal']}; "
                    f"{journal} knows of epoch {known_epoch} at last"
                )
            free = not old or old["instance"] in (NOBODY, instance)
            waits = not free and not (old_holder_dead and old["journal"] == journal)
            if waits:
                left_s = (old["until"] - self._clock.now()).total_seconds() + CLOCK_SKEW_S
                if left_s > 0:
                    if self._clock.monotonic() >= give_up_at:
                        message = f"{account.account_id} is held by {old['instance']}, which keeps renewing"
                        raise LeaseHeld(message, old["instance"], old["until"])
                    self._clock.wait(min(left_s, 1.0))
                    continue
            try:
                return replace(self._take(account, instance, journal, found, old), waited_out=waits)
            except PreconditionFailed as error:  # another took it between our read and our write
                if self._clock.monotonic() >= give_up_at:
                    message = f"{account.account_id}: its lease can't be taken: {error}"
                    raise LeaseHeld(message, "not known yet", self._clock.now()) from error
                self._clock.wait(_TAKE_AGAIN_S)

    def renew(self, grant: Grant) -> float:
        """See ports.Lease. A commit that had to write the lease counts as a renewal.

        Soon after it was taken the lease is written once out of turn, when something has been delivered.
        """
        held = self.held(grant)
        if held.number == held.taken_number and held.delivered_sequence > grant.delivered_sequence:
            self._fence.extend(held, min(self._renew_s, FIRST_NOTE_S))
        rest_s = self._fence.extend(held, self._renew_s)
        return min(rest_s, FIRST_NOTE_S) if held.number == held.taken_number else rest_s

    def release(self, grant: Grant) -> None:
        """See ports.Lease. A lease that another took meanwhile is left alone."""
        held = self.held(grant)
        try:
            self._fence.give_back(held)
        except Fenced:
            pass
        finally:
            self._held.pop(grant.account_id, None)

    def remaining_s(self, grant: Grant) -> float:
        """How long the lease is ours beyond doubt, in seconds by the monotonic clock; negative when it is not.

        Commits don't add to it: each is fenced by itself, and may pass when this is over and nobody took the lease.
        """
        return self.held(grant).written_at + self._lifetime_s - self._clock.monotonic()

    def look(self, grant: Grant) -> None:
        """See ports.Lease."""
        held = self.held(grant)
        found = self._wire.get([self._fence.name(grant.account_id)], timeout_s=_LOOK_S)[0]
        now = {} if found is None else fields_of(found.fields)
        if (now.get("epoch"), now.get("instance")) != (held.epoch, held.instance):
            holder = now.get("instance") or "nobody"
            raise Fenced(f"{grant.account_id}: epoch {held.epoch} is over, {holder} has {now.get('epoch')}")

    def renewal_late_s(self, grant: Grant) -> float:
        """See ports.Lease."""
        return self._clock.monotonic() - self.held(grant).written_at - self._renew_s

    def lapsed_s_ago(self, grant: Grant) -> float:
        """See ports.Lease."""
        lapsed_at = self.held(grant).lapsed_at
        return inf if lapsed_at is None else self._clock.monotonic() - lapsed_at

    def held(self, grant: Grant) -> Held:
        """What is held under a grant. Raises Fenced when this process took the lease anew, or let it go."""
        held = self._held.get(grant.account_id)
        if held is None or held.epoch != grant.epoch:
            raise Fenced(f"{grant.account_id}: epoch {grant.epoch} is over")
        return held

    def begin(self) -> Message:
        """A CommitRequest whose first write is kept for the lease; add the others to it and give it to `commit`."""
        return self._fence.begin()

    def commit(self, grant: Grant, request: Message, delivered_sequence: int) -> None:
        """Send a commit under the lease; `delivered_sequence` goes into its next write once the commit is in.

        A request that holds nothing else writes the lease. Raises what the wire raises, and Fenced when the lease is
        another's, is gone, or is not as we left it (the store was put back to an earlier state: taking the lease again
        tells what it lacks).
        """
        self._fence.commit(self.held(grant), request, delivered_sequence)

    def _take(self, account: AccountSpec, instance: str, journal: str, found: Message | None, old: Fields) -> Grant:
        sent_at, now = self._clock.monotonic(), self._clock.now()
        number = int(old.get("sequence", 0)) + 1
        fields: dict[str, Any] = {
            **_owner(account),
            "instance": instance,
            "epoch": int(old.get("epoch", 0)) + 1,
            "until": now + timedelta(seconds=self._lifetime_s),
            "delivered_sequence": int(old.get("delivered_sequence", 0)),
            "journal": journal,
            "sequence": number,
            "updated_at": now,
        }
        request = commit_request(self._wire.database)
        write = add_set(request, self._fence.name(account.account_id), fields)
        if found is None:
            write.current_document.exists = False
        else:
            write.current_document.update_time.CopyFrom(found.update_time)
        update_time = self._wire.commit(request).write_results[0].update_time
        epoch, delivered = fields["epoch"], fields["delivered_sequence"]
        held = Held(account, instance, epoch, delivered, update_time, sent_at, number, number, number)
        self._held[account.account_id] = held
        return Grant(account.account_id, instance, epoch, delivered)


def _owner(account: AccountSpec) -> Fields:
    return {"user_id": account.user_id, "account_id": account.account_id, "mode": account.mode.value}
