"""Broker keys: given, taken back, and shown as being there. Fed by routes; sealed by the Vault; used by the engine.

Each change is one transaction that also gives the engine a command, so that its session takes the new keys at once and
the audit log has who changed what. No value of them is in any answer, command or entry.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response
from pydantic import ValidationError

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.commands import accept
from engine.api.models.credentials import CredentialsBody
from engine.api.problems import Problem, conflict, refuse_fields
from engine.api.recent_sign_in import refuse_old_sign_in
from engine.api.services import services
from engine.api.writing import commanded, write_fields, written
from engine.domain.broker_keys import FORMS
from engine.ports import Fields, Transaction, Vault
from engine.runtime.broker_doctor import CHANGED, TEST
from engine.runtime.engine_at import accounts_at, engine_has

KEYS, TESTS = "broker_credentials", "examinations"
_TEST_FIELDS = ("account_id", "command_id", "state", "began_at", "ended_at", "grade", "failed", "findings")


def show(broker: str, wanted: str | None) -> Response:
    """200 with what may be known of them."""
    uid = caller().uid
    if wanted is not None:
        services().ownership.account_to_read(uid, wanted)
    kept = services().deps.documents.get(KEYS, f"{uid}_{broker}") or {}
    return answered({**_state(broker, kept), "test": _last_test(uid, broker)})


def put(broker: str, body: CredentialsBody, wanted: str | None) -> Response:
    """200; those given before are gone."""
    try:
        given = FORMS[broker].make(**body.keys_in(broker).model_dump())
    except ValidationError as error:
        return refuse_fields(error)
    uid, account_id = caller().uid, _account(broker, wanted)
    _refuse_others(uid)
    refuse_old_sign_in()
    sealed = _vault().sealed(uid, broker, given)
    now = services().deps.clock.now()
    return _changed(broker, account_id, "set", {**sealed, "set_at": now})


def remove(broker: str, wanted: str | None) -> Response:
    """200; removing what is not there changes nothing."""
    account_id = _account(broker, wanted)
    refuse_old_sign_in()
    return _changed(broker, account_id, "removed", {"sealed": None, "client_ending": None, "set_at": None})


def test(broker: str, wanted: str | None) -> Response:
    """202 with a command's id, or 200 with its result: the engine makes the check, with the session that it has.

    Whether there are keys is the engine's to say: it may have been given some in another way than here.
    """
    return commanded(_account(broker, wanted), TEST, {"broker": broker, "by": caller().uid})


def _changed(broker: str, account_id: str, deed: str, fields: Fields) -> Response:
    """Write the document and tell the engine."""
    uid = caller().uid
    name = f"{uid}_{broker}"

    def work(transaction: Transaction) -> Fields:
        standing = transaction.get(KEYS, name)
        if standing is None and deed == "set":
            transaction.create(KEYS, name, {"user_id": uid, "broker": broker, **fields})
        elif standing is not None:
            transaction.update(KEYS, name, fields)
        if deed == "set" or (standing or {}).get("sealed") is not None:
            told = {"broker": broker, "deed": deed, "by": uid}
            accept(transaction, write_fields(account_id, transaction), CHANGED, told)
        return {**_state(broker, fields), "test": None}

    return written(account_id, work)


def _state(broker: str, kept: Fields) -> dict[str, Any]:
    there = kept.get("sealed") is not None
    return {
        "broker": broker,
        "set": there,
        "client_ending": kept.get("client_ending") if there else None,
        "set_at": kept.get("set_at") if there else None,
    }


def _last_test(uid: str, broker: str) -> Fields | None:
    """The newest check that an engine of the user's made of this broker."""
    documents = services().deps.documents
    found = [documents.get(TESTS, f"{account_id}_{broker}") for account_id in services().ownership.accounts_of(uid)]
    tests = [each for each in found if each is not None and each.get("user_id") == uid]
    if not tests:
        return None
    newest = max(tests, key=lambda each: (each["began_at"], each["id"]))
    return {name: newest.get(name) for name in _TEST_FIELDS}


def _account(broker: str, wanted: str | None) -> str:
    """The account whose engine is to hear of it: the one named, one at the broker that an engine has now, any other
    there, one that runs here, or any. A user without an account is a 409.
    """
    ownership, uid = services().ownership, caller().uid
    if wanted is not None:
        return ownership.account_to_write(uid, wanted)
    accounts = ownership.accounts_of(uid)
    at_broker, documents, now = accounts_at(broker, accounts), services().deps.documents, services().deps.clock.now()
    here = [each for each in accounts if each in services().engine.accounts_of(uid)]
    likely = [
        *(each for each in at_broker if each in here or engine_has(documents, each, now)),
        *at_broker,
        *here,
        *accounts,
    ]
    return likely[0] if likely else ownership.account_to_write(uid, None)


def _refuse_others(uid: str) -> None:
    """Who runs orders for other people is an algo provider to the exchanges, with duties that this service does not
    meet by itself: whoever runs it says so on purpose (docs/BROKERS.md).
    """
    deps = services().deps
    if uid != deps.owner_uid and not deps.trades_for_others:
        detail = "This service trades for its owner alone. Run one of your own with your keys; it says why in its docs."
        raise Problem(HTTPStatus.FORBIDDEN, "own-account-only", detail)


def _vault() -> Vault:
    vault = services().deps.vault
    if vault is None:
        raise conflict("This service has no key to keep broker keys with. Whoever runs it must set one first.")
    return vault
