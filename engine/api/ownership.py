"""Whose is it: a caller's accounts, and documents that are theirs. Fed by `users/{uid}` and the engine's snapshot;
asked by every route before it reads or writes.

A document of another user is answered exactly like one that does not exist.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from http import HTTPStatus

from engine.api.engine_view import EngineView
from engine.api.problems import FieldError, Problem, conflict, invalid, not_found
from engine.domain.errors import OperatingError
from engine.domain.rehearsal import rehearsed_account_id
from engine.ports import Clock, Documents, Fields, Transaction

REMEMBER_S = 30.0  # accounts are added to a user and never taken away, so an old answer is only ever short of one
REMEMBERED_MAX = 1000

# What Firestore takes as a document id, less control characters: no slash, not `.` or `..`, not `__…__`.
_DOCUMENT_ID = re.compile(r"(?!\.\.?$)(?!__.*__$)[^/\x00-\x1f\x7f]{1,200}")


class Ownership:
    """Tells a user's accounts and documents from everybody else's; safe to share between threads."""

    def __init__(self, documents: Documents, engine: EngineView, clock: Clock) -> None:
        self._documents = documents
        self._engine = engine
        self._clock = clock
        self._lock = threading.Lock()
        self._remembered: OrderedDict[str, tuple[float, tuple[str, ...]]] = OrderedDict()

    def accounts_of(self, uid: str) -> tuple[str, ...]:
        """The user's account ids, sorted. While the store is away, those that the engine here holds."""
        held = self._engine.accounts_of(uid)
        try:
            listed = self._listed(uid)
        except OperatingError:
            if not held:
                raise
            listed = ()
        return tuple(sorted({*held, *listed}))

    def account_to_read(self, uid: str, wanted: str | None) -> str | None:
        """The account a read is about: the one named, or the only one; None for a user without any. A rehearsal is
        theirs whose account it is of, and is never meant where none is named.

        Raises a 404 for an account that is not theirs, a 400 when several are and none is named.
        """
        if wanted is not None and wanted in self._engine.accounts_of(uid):
            return wanted
        accounts = self.accounts_of(uid)
        if wanted is not None:
            if wanted not in accounts and rehearsed_account_id(wanted) not in accounts:
                raise not_found("account")
            return wanted
        if len(accounts) > 1:
            raise invalid([FieldError("account_id", f"is needed, as you have several: {', '.join(accounts)}")])
        return accounts[0] if accounts else None

    def account_to_write(self, uid: str, wanted: str | None) -> str:
        """As `account_to_read`, but a user without an account is a 409, and so is a rehearsal."""
        account_id = self.account_to_read(uid, wanted)
        of = None if account_id is None else rehearsed_account_id(account_id)
        if of is not None and account_id not in self.accounts_of(uid):
            raise conflict(f"{account_id} is where the signals of {of} are tried: nothing else is done there.")
        if account_id is None:
            raise conflict("You have no account to trade with yet: no account of this service names you as its owner.")
        return account_id

    def document(self, uid: str, collection: str, document_id: str, what: str) -> Fields:
        """A document of the user's, with its id under `id`; a 404 naming `what` otherwise."""
        if not is_document_id(document_id):
            raise not_found(what)
        return _theirs(self._documents.get(collection, document_id), uid, what)

    def _listed(self, uid: str) -> tuple[str, ...]:
        if not is_document_id(uid):
            return ()
        now = self._clock.monotonic()
        with self._lock:
            known = self._remembered.get(uid)
        if known is not None and now - known[0] < REMEMBER_S:
            return known[1]
        user = self._documents.get("users", uid) or {}
        accounts = tuple(str(account_id) for account_id in user.get("accounts", ()))
        if accounts:
            with self._lock:
                self._remembered[uid] = (now, accounts)
                self._remembered.move_to_end(uid)
                while len(self._remembered) > REMEMBERED_MAX:
                    self._remembered.popitem(last=False)
        return accounts


def document_in(transaction: Transaction, uid: str, collection: str, document_id: str, what: str) -> Fields:
    """A document of the user's as of the transaction; a 404 naming `what` otherwise."""
    return _theirs(transaction.get(collection, document_id), uid, what)


def is_document_id(text: str) -> bool:
    """Whether the store could hold a document by that id."""
    return _DOCUMENT_ID.fullmatch(text) is not None


def owner_only(uid: str, owner_uid: str | None) -> None:
    """A 403 for everybody but the service's owner."""
    if owner_uid is None or uid != owner_uid:
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", "Only the owner of the service may do this.")


def _theirs(document: Fields | None, uid: str, what: str) -> Fields:
    if document is None or document.get("user_id") != uid or document.get("deleted") is True:
        raise not_found(what)
    return document
