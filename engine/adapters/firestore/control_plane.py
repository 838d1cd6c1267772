"""The ControlPlane port on Firestore: what people want of an account. Written by the API, polled by the engine.

One cheap read (`generation`) tells whether anything moved; only then are bots, policy, halt and commands read again.
A document that can't be read is told once in the log and left out: a bad bot never stops the good ones. One that could
be read before stays as it was: left out, it would count as deleted, and what it holds would be sold.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from engine.adapters.firestore.arming_document import read_arming
from engine.adapters.firestore.bot_document import new_bot, read_bot, read_command
from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.encoder import name_of
from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.queries import structured_query
from engine.adapters.firestore.reader import CONTROLS, FirestoreDocuments
from engine.adapters.firestore.wire import Wire
from engine.domain.account import AccountSpec, BotSpec, Desired
from engine.domain.arming import Arming
from engine.domain.errors import InvalidValue, PermanentFailure
from engine.domain.events import CommandReceived, KillAsked
from engine.domain.instant import instant_of
from engine.domain.risk import RiskPolicy, plain_policy
from engine.domain.risk_presets import read_policy_document
from engine.ports import BotDocument, Fields, Transaction

SERVICE = "service"
_WORDS = frozenset(Desired)
_log = logging.getLogger(__name__)
T = TypeVar("T")


class FirestoreControlPlane:
    """See ports.ControlPlane."""

    def __init__(self, wire: Wire, documents: FirestoreDocuments, now: Callable[[], datetime]) -> None:
        self._wire = wire
        self._documents = documents
        self._now = now
        self._controls: Fields = {}
        self._service: Fields = {}
        self._told: set[tuple[str, str, str]] = set()
        self._known_bots: dict[str, BotDocument] = {}  # as they could be read last
        self._decoded: dict[str, tuple[Message, Fields]] = {}  # by name: as of its update time

    def ensure(self, account: AccountSpec, bots: Sequence[BotSpec]) -> None:
        """See ports.ControlPlane. A bot that was once made here and then deleted by a person stays deleted.

        A bot's id is one document: where the user's other account (an earlier replay, say) has a bot of that id, this
        account takes it over. Raises PermanentFailure for an account or a bot that is another user's, and for a bot of
        the other mode.
        """
        asked = [(CONTROLS, account.account_id), ("users", account.user_id), *(("bots", bot.bot_id) for bot in bots)]
        controls, user, *held = self._at_once(asked)
        if controls is not None and controls.get("user_id", account.user_id) != account.user_id:
            raise PermanentFailure(f"{account.account_id} belongs to another user")
        known = controls is not None and "brought_bots" in controls and "user_id" in controls
        owned = user is not None and account.account_id in user.get("accounts", ())
        wanted = (_is_wanted(account, bot, found, controls or {}) for bot, found in zip(bots, held, strict=True))
        if known and owned and not any(wanted):
            return
        self._documents.change(account.account_id, lambda transaction: self._bring(transaction, account, bots))

    def _at_once(self, asked: Sequence[tuple[str, str]]) -> list[Fields | None]:
        """Documents by collection and id, in one call however many: a start makes no round trip for each bot."""
        found = self._wire.get([name_of(self._wire.database, *one) for one in asked])
        return [None if one is None else document_fields(one) for one in found]

    def generation(self, account_id: str) -> tuple[int, int]:
        """See ports.ControlPlane."""
        own, service = self._read_controls(account_id)
        self._controls, self._service = own, service
        return int(own.get("generation", 0)), int(service.get("generation", 0))

    def bots(self, account_id: str) -> Sequence[BotDocument]:
        """See ports.ControlPlane. What can't be read may still be stopped, paused and deleted."""
        found = self._documents_of("bots", {"account_id": account_id})
        bots = {bot.spec.bot_id: bot for bot in self._readable("bots", found, read_bot)}
        for fields in found:
            known = self._known_bots.get(fields["id"])
            if known is not None and fields["id"] not in bots and fields.get("deleted") is not True:
                desired = fields.get("desired")
                wanted = Desired(desired) if isinstance(desired, str) and desired in _WORDS else known.desired
                bots[fields["id"]] = replace(known, desired=wanted)
        self._known_bots = bots
        return list(bots.values())

    def policy(self, account_id: str) -> RiskPolicy | None:
        """See ports.ControlPlane. One that can't be read counts as none."""
        found = self._documents.get("risk_policies", account_id)
        policies = [] if found is None else self._readable("risk_policies", [found], read_policy_document)
        return policies[0] if policies else None

    def halt(self, account_id: str) -> tuple[bool, str]:
        """See ports.ControlPlane; the service's halt goes before the account's."""
        own, service = self._read_controls(account_id)
        for controls in (service, own):
            if controls.get("halted"):
                return True, str(controls.get("halted_reason") or "")
        return False, ""

    def kill(self, account_id: str) -> KillAsked | None:
        """See ports.ControlPlane. Of two kills the service's is told, with what the account's asks beyond it."""
        found = [asked for controls in (self._service, self._own(account_id)) if (asked := _kill_of(controls))]
        if not found:
            return None
        flatten, asked_at = any(asked.flatten for asked in found), max(asked.asked_at for asked in found)
        return replace(found[0], flatten=flatten, asked_at=asked_at)

    def resumed_at(self, account_id: str) -> datetime | None:
        """See ports.ControlPlane."""
        found = [controls.get("resumed_at") for controls in (self._service, self._own(account_id))]
        return max((at for at in found if isinstance(at, datetime)), default=None)

    def arming(self, account_id: str) -> Arming:
        """See ports.ControlPlane."""
        return read_arming(self._own(account_id))

    def open_commands(self, account_id: str) -> Sequence[CommandReceived]:
        """See ports.ControlPlane."""
        found = self._documents_of("commands", {"account_id": account_id, "state": "accepted"})
        never = datetime.min.replace(tzinfo=UTC)
        found.sort(key=lambda fields: (fields.get("requested_at") or never, fields["id"]))
        return self._readable("commands", found, read_command)

    def watched_until(self, account_id: str) -> datetime | None:
        """See ports.ControlPlane. As of the last `generation`: the same document carries both, so it costs no read."""
        until = self._own(account_id).get("watched_until")
        return until if isinstance(until, datetime) else None

    def _own(self, account_id: str) -> Fields:
        """The account's controls as of the last `generation`."""
        return self._controls if self._controls.get("id") == account_id else {}

    def _bring(self, transaction: Transaction, account: AccountSpec, bots: Sequence[BotSpec]) -> Fields:
        owner = {"user_id": account.user_id, "account_id": account.account_id, "mode": account.mode.value}
        user = transaction.get("users", account.user_id)
        controls = transaction.get(CONTROLS, account.account_id)
        accounts = list((user or {}).get("accounts", ()))
        if user is None:
            created = {"user_id": account.user_id, "accounts": [account.account_id], "created_at": self._now()}
            transaction.create("users", account.user_id, created)
        elif account.account_id not in accounts:
            transaction.update("users", account.user_id, {"accounts": [*accounts, account.account_id]})
        brought = list((controls or {}).get("brought_bots", ()))
        for bot in bots:
            found = transaction.get("bots", bot.bot_id)
            if found is not None and found.get("user_id") != account.user_id:
                raise PermanentFailure(f"the bot id {bot.bot_id} is another user's: give the bot another id")
            if found is not None and found.get("mode", account.mode) != account.mode:
                raise PermanentFailure(f"the bot {bot.bot_id} is on a {found['mode']} account: give the bot another id")
            if found is None and bot.bot_id not in brought:
                transaction.create("bots", bot.bot_id, new_bot(account, bot, self._now()))
            elif found is not None and found.get("account_id") != account.account_id:
                transaction.update("bots", bot.bot_id, new_bot(account, bot, self._now()))
            if bot.bot_id not in brought:
                brought.append(bot.bot_id)
        if transaction.get("risk_policies", account.account_id) is None:
            transaction.create("risk_policies", account.account_id, {**owner, **plain_policy(account.risk_policy)})
        fields = {**owner, "brought_bots": brought}
        if controls is None:
            transaction.create(CONTROLS, account.account_id, {**fields, "halted": False, "halted_reason": None})
        else:
            transaction.update(CONTROLS, account.account_id, fields)
        return {}

    def _read_controls(self, account_id: str) -> tuple[Fields, Fields]:
        names = [name_of(self._wire.database, CONTROLS, which) for which in (account_id, SERVICE)]
        own, service = ({} if found is None else self._fields_of(found) for found in self._wire.get(names))
        return own, service

    def _fields_of(self, found: Message) -> Fields:
        """Its fields: a document that is looked at twice a second is decoded when it has moved."""
        before = self._decoded.get(found.name)
        if before is None or before[0] != found.update_time:
            before = self._decoded[found.name] = (found.update_time, document_fields(found))
        return before[1]

    def _documents_of(self, collection: str, where: Mapping[str, Any]) -> list[Fields]:
        return [document_fields(found) for found in self._wire.query(structured_query(collection, where))]

    def _readable(self, collection: str, found: Sequence[Fields], read: Callable[[Fields], T]) -> list[T]:
        readable: list[T] = []
        for fields in found:
            try:
                readable.append(read(fields))
            except InvalidValue as error:
                key = (collection, str(fields["id"]), str(error))
                if key not in self._told:
                    self._told.add(key)
                    _log.warning("%s/%s is left out: %s", *key)
        return readable


def _is_wanted(account: AccountSpec, bot: BotSpec, found: Fields | None, controls: Fields) -> bool:
    """Whether a bot has yet to be made here, or to be taken over from another account."""
    if found is None:
        return bot.bot_id not in controls["brought_bots"]
    return bool(found.get("account_id") != account.account_id)


def _kill_of(controls: Fields) -> KillAsked | None:
    killed = controls.get("killed")
    if killed is None or killed is False:  # anything else was meant, whatever it says
        return None
    at, by = controls.get("killed_at"), str(controls.get("killed_by") or "a document")
    asked_at = instant_of(at) if isinstance(at, datetime) else 0
    reason = str(controls.get("killed_reason") or "killed by a document")
    return KillAsked(reason, controls.get("kill_flatten") is True, by, asked_at)
