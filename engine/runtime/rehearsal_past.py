"""What an earlier rehearsal left, read from the store where the journal was lost. Run in a thread beside the session;
feeds runtime/rehearsal. No start waits for it: trading does not depend on it.
"""

from __future__ import annotations

import threading
from typing import get_args

import structlog

from engine.domain.errors import OperatingError
from engine.domain.records import Rehearsable, RehearsedRecord
from engine.ports import PastStore
from engine.runtime.rehearsal import Rehearsal

AGAIN_S = 2.0
_log = structlog.get_logger()


def look_back(rehearsal: Rehearsal, store: PastStore, stop: threading.Event) -> None:
    """Read it, for as long as that takes, or until stopped."""
    account_id = rehearsal.account.account_id
    while rehearsal.unknown and not stop.is_set():
        try:
            found = store.states(account_id).records
        except OperatingError as error:
            _log.warning("what was rehearsed can't be read", account=account_id, error=str(error))
            stop.wait(AGAIN_S)
            continue
        rehearsal.begin([RehearsedRecord(account_id, one) for one in found if isinstance(one, get_args(Rehearsable))])
    stop.wait()
