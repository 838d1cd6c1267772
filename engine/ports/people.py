"""Doors to what people want and read, and to who they are. Implemented by adapters; called by runtime and api."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from engine.domain.account import AccountSpec, BotSpec, Desired
from engine.domain.arming import Arming
from engine.domain.events import CommandReceived, KillAsked
from engine.domain.risk import RiskPolicy
from engine.ports.way_out import Fields


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
        """Every bot of the account, tombstones too. One that can't be read is told in the log, and is as it was when it
        could be, but for what is wanted of it; it is left out where it never could, or was deleted.
        """

    def policy(self, account_id: str) -> RiskPolicy | None:
        """The account's own risk policy, if it has one."""

    def halt(self, account_id: str) -> tuple[bool, str]:
        """Whether a person halted the account or the service, and the reason."""

    def kill(self, account_id: str) -> KillAsked | None:
        """The kill that stands in the service's or the account's controls, as of the last `generation`: it costs no
        read, and one written by hand is seen although no generation moved.
        """

    def resumed_at(self, account_id: str) -> datetime | None:
        """When a person last resumed the account or the service, as of the last `generation`."""

    def arming(self, account_id: str) -> Arming:
        """Until when the account is armed, and whether its broker connection may only look, as of the last
        `generation`. From any thread.
        """

    def open_commands(self, account_id: str) -> Sequence[CommandReceived]:
        """Commands in state `accepted`, oldest first."""

    def watched_until(self, account_id: str) -> datetime | None:
        """Until when a screen is known to be watching (`POST /presence`)."""


class Bell(Protocol):
    """How the API tells an engine of the same container that people's wishes changed. A hint: polling is the truth."""

    def ring(self) -> None:
        """Say that something was written. Never raises."""

    def rung(self) -> bool:
        """Whether it rang since this was asked last. Never raises."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of documents, each with its id under `id`; `cursor` continues it, None at the end."""

    items: list[Fields]
    cursor: str | None


class Documents(Protocol):
    """What the API reads and writes. Every method raises an OperatingError when the store does not answer in time."""

    def get(self, collection: str, document_id: str) -> Fields | None:
        """One document, with its id under `id`."""

    def ping(self) -> None:
        """Raise an OperatingError when the store does not answer a small read within a second."""

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


class Notifier(Protocol):
    """A way to a person: one channel."""

    @property
    def name(self) -> str:
        """The channel's name, which is no secret."""

    def send(self, severity: str, title: str, body: str) -> None:
        """Send one message, within seconds. Raises OutcomeUnknown, in words without secrets: send it again later."""
