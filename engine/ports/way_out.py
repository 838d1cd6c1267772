"""Doors on the way out: journal, store, lease, snapshot. Implemented by adapters; their twins are in outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.domain.account import AccountSpec
from engine.domain.effects import PublishRecord
from engine.domain.found import FoundFacts, FoundViews
from engine.domain.records import AuditRecord, Record

Fields = dict[str, Any]


class Outbox(Protocol):
    """The durable way out: takes batches whole or not at all, keeps their order."""

    def put(self, batch: Sequence[PublishRecord]) -> None:
        """Queue a batch for the journal, never blocking on the disk. Raises JournalFailed once it can't take more."""

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything put so far is on disk; False when the time is up."""

    @property
    def last_sequence(self) -> int:
        """The highest engine sequence the journal holds, 0 for none."""

    def newest_states(self) -> Iterable[Record]:
        """The newest record of every state document (deleted ones left out), in no promised order."""

    def status(self) -> QueueStatus:
        """Depth, age, dead letters, throughput, and whether the disk takes more."""

    @property
    def salvaged(self) -> Salvage | None:
        """What was saved of a damaged journal, from then on until `made_whole`, over restarts too."""

    def merge(self, records: Iterable[Record], sequence: int, delivered_sequence: int) -> None:
        """Complete a salvaged journal by what the store has; facts are not touched. Durable when it returns.

        `records` are the store's states and `sequence` the highest among them; `delivered_sequence` is the lease's: up
        to there the store had everything. A salvaged state from up to there gives way to the store's (also where the
        store has none: it is gone there); one from later stays, and is sent. Repeating it changes nothing.
        """

    def made_whole(self) -> None:
        """What was lost has been put again: once everything put so far is on disk, the journal is as any other."""


@dataclass(frozen=True, slots=True)
class Salvage:
    """A damaged journal, and what was saved of it. The sentence is for the user.

    `kept` records were whole. `lost` were found and were not; what `pages_unread` pages held, nobody can tell.
    """

    kept: int
    lost: int
    pages_unread: int
    damaged_file: str
    sentence: str


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The write queue as shown. Ages in seconds of wall time.

    store_state: `healthy`, `degraded` or `down`. parked: documents that wait for themselves alone. delivered_per_s:
    over the last minute. journal_state: `writing`, `full` or `failed`; journal_detail: a sentence where it does not.
    """

    depth: int
    oldest_age_s: float
    dead_letters: int
    delivered: int
    attempts: int
    store_state: str
    parked: int = 0
    delivered_per_s: float = 0.0
    journal_state: str = "writing"
    journal_detail: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A journaled record on its way to the store. `row` orders them; `record` is decoded.

    `digest` stands for the record's type and fields: its journal gives another where they differ, the same where they
    do not, and none of a fact, or where it does not reckon any.
    """

    row: int
    sequence: int
    record: Record
    size_bytes: int
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class Grant:
    """A lease held: the epoch fences every write under it. `waited_out`: it was taken from a holder that had not let go
    of it and that nobody has proven dead; cut off from the store, that one may send exits still.
    """

    account_id: str
    instance: str
    epoch: int
    delivered_sequence: int
    waited_out: bool = False


class RecordStore(Protocol):
    """Where records end up. One commit in flight an account, fenced by the lease."""

    def commit(self, grant: Grant, batch: Sequence[Pending]) -> None:
        """Write a batch whole, idempotently, and note the delivered row in the lease.

        An empty batch asks whether the store takes writes. Once a commit has passed, none before it can still get in.
        Raises OutcomeUnknown or BackPressure (repeat it, parted and in other company if need be), Fenced, TooLarge
        (nothing was sent), or PermanentFailure (a record of the batch can never be written: the relay finds it).
        """

    def ping(self) -> None:
        """Raise an OperatingError when the store does not answer within a second."""


@dataclass(frozen=True, slots=True)
class StoredStates:
    """An account's states as the store has them, each as of its own last write.

    `sequence` is the highest among them, `account_sequence` that of the account's own document.
    """

    records: tuple[Record, ...]
    sequence: int
    account_sequence: int


class PastStore(Protocol):
    """What the store holds of an account's past. Reads alone; raises OperatingError, and then may be asked again."""

    def states(self, account_id: str) -> StoredStates:
        """Its newest states; none for an account that never traded."""

    def facts(self, account: AccountSpec, since: int) -> FoundFacts:
        """All its fills, and orders, signals and closed trades since an instant."""

    def newest_entry(self, account: AccountSpec) -> AuditRecord | None:
        """The audit log's entry with the highest number; None where there is none."""

    def views(self, account: AccountSpec, bot_ids: Sequence[str], days: Sequence[str]) -> FoundViews:
        """What it shows of decisions and bars of these trading days (ISO)."""


class Lease(Protocol):
    """One owner an account."""

    def acquire(
        self, account: AccountSpec, instance: str, journal: str, old_holder_dead: bool, known_epoch: int | None = None
    ) -> Grant:
        """Take the lease with the next epoch, waiting an old one out unless its holder is proven dead.

        `known_epoch` is the last that the journal knows of, where it holds an account's states. Raises LeaseHeld when
        the old holder keeps it for longer than this lease has patience, and JournalSuperseded, before anything is
        taken, where another journal was written under a later epoch.
        """

    def renew(self, grant: Grant) -> float:
        """Hold on to it where that is due; seconds until it is due next.

        Raises Fenced when another has it, another OperatingError when that can't be told.
        """

    def release(self, grant: Grant) -> None:
        """Let go."""

    def remaining_s(self, grant: Grant) -> float:
        """How long it is ours beyond doubt, by the monotonic clock from when its last write's request left.

        Raises Fenced where this process knows that it is not.
        """

    def look(self, grant: Grant) -> None:
        """Read whose it is, within a second. Raises Fenced when it is another's, another OperatingError when that can't
        be told.
        """

    def renewal_late_s(self, grant: Grant) -> float:
        """For how long its renewal has been due; below 0 while it is not. Raises Fenced as `remaining_s` does."""

    def lapsed_s_ago(self, grant: Grant) -> float:
        """How long ago it was ours again after it had run out (this process hung, say); infinity where it never did.

        Raises Fenced as `remaining_s` does.
        """


class SnapshotStore(Protocol):
    """A file that the engine's process renames into place and the API's process reads."""

    def write(self, snapshot: Mapping[str, Any]) -> None:
        """Replace the snapshot atomically. Raises an OperatingError where that can't be done."""

    def read(self) -> Fields | None:
        """The last snapshot; None when there is none."""
