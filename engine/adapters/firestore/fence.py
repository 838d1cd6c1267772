"""The fence: what each commit of an account begins with, so that none gets in that is late or another's.

Built by the lease, which takes and gives back; used for every commit of the store.

Theory of operation. The lease document moves (its `update_time` does) only when it is written, and whoever takes the
lease writes it. A commit begins with a look at it (`verify`), on condition that it is as we last saw it: a commit under
a lease that was taken meanwhile is refused whole, and the look costs no write.

A look leaves the lease as it is, so it can't shut out a commit of our own that was given up and is still on its way.
Hence `unsure`: from before a request leaves until its reply says that it is in, and while it is set commits write the
lease instead. Every request on its way was sent on condition of the `update_time` we hold; the write moves it, so
    a commit that is known to be in proves that all sent before it are in already or never will be.
Nothing but that proof ends `unsure`: no code does (a reply can be lost behind any), and no reading.

A refusal for good is never believed at once. After a look the commit is sent again with the lease written; when that is
refused too, the lease is read. Ours with a number that we sent and had no reply to: a commit of ours got in, and this
one is repeated whole. As it was: the refusal stands. Another's, gone, or put back to an earlier state: Fenced.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Literal, TypeAlias

import structlog

from engine.adapters.firestore.decoder import fields_of
from engine.adapters.firestore.encoder import commit_request, fill_set, name_of
from engine.adapters.firestore.errors import NotUnderstood
from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.verify import fill_verify
from engine.adapters.firestore.wire import Wire
from engine.domain.account import AccountSpec
from engine.domain.errors import Fenced, OutcomeUnknown, PermanentFailure
from engine.ports import Clock

# verify: a commit looks at the lease, and writes it only where it must. write: every commit writes it.
FenceKind: TypeAlias = Literal["verify", "write"]
NOBODY = ""
_ADOPTIONS_MAX = 3
_log = structlog.get_logger()


@dataclass(slots=True)
class Held:
    """A lease as we hold it.

    `written_at` is monotonic: when the request that last wrote it left. `number` counts its writes, sent or in, and is
    the document's `sequence`; `number_in` is the highest that we know to be in, `taken_number` that of taking it.
    `lapsed_at`: when a write last found that the one before no longer held it, None where it was held throughout.
    """

    account: AccountSpec
    instance: str
    epoch: int
    delivered_sequence: int
    update_time: Message
    written_at: float
    number: int
    number_in: int
    taken_number: int
    unsure: bool = False
    lapsed_at: float | None = None
    lock: Lock = field(default_factory=Lock)


class Fence:
    """Sends commits under a lease, one at a time an account. `lifetime_s` is how long a write of the lease holds it."""

    def __init__(self, wire: Wire, clock: Clock, lifetime_s: float, kind: FenceKind) -> None:
        self.kind = kind
        self._wire = wire
        self._clock = clock
        self._lifetime_s = lifetime_s
        self._verify_is_known = False

    def begin(self) -> Message:
        """A CommitRequest whose first write is kept for the lease."""
        request = commit_request(self._wire.database)
        request.writes.add()
        return request

    def name(self, account_id: str) -> str:
        """The full name of an account's lease."""
        return name_of(self._wire.database, "leases", account_id)

    def commit(self, held: Held, request: Message, delivered_sequence: int) -> None:
        """Send a commit that `begin` began, and keep in mind what is delivered once it is in.

        One that holds nothing else writes the lease, always: it asks whether the store takes writes, and a store may
        let us look that takes none. Raises what the wire raises, and Fenced.
        """
        with held.lock:
            delivered_sequence = max(delivered_sequence, held.delivered_sequence)
            looks = self.kind == "verify" and not held.unsure and len(request.writes) > 1
            refused = self._look(held, request) if looks else None
            if not looks or refused is not None:
                self._write(held, request, held.instance, self._lifetime_s, delivered_sequence)
            held.delivered_sequence = delivered_sequence
            if isinstance(refused, NotUnderstood) and not self._verify_is_known:
                self._fall_back(refused)

    def extend(self, held: Held, after_s: float) -> float:
        """Write the lease if its last write is that old; seconds until it is. Raises what `commit` raises."""
        with held.lock:
            if self._clock.monotonic() - held.written_at >= after_s:
                self._write(held, self.begin(), held.instance, self._lifetime_s, held.delivered_sequence)
            return max(0.0, held.written_at + after_s - self._clock.monotonic())

    def give_back(self, held: Held) -> None:
        """Write the lease as nobody's, with what is delivered. Raises what `commit` raises."""
        with held.lock:
            self._write(held, self.begin(), NOBODY, 0.0, held.delivered_sequence)

    def _look(self, held: Held, request: Message) -> PermanentFailure | None:
        """Send a commit that begins with a look at the lease; what it was refused with, None once it is in."""
        fill_verify(request.writes[0], self.name(held.account.account_id), held.update_time)
        held.unsure = True
        try:
            self._wire.commit(request)
        except PermanentFailure as refused:
            return refused
        held.unsure = False  # it was not before, so this request alone was on its way
        self._verify_is_known = True
        return None

    def _write(self, held: Held, request: Message, instance: str, lifetime_s: float, delivered_sequence: int) -> None:
        """Send a commit that begins with a write of the lease, again and whole where a lost reply is found out."""
        first = request.writes[0]
        for _ in range(_ADOPTIONS_MAX):
            held.number += 1
            sent_at, now = self._clock.monotonic(), self._clock.now()
            fields = {
                "instance": instance,
                "until": now + timedelta(seconds=lifetime_s),
                "delivered_sequence": delivered_sequence,
                "sequence": held.number,
                "updated_at": now,
            }
            first.Clear()
            fill_set(first, self.name(held.account.account_id), fields)
            first.current_document.update_time.CopyFrom(held.update_time)
            held.unsure = True
            try:
                response = self._wire.commit(request)
            except PermanentFailure as error:
                refused = error
            else:
                if sent_at - held.written_at > self._lifetime_s:
                    held.lapsed_at = sent_at
                held.update_time, held.written_at = response.write_results[0].update_time, sent_at
                held.number_in, held.unsure = held.number, False
                return
            if not self._adopt(held):
                raise refused  # nothing that wrote the lease got in, and something in the request is at fault
        raise OutcomeUnknown(f"{held.account.account_id}: {_ADOPTIONS_MAX} replies in a row were lost")

    def _adopt(self, held: Held) -> bool:
        """Whether the lease has moved by a write of ours that we had no reply to; then take its time."""
        account_id = held.account.account_id
        try:
            found = self._wire.get([self.name(account_id)])[0]
        except PermanentFailure as error:  # of this read, not of the records: what became of them is not known
            raise OutcomeUnknown(f"the lease of {account_id} can't be read: {error}") from error
        if found is None:
            raise Fenced(f"the lease of {account_id} is gone: the store was put back or emptied")
        now = fields_of(found.fields)
        if (now["epoch"], now["instance"]) != (held.epoch, held.instance):
            raise Fenced(f"{account_id}: epoch {held.epoch} is over, {now['instance'] or 'nobody'} has {now['epoch']}")
        if found.update_time == held.update_time:
            return False
        number = int(now.get("sequence", 0))
        if not held.number_in < number <= held.number:
            raise Fenced(f"the lease of {account_id} is not as we left it: the store was put back to an earlier state")
        held.update_time, held.number_in = found.update_time, number
        return True

    def _fall_back(self, refused: NotUnderstood) -> None:
        """The same commit got in with the lease written, and no look ever passed: this Firestore knows none."""
        self.kind = "write"
        _log.warning("this Firestore knows no verify: each commit writes the lease from now on", error=str(refused))
