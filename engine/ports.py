"""Every door to the outside, a Protocol each. Adapters implement them, twins too; runtime, api and cli call them.

What crosses a door is a domain value or a plain dict of JSON-like values (str, int, float, bool, None, aware datetime,
list, dict). Operating errors are those of domain/errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from engine.domain.account import AccountSpec, BotSpec, Desired, RiskPolicy
from engine.domain.effects import CancelOrder, PublishRecord, SubmitOrder
from engine.domain.events import BrokerEvent, CommandReceived, MarketEvent
from engine.domain.instrument import Instrument
from engine.domain.records import Record

Fields = dict[str, Any]


class Clock(Protocol):
    """Wall and monotonic time. Only runtime and adapters own one."""

    def now(self) -> datetime:
        """Wall time, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    def wait(self, seconds: float) -> None:
        """Let that many seconds pass."""


class MarketFeed(Protocol):
    """Prices of one market, as events in the order of market time."""

    @property
    def market(self) -> str:
        """`demo`, `replay`, `coinbase` or `angelone`."""

    @property
    def speed(self) -> float:
        """Market seconds a wall second."""

    @property
    def simulated(self) -> bool:
        """Whether its market clock is not the wall's."""

    def instruments(self) -> Sequence[Instrument]:
        """What it carries."""

    def history(self, until: int | None) -> Iterator[MarketEvent]:
        """Sessions and closed bars up to the place it goes on from (`until`, None: its own start), to warm up on."""

    def events(self, since: int | None, stop: Callable[[], bool]) -> Iterator[MarketEvent]:
        """Market events from that place on, paced, to the data's end (MarketEnded) or until `stop()` is true."""


class Broker(Protocol):
    """A venue that trades. Returned events are what the venue said at once; later ones come through the inbox."""

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        """Send once. Raises OutcomeUnknown where the venue may or may not have it."""

    def cancel(self, order: CancelOrder) -> Sequence[BrokerEvent]:
        """Ask for a cancellation."""


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
        """Depth, age, dead letters, throughput."""


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """The write queue as shown. Ages in seconds of wall time."""

    depth: int
    oldest_age_s: float
    dead_letters: int
    delivered: int
    attempts: int
    store_state: str


@dataclass(frozen=True, slots=True)
class Pending:
    """A journaled record on its way to the store. `row` orders them; `record` is decoded."""

    row: int
    sequence: int
    record: Record
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Grant:
    """A lease held: the epoch fences every write under it."""

    account_id: str
    instance: str
    epoch: int
    delivered_sequence: int


class RecordStore(Protocol):
    """Where records end up. One commit in flight an account, fenced by the lease."""

    def commit(self, grant: Grant, batch: Sequence[Pending]) -> None:
        """Write a batch whole, idempotently, and note the delivered row in the lease.

        Raises OutcomeUnknown or BackPressure (repeat the same), Fenced, or PermanentFailure (some record of the batch
        can never be written: the relay narrows it down).
        """

    def ping(self) -> None:
        """Raise an OperatingError when the store does not answer within a second."""


class Lease(Protocol):
    """One owner an account."""

    def acquire(self, account: AccountSpec, instance: str, journal: str, old_holder_dead: bool) -> Grant:
        """Take the lease with the next epoch, waiting an old one out unless its holder is proven dead."""

    def renew(self, grant: Grant) -> None:
        """Hold on to it. Raises Fenced when another has it, OutcomeUnknown when that can't be told."""

    def release(self, grant: Grant) -> None:
        """Let go."""


class SnapshotStore(Protocol):
    """A file that the engine's process renames into place and the API's process reads."""

    def write(self, snapshot: Mapping[str, Any]) -> None:
        """Replace the snapshot atomically."""

    def read(self) -> Fields | None:
        """The last snapshot; None when there is none."""


@dataclass(frozen=True, slots=True)
class BotDocument:
    """A bot as the API wrote it."""

    spec: BotSpec
    desired: Desired
    generation: int
    deleted: bool


class ControlPlane(Protocol):
    """What people want of an account, read by the engine; the API writes it."""

    def ensure(self, account: AccountSpec, bots: Sequence[BotSpec]) -> None:
        """Make sure that the account is its user's and that these bots exist; changes nothing that is there."""

    def generation(self, account_id: str) -> tuple[int, int]:
        """The generations of the account's and of the service's controls; 0 where there is none. One cheap read."""

    def bots(self, account_id: str) -> Sequence[BotDocument]:
        """Every bot of the account, tombstones too. A bot that can't be read is left out and told in the log."""

    def policy(self, account_id: str) -> RiskPolicy | None:
        """The account's own risk policy, if it has one."""

    def halt(self, account_id: str) -> tuple[bool, str]:
        """Whether a person halted the account or the service, and the reason."""

    def open_commands(self, account_id: str) -> Sequence[CommandReceived]:
        """Commands in state `accepted`, oldest first."""

    def watched_until(self, account_id: str) -> datetime | None:
        """Until when a screen is known to be watching (`POST /presence`)."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of documents, each with its id under `id`; `cursor` continues it, None at the end."""

    items: list[Fields]
    cursor: str | None


class Documents(Protocol):
    """What the API reads and writes. Every method raises an OperatingError when the store does not answer in time."""

    def get(self, collection: str, document_id: str) -> Fields | None:
        """One document, with its id under `id`."""

    def page(
        self,
        collection: str,
        where: Mapping[str, Any],
        order_by: str | None,
        limit: int,
        cursor: str | None,
    ) -> Page:
        """Documents with these exact field values, newest first by `order_by`. Raises InvalidValue for a bad cursor."""

    def change(self, account_id: str, change: Callable[[Transaction], Fields]) -> Fields:
        """Run `change` in a transaction that also moves the account's generation, and return what it returns."""


class Transaction(Protocol):
    """Reads first, then writes; all or nothing."""

    def get(self, collection: str, document_id: str) -> Fields | None:
        """One document as of the transaction."""

    def create(self, collection: str, document_id: str, fields: Fields) -> None:
        """Write a new document."""

    def update(self, collection: str, document_id: str, fields: Fields) -> None:
        """Write these fields (dotted paths reach into maps), leaving the others."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a verified token says is calling."""

    uid: str
    email: str | None
    signed_in_at: datetime


class TokenVerifier(Protocol):
    """Tells who a bearer token belongs to."""

    def verify(self, token: str, *, check_revoked: bool = False) -> Identity:
        """Raises Unauthenticated for a token that proves nobody, OperatingError when that can't be told now."""
