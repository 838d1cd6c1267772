"""What watches over an account's sending: how surely it is ours and, for a live one, whether live is effective.

Wired by recovering.py; feeds dispatch (last_word) and the supervisor's workers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from engine.bootstrap.reach import Reach
from engine.domain.account import AccountSpec, Mode
from engine.domain.effective import EffectiveMode
from engine.ports import Grant, Lease
from engine.runtime.last_word import LastWord
from engine.runtime.mode_watch import ModeWatch, Witnesses
from engine.runtime.ownership import LIVE_RENEW_AGAIN_S, RENEW_AGAIN_S, Hold, kept
from engine.runtime.session import Session
from engine.runtime.store_probe import StoreProbe


@dataclass(frozen=True, slots=True)
class Watching:
    """`works` are loops of a live account; a paper account has none, and asks the store nothing for it."""

    hold: Hold
    last_word: LastWord
    renew_again_s: float
    works: Mapping[str, Callable[[threading.Event], None]]


def watching(reach: Reach, session: Session, grant: Grant) -> Watching:
    """The watch over an account that is ours."""
    hold, account, clock = Hold(reach.lease, grant), reach.account, reach.clock
    if account.mode is Mode.PAPER:
        return Watching(hold, LastWord(account, hold, lambda: (EffectiveMode.PAPER, ()), clock), RENEW_AGAIN_S, {})
    probe = StoreProbe(reach.store().ping, hold.renewal_late_s, clock)
    witnesses = Witnesses(lambda: reach.control.arming(account.account_id), probe.healthy, hold.left_s)
    mode = ModeWatch(session, witnesses, clock)
    works = {"probe": probe.run, "mode": mode.run}
    return Watching(hold, LastWord(account, hold, mode.now, clock), LIVE_RENEW_AGAIN_S, works)


def kept_while_starting(account: AccountSpec, lease: Lease, grant: Grant) -> AbstractContextManager[None]:
    """A live account's lease is too short for a start: it is renewed meanwhile."""
    return nullcontext() if account.mode is Mode.PAPER else kept(lease, grant, LIVE_RENEW_AGAIN_S)
