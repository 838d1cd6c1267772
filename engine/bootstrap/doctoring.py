"""Who makes the check before the open: the engine that is logged in, where there is one; else whoever is asked, with a
login of its own. Wired into every engine by engine.py, and into `lockstep doctor` by __main__.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Iterator

import structlog

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.wire import Wire
from engine.angelone_settings import ANGELONE
from engine.bootstrap.keys import open_vault
from engine.bootstrap.outside import Outside
from engine.domain.broker_keys import BROKERS
from engine.domain.errors import InvalidValue, OutcomeUnknown
from engine.domain.findings import Finding, Grade
from engine.ports import Clock, Documents, Fields
from engine.runtime.broker_doctor import TEST
from engine.runtime.engine_at import accounts_at, engine_has
from engine.settings import Settings, read_settings

_log = structlog.get_logger()
ASKED_S = 90.0  # for an engine to make the check
LOOK_S = 0.5


def engines_check(out: Outside) -> Callable[[str], Iterable[Finding]]:
    """How an engine makes the check of a broker: with its own session, or with a login for the occasion."""

    def check(broker: str) -> Iterator[Finding]:
        real = out.market.broker
        if real is not None and real.name == broker:
            yield from real.examine(out.market.account.charge_schedule)
        else:
            yield from _own_check(out.settings, out.wire, out.clock, broker)

    return check


def keys_changed(out: Outside) -> Callable[[str], None]:
    """How an engine takes up the owner's new keys of a broker, where it uses those of the vault."""

    def changed(broker: str) -> None:
        real = out.market.broker
        if real is None or broker != real.name or out.settings.keys_said(broker) is not None:
            return
        vault = open_vault(out.settings, out.wire)
        found = None if vault is None else vault.credentials(out.settings.owner_uid, broker)
        if found is None or not real.change(found):
            why = "its keys were removed" if found is None else "its keys are of another client or app now"
            _log.warning("the account begins anew", account=out.market.account.account_id, because=why)
            real.anew.set()

    return changed


def usual_broker() -> str:
    """Whose check `lockstep doctor` makes where nobody says: that of the market the environment names."""
    feed = os.environ.get("LOCKSTEP_FEED", "")
    return feed if feed in BROKERS else ANGELONE


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
            yield from _own_check(settings, wire, clock, broker)
    finally:
        wire.close()


def _own_check(settings: Settings, wire: Wire, clock: Clock, broker: str) -> Iterator[Finding]:
    """The check by whoever is asked, with what only that broker's needs."""
    if broker == ANGELONE:
        from engine.bootstrap.examining import own_check

        return own_check(settings, wire, clock)
    from engine.bootstrap.coinbase_examining import own_check as own_check_of_coinbase

    return own_check_of_coinbase(settings, wire, clock)


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
