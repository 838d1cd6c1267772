"""Writes, each once: a change in one transaction, remembered under the caller's Idempotency-Key. Fed by routes; feeds
Documents.

The same key with the same request gets the first answer again, with `Idempotency-Replayed: true`; with another request
it is a 422. The memory of a key is written in the transaction of the change itself, so there is no moment at which one
exists without the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, request

from engine.api.answers import canonical, dumps, iso, json_response
from engine.api.authentication import PUBLIC, caller
from engine.api.commands import WAIT_MAX_S, accept
from engine.api.problems import FieldError, Problem, invalid
from engine.api.services import services
from engine.domain.rehearsal import REHEARSE, rehearsed_account_id
from engine.ports import Fields, Transaction

KEPT_FOR = timedelta(hours=24)  # as long as Stripe keeps its keys; `expires_at` carries Firestore's time-to-live policy
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_COLLECTION = "idempotency_keys"


def written(
    account_id: str, work: Callable[[Transaction], Fields], status: int = 200, *, created_in: str | None = None
) -> Response:
    """Run `work` in a transaction that also moves the account's generation, and answer with what it returns.

    `created_in` is the path under which what was created is found by its id, where that is not the request's own.
    """
    documents = services().deps.documents
    now = services().deps.clock.now()
    key = _key()

    def once(transaction: Transaction) -> Fields:
        kept = transaction.get(_COLLECTION, _slot(key)) if key else None
        if kept is not None:
            return _checked(kept)
        body = {**work(transaction), "as_of": iso(now)}
        kept = {"status": int(status), "body": dumps(body).decode(), "created_in": created_in}
        if key:
            transaction.create(_COLLECTION, _slot(key), {
                **kept, "user_id": caller().uid, "account_id": account_id, "fingerprint": _fingerprint(),
                "created_at": now, "updated_at": now, "expires_at": now + KEPT_FOR,
            })  # fmt: skip
        return kept

    return _answer(documents.change(account_id, once))


def replay_writes(app: Flask) -> None:
    """Answer a repeated write before its route looks at a world that has moved on. Register it after authentication."""
    app.before_request(_replay)


def write_fields(account_id: str, transaction: Transaction) -> dict[str, Any]:
    """The fields that every document written by the API carries; `mode` is the account's.

    An account whose document the engine has not written yet is on paper: nothing else is ever born.
    """
    account = transaction.get("accounts", account_id) or {}
    return {
        "user_id": caller().uid,
        "account_id": account_id,
        "mode": account.get("mode", "paper"),
        "updated_at": services().deps.clock.now(),
    }


def _replay() -> Response | None:
    if request.endpoint is None or request.endpoint in PUBLIC or request.method in {"GET", "HEAD", "OPTIONS"}:
        return None
    key = _key()
    kept = services().deps.documents.get(_COLLECTION, _slot(key)) if key else None
    if kept is None:
        return None
    response = _answer(_checked(kept))
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _answer(kept: Fields) -> Response:
    body = orjson.loads(kept["body"])
    if kept["status"] == HTTPStatus.ACCEPTED:
        return services().commands.answer(body, _wait_s())
    response = json_response(body, kept["status"])
    if kept["status"] == HTTPStatus.CREATED:
        response.headers["Location"] = f"{kept.get('created_in') or request.path}/{body['id']}"
    return response


def _checked(kept: Fields) -> Fields:
    """What a key is remembered with, if it was the same request."""
    if kept["fingerprint"] != _fingerprint():
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency-key-reused",
            "This Idempotency-Key was used for another request. Take a new key.",
        )  # fmt: skip
    return kept


def _key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise invalid([FieldError("Idempotency-Key", "must be 1 to 200 printable ASCII characters without spaces")])
    return key


def _slot(key: str | None) -> str:
    """The document of a user's key: one user's key says nothing about another's."""
    return hashlib.sha256(f"{caller().uid}\x1f{key}".encode()).hexdigest()


def _fingerprint() -> str:
    """What makes two requests the same: method, path, query less `wait`, and body, however their keys are ordered."""
    body = request.get_json(silent=True) if request.is_json else None
    query = sorted((name, value) for name, value in request.args.items(multi=True) if name != "wait")
    # A request without a query is known by what it was known by before there were any.
    asked = canonical(query) if query else b""
    named = f"{request.method}\x1f{request.path}\x1f".encode() + asked + canonical(body or {})
    return hashlib.sha256(named).hexdigest()


def _wait_s() -> int:
    """`?wait`, checked by the route's model; a replay comes by here before the model does, and takes nonsense as 0."""
    wait = request.args.get("wait", "0")
    return min(int(wait), WAIT_MAX_S) if wait.isascii() and wait.isdigit() and len(wait) < 3 else 0


def commanded(account_id: str, kind: str, arguments: Mapping[str, str]) -> Response:
    """Give the engine a command, and answer with its id, or with its result when `?wait` asks for it.

    What is asked of a rehearsal the engine of the account that it is of does.
    """
    if (of := rehearsed_account_id(account_id)) is not None:
        account_id, kind, arguments = of, REHEARSE, {"command": kind, **arguments}
    return written(
        account_id,
        lambda transaction: accept(transaction, write_fields(account_id, transaction), kind, arguments),
        HTTPStatus.ACCEPTED,
    )
