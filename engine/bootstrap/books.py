"""What the store has of an account, for `lockstep books`. Made from the environment; only reads."""

from __future__ import annotations

import os
import random

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.recovery import FirestorePast
from engine.adapters.firestore.wire import Wire
from engine.domain.account import AccountSpec, Mode
from engine.domain.errors import CannotStart, OperatingError
from engine.research.rebuild import Kept
from engine.settings import read_settings


def kept_books(account_id: str) -> Kept:
    """See `read_kept`, on the store that the environment names."""
    settings = read_settings({**os.environ, "LOCKSTEP_ROLE": "api"})  # reading needs no owner
    return read_kept(connect(settings.project, settings.firestore_emulator), account_id)


def read_kept(wire: Wire, account_id: str) -> Kept:
    """An account's states and facts. Raises CannotStart where there is no such account or the store does not answer."""
    try:
        document = FirestoreDocuments(wire, SystemClock(), random.random).get("accounts", account_id)
        if document is None or "cash" not in document:
            raise CannotStart(f"the store has no books of an account {account_id!r}")
        account = AccountSpec(
            account_id=account_id,
            user_id=document["user_id"],
            mode=Mode(document["mode"]),
            name=document["name"],
            market=document["market"],
            currency=document["currency"],
        )
        past = FirestorePast(wire)
        return Kept(account, past.states(account_id).records, past.facts(account, 0))
    except OperatingError as error:
        raise CannotStart(f"the books of {account_id} can't be read: {error}") from error
