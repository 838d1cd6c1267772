"""The lease: one owner an account, and the fence every commit goes through. Taken by runtime; used by the store.

A lease is a document with an epoch. Whoever takes it adds one, and every commit under it begins with a write to the
lease on condition that it is as we last saw it (`update_time`). So a stolen lease refuses the whole commit, and so does
a newer commit of our own: one that was long on the way can't arrive after it. One commit is in flight an account:
renewals go through the same lock. `until` is wall time for others; our own validity is counted on the monotonic clock
from the moment the request left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Any

from engine.adapters.firestore.decoder import fields_of
from engine.adapters.firestore.encoder import add_set, commit_request, fill_set, name_of, set_timestamp
from engine.adapters.firestore.errors import PreconditionFailed
from engine.adapters.firestore.wire import Message, Wire
from engine.domain.account import AccountSpec
from engine.domain.errors import Fenced, OutcomeUnknown, PermanentFailure
from engine.ports import Clock, Fields, Grant

PAPER_LIFETIME_S = 90.0
CLOCK_SKEW_S = 2.0
PATIENCE_S = 300.0
_NOBODY = ""
_ADOPTIONS_MAX = 3
_TAKE_AGAIN_S = 0.1


@dataclass(slots=True)
class Held:
    """A lease as we hold it. `extended_at` is monotonic: when the request that last extended it left."""

    account: AccountSpec
    instance: str
    epoch: int
    delivered_sequence: int
    update_time: Message
    extended_at: float
    lock: Lock = field(default_factory=Lock)


class FirestoreLease:
    """See ports.Lease. `lifetime_s` is how long others respect it after its last renewal or commit."""

    def __init__(
        self, wire: Wire, clock: Clock, lifetime_s: float = PAPER_LIFETIME_S, patience_s: float = PATIENCE_S
    ) -> None:
        self._wire = wire
        self._clock = clock
        self._lifetime_s = lifetime_s
        self._patience_s = patience_s
        self._held: dict[str, Held] = {}

    def acquire(self, account: AccountSpec, instance: str, journal: str, old_holder_dead: bool) -> Grant:
        """See ports.Lease.

        `old_holder_dead` says that we hold the exclusive lock on `journal`: a proof if that is the journal that the
        old lease names, and none otherwise. Raises Fenced when another holder keeps renewing beyond our patience.
        """
        give_up_at = self._clock.monotonic() + self._patience_s
        while True:
            found = self._wire.get([self._name(account.account_id)])[0]
            old = {} if found is None else fields_of(found.fields)
            free = not old or old["instance"] in (_NOBODY, instance)
            if not free and not (old_holder_dead and old["journal"] == journal):
                left_s = (old["until"] - self._clock.now()).total_seconds() + CLOCK_SKEW_S
                if left_s > 0:
                    if self._clock.monotonic() >= give_up_at:
                        raise Fenced(f"{account.account_id} is held by {old['instance']}, which keeps renewing")
                    self._clock.wait(min(left_s, 1.0))
                    continue
            try:
                return self._take(account, instance, journal, found, old)
            except PreconditionFailed as error:  # another took it between our read and our write
                if self._clock.monotonic() >= give_up_at:
                    raise Fenced(f"{account.account_id}: its lease can't be taken: {error}") from error
                self._clock.wait(_TAKE_AGAIN_S)

    def renew(self, grant: Grant) -> None:
        """See ports.Lease. Writes nothing where a commit has extended the lease within a third of its life."""
        held = self.held(grant)
        if self._clock.monotonic() - held.extended_at > self._lifetime_s / 3:
            self.commit(grant, self.begin(), held.delivered_sequence)

    def release(self, grant: Grant) -> None:
        """See ports.Lease. A lease that another took meanwhile is left alone."""
        held = self.held(grant)
        request = self.begin()
        try:
            self._send(held, request, {"instance": _NOBODY, "until": self._clock.now()})
        except Fenced:
            pass
        finally:
            self._held.pop(grant.account_id, None)

    def remaining_s(self, grant: Grant) -> float:
        """How long the lease is ours beyond doubt, in seconds by the monotonic clock; negative when it is not."""
        return self.held(grant).extended_at + self._lifetime_s - self._clock.monotonic()

    def held(self, grant: Grant) -> Held:
        """What is held under a grant. Raises Fenced when this process took the lease anew, or let it go."""
        held = self._held.get(grant.account_id)
        if held is None or held.epoch != grant.epoch:
            raise Fenced(f"{grant.account_id}: epoch {grant.epoch} is over")
        return held

    def begin(self) -> Message:
        """A CommitRequest whose first write is kept for the lease; add the others to it and give it to `commit`."""
        request = commit_request(self._wire.database)
        request.writes.add()
        return request

    def commit(self, grant: Grant, request: Message, delivered_sequence: int) -> None:
        """Send a commit under the lease, extending it and noting what is delivered once the commit is in.

        Raises what the wire raises, and Fenced when the lease is another's, is gone, or is older than ours (the store
        was put back to an earlier state: taking the lease again tells what it lacks).
        """
        held = self.held(grant)
        delivered_sequence = max(delivered_sequence, held.delivered_sequence)
        until = self._clock.now() + timedelta(seconds=self._lifetime_s)
        self._send(held, request, {"until": until, "delivered_sequence": delivered_sequence})
        held.delivered_sequence = delivered_sequence

    def _send(self, held: Held, request: Message, fields: Fields) -> None:
        first = request.writes[0]
        fill_set(first, self._name(held.account.account_id), {**fields, "updated_at": self._clock.now()})
        with held.lock:
            for _ in range(_ADOPTIONS_MAX):
                # Anew each time: a write that changes nothing keeps its update_time, and passes for one not applied.
                set_timestamp(first.update.fields["updated_at"].timestamp_value, self._clock.now())
                first.current_document.update_time.CopyFrom(held.update_time)
                sent_at = self._clock.monotonic()
                try:
                    response = self._wire.commit(request)
                except PermanentFailure:  # whatever it says: a commit that got in must be repeated whole, not parted
                    if not self._adopt(held):
                        raise  # the lease is as we know it: nothing got in, and something in the request is at fault
                else:
                    held.update_time = response.write_results[0].update_time
                    held.extended_at = sent_at
                    return
        raise Fenced(f"{held.account.account_id}: the lease changes under our hands")

    def _adopt(self, held: Held) -> bool:
        """Whether the lease is ours and has changed, by a commit of ours whose reply was lost; then take its time."""
        account_id = held.account.account_id
        try:
            found = self._wire.get([self._name(account_id)])[0]
        except PermanentFailure as error:  # of this read, not of the records: what became of them is not known
            raise OutcomeUnknown(f"the lease of {account_id} can't be read: {error}") from error
        if found is None:
            raise Fenced(f"the lease of {account_id} is gone: the store was put back or emptied")
        now = fields_of(found.fields)
        if (now["epoch"], now["instance"]) != (held.epoch, held.instance):
            raise Fenced(f"{account_id}: epoch {held.epoch} is over, {now['instance'] or 'nobody'} has {now['epoch']}")
        if found.update_time == held.update_time:
            return False
        held.update_time = found.update_time
        return True

    def _take(self, account: AccountSpec, instance: str, journal: str, found: Message | None, old: Fields) -> Grant:
        now = self._clock.now()
        fields: dict[str, Any] = {
            **_owner(account),
            "instance": instance,
            "epoch": int(old.get("epoch", 0)) + 1,
            "until": now + timedelta(seconds=self._lifetime_s),
            "delivered_sequence": int(old.get("delivered_sequence", 0)),
            "journal": journal,
            "updated_at": now,
        }
        request = commit_request(self._wire.database)
        write = add_set(request, self._name(account.account_id), fields)
        if found is None:
            write.current_document.exists = False
        else:
            write.current_document.update_time.CopyFrom(found.update_time)
        sent_at = self._clock.monotonic()
        update_time = self._wire.commit(request).write_results[0].update_time
        epoch, delivered = fields["epoch"], fields["delivered_sequence"]
        self._held[account.account_id] = Held(account, instance, epoch, delivered, update_time, sent_at)
        return Grant(account.account_id, instance, epoch, delivered)

    def _name(self, account_id: str) -> str:
        return name_of(self._wire.database, "leases", account_id)


def _owner(account: AccountSpec) -> Fields:
    return {"user_id": account.user_id, "account_id": account.account_id, "mode": account.mode.value, "sequence": 0}
