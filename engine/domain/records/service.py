"""Records of the service: health, prices for screens, alerts, commands, dead letters. Made by runtime, core, relay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from engine.domain.instant import Instant


@dataclass(frozen=True, slots=True)
class HealthRecord:
    """How the service is doing for this account; the runtime's fields of the account document. Ages in seconds.

    queue_state: `idle` or `backlog`. store_state: `healthy`, `degraded` or `down`. journal_state: `writing`, `full` or
    `failed`, journal_detail a sentence where it does not write. queue_parked counts documents that wait for themselves
    alone; queue_delivered and queue_attempts count since the engine's start.
    """

    collection: ClassVar[str] = "accounts"
    fact: ClassVar[bool] = False
    account_id: str
    effective_mode: str
    clock_speed: float
    clock_simulated: bool
    clock_finished: bool
    truth_state: str
    truth_checked_at: Instant | None  # None: nothing was compared yet
    truth_differences: tuple[str, ...]
    engine_instance: str
    engine_epoch: int
    heartbeat_at: Instant
    queue_depth: int
    queue_oldest_age_s: float
    dead_letters: int
    feed_state: str
    last_tick_at: Instant | None
    ticks: int
    ticks_dropped: Mapping[str, int]
    broker_state: str
    queue_state: str = "idle"
    queue_parked: int = 0
    queue_attempts: int = 0
    queue_delivered: int = 0
    queue_delivered_per_s: float = 0.0
    store_state: str = "healthy"
    journal_state: str = "writing"
    journal_detail: str = ""
    engine_pid: int = 0  # of the process that takes SIGUSR1; 0 in records of before it was kept
    mode_reasons: tuple[str, ...] = ()  # why it is `dry`, in sentences
    broker_until: Instant | None = None  # when its login ends, or the next one may begin
    slot: ClassVar[str] = "health"

    @property
    def document_id(self) -> str:
        return self.account_id


@dataclass(frozen=True, slots=True)
class QuoteEntry:
    """The last price of a symbol; `change_pct` since the session's first price."""

    price: Decimal
    at: Instant
    change_pct: Decimal


@dataclass(frozen=True, slots=True)
class QuotesRecord:
    """The prices the account's screens need."""

    collection: ClassVar[str] = "quotes"
    fact: ClassVar[bool] = False
    account_id: str
    symbols: Mapping[str, QuoteEntry]
    market_at: Instant

    @property
    def document_id(self) -> str:
        return self.account_id


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of sending an alert to a channel. `at` is wall time; `failed` says why it did not arrive, if so."""

    channel: str
    at: Instant
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """Something a person should know: severity and kind are those of domain/alert_kinds.

    Written again, with the same id, when it happened again (`count` times so far, `last_at` the last time) and when it
    reached a channel, or did not: one entry of `delivered_to` a channel, the newest.
    """

    collection: ClassVar[str] = "alerts"
    fact: ClassVar[bool] = True
    alert_id: str
    severity: str
    kind: str
    text: str
    at: Instant
    count: int = 1
    last_at: Instant | None = None  # None: it happened once
    delivered_to: tuple[Delivery, ...] = ()

    @property
    def document_id(self) -> str:
        return self.alert_id


@dataclass(frozen=True, slots=True)
class CommandResult:
    """A command is done or has failed."""

    collection: ClassVar[str] = "commands"
    fact: ClassVar[bool] = False
    command_id: str
    state: str
    result: Mapping[str, str] = field(default_factory=dict)

    @property
    def document_id(self) -> str:
        return self.command_id


@dataclass(frozen=True, slots=True)
class DeadLetterRecord:
    """A record that the store can never take, told to a person; made by the relay. `first_at` is wall time."""

    collection: ClassVar[str] = "dead_letters"
    fact: ClassVar[bool] = False
    letter_id: str
    of_collection: str
    of_document_id: str
    error: str
    attempts: int
    first_at: Instant
    payload_bytes: int

    @property
    def document_id(self) -> str:
        return self.letter_id


@dataclass(frozen=True, slots=True)
class DeadLetterGone:
    """A person had a dead letter's record sent again or discarded: its document is deleted."""

    collection: ClassVar[str] = "dead_letters"
    fact: ClassVar[bool] = False
    letter_id: str

    @property
    def document_id(self) -> str:
        return self.letter_id


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that the journal keeps and no longer sends: what names it, and why. No record itself, and undecoded.

    `first_at` is wall time; `attempts` is 0 for one that could not even be read.
    """

    row: int
    collection: str
    document_id: str
    slot: str
    fact: bool
    error: str
    attempts: int
    first_at: Instant
    payload_bytes: int
