"""Who makes the check before the open: the engine that is logged in, where there is one; else whoever is asked, with a
login of its own. Wired into every engine by engine.py, and into `lockstep doctor` by __main__.
"""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import structlog

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.wire import Wire
from engine.angelone_settings import ANGELONE
from engine.bootstrap.angelone import AngelOne
from engine.bootstrap.examining import expected_of, held_client, place_of, with_a_login, with_the_engines
from engine.bootstrap.instruments import angelone_of
from engine.bootstrap.keys import open_vault
from engine.bootstrap.outside import Outside
from engine.domain.credentials import BROKERS, Credentials
from engine.domain.errors import CannotStart, InvalidValue, OutcomeUnknown
from engine.domain.findings import Finding, Grade
from engine.domain.instant import MINUTE, instant_of
from engine.ports import Clock, Documents, Fields
from engine.runtime.broker_doctor import TEST
from engine.runtime.engine_at import accounts_at, engine_has
from engine.settings import Settings, read_settings

_log = structlog.get_logger()
ASKED_S = 90.0  # for an engine to make the check
LOOK_S = 0.5
BEFORE_OPEN_US = 25 * MINUTE  # the session begins 45 minutes before the open, prices are connected 20 before
NO_KEYS = (
    "there are no broker keys of Angel One: give them on the dashboard, under Brokers, or as ANGELONE_* variables "
    "(docs/BROKERS.md)"
)


def engines_check(out: Outside) -> Callable[[str], Iterable[Finding]]:
    """How an engine makes the check of a broker: with its own session, or with a login for the occasion."""

    def check(broker: str) -> Iterator[Finding]:
        angel = out.market.broker
        if angel is not None:
            yield from with_the_engines(angel, out.market.account.charge_schedule)
        else:
            yield from _own_check(out.settings, out.wire, out.clock)

    return check


class Mornings:
    """When an engine makes the check by itself: once a trading day, so long before the open that a person can still
    act, and so late that the session is there.
    """

    def __init__(self, angel: AngelOne) -> None:
        self._calendar, self._clock = angel.place.calendar, angel.clock
        self._made = ""

    def __call__(self) -> str | None:
        """The broker, where it is due; it is then taken as made."""
        now = instant_of(self._clock.now())
        session = self._calendar.session_on(self._calendar.day_at(now))
        if (
            session is None
            or session.day == self._made
            or not session.open_at - BEFORE_OPEN_US <= now < session.open_at
        ):
            return None
        self._made = session.day
        return ANGELONE


def keys_changed(out: Outside) -> Callable[[str], None]:
    """How an engine takes up the owner's new keys of a broker, where it uses those of the vault.

    Sockets are opened as one client of one app: for another of either, or none, the account begins anew in its process.
    """

    def changed(broker: str) -> None:
        angel, said = out.market.broker, out.settings.angelone
        if angel is None or broker != ANGELONE or (said is not None and said.credentials is not None):
            return
        vault = open_vault(out.settings, out.wire)
        found = None if vault is None else vault.credentials(out.settings.owner_uid, broker)
        _, before = angel.taken()
        if found is None or (found.client_code, found.api_key) != (before.client_code, before.api_key):
            why = "removed" if found is None else "of another client or app now"
            _log.warning(
                "the account begins anew", account=out.market.account.account_id, because=f"its keys are {why}"
            )
            angel.anew.set()
        else:
            angel.change(found)

    return changed


def configured_check(broker: str) -> Iterator[Finding]:
    """The check as `lockstep doctor` makes it. Raises CannotStart without keys, OperatingError where it can't be made
    now, InvalidValue for an unknown broker or settings that are wrong.
    """
    if broker not in BROKERS:
        raise InvalidValue("--broker", f"there is no broker {broker!r}; there are {', '.join(BROKERS)}")
    settings = read_settings({**os.environ, "LOCKSTEP_ROLE": "api"})  # reading needs no owner
    clock = SystemClock()
    wire = connect(settings.project, settings.firestore_emulator)
    try:
        documents = FirestoreDocuments(wire, clock, random.random)
        account = engine_at(documents, settings.owner_uid, broker, clock)
        if account is not None:
            yield from asked_of(documents, account, settings.owner_uid, broker, clock)
        else:
            yield from _own_check(settings, wire, clock)
    finally:
        wire.close()


def _own_check(settings: Settings, wire: Wire, clock: Clock) -> Iterator[Finding]:
    said = settings.angelone or angelone_of(os.environ)
    credentials = said.credentials or kept_keys(settings, wire)
    hold = partial(held_client, wire, clock, credentials, settings.owner_uid, f"doctor-{secrets.token_hex(4)}")
    yield from with_a_login(place_of(settings, said, clock), credentials, expected_of(settings, said), hold)


def kept_keys(settings: Settings, wire: Wire) -> Credentials:
    """The owner's broker keys of the vault. Raises CannotStart where there are none."""
    vault = open_vault(settings, wire) if settings.owner_uid else None
    found = None if vault is None else vault.credentials(settings.owner_uid, ANGELONE)
    if found is None:
        raise CannotStart(NO_KEYS)
    return found


def engine_at(documents: Documents, user_id: str, broker: str, clock: Clock) -> str | None:
    """The user's account at the broker that an engine has now."""
    user = documents.get("users", user_id) if user_id else None
    at_broker = accounts_at(broker, (user or {}).get("accounts", ()))
    return next((each for each in at_broker if engine_has(documents, each, clock.now())), None)


def asked_of(documents: Documents, account_id: str, user_id: str, broker: str, clock: Clock) -> Iterator[Finding]:
    """Ask that engine by a command, and pass on its lines as it writes them."""
    from engine.api.commands import accept  # brings Flask, which only this way needs

    now = clock.now()
    mode = "live" if account_id.startswith("live-") else "paper"
    owner: Fields = {"user_id": user_id, "account_id": account_id, "mode": mode, "updated_at": now}
    asked = documents.change(
        account_id, lambda transaction: accept(transaction, owner, TEST, {"broker": broker, "by": user_id})
    )
    until, told = clock.monotonic() + ASKED_S, 0
    while clock.monotonic() < until:
        found = documents.get("examinations", f"{account_id}_{broker}") or {}
        if found.get("command_id") == asked["command_id"]:
            lines = found["findings"]
            yield from (_finding(line) for line in lines[told:])
            told = len(lines)
            if found["state"] == "failed":
                raise OutcomeUnknown(f"the engine of {account_id} could not make the check: {found['failed']}")
            if found["state"] == "done":
                return
        clock.wait(LOOK_S)
    raise OutcomeUnknown(f"the engine of {account_id} has not made the check within {ASKED_S:.0f} s: look at its log")


def _finding(line: Fields) -> Finding:
    return Finding(line["name"], Grade(line["grade"]), line["says"], line["do"])
