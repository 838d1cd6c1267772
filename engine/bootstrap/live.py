"""What watches over an account's sending: how surely it is ours and, for a live one, whether live is effective.

Wired by recovering.py; feeds dispatch (last_word) and the supervisor's workers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from engine.bootstrap.reach import Reach
from engine.domain.account import Mode
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


@dataclass(frozen=True, slots=True)
class Hands:
    """How surely an account is ours and, for a live one, how its store does: known since it was acquired."""

    hold: Hold
    probe: StoreProbe | None


def hands_on(reach: Reach, grant: Grant) -> Hands:
    """Those of an account that was just acquired. A paper account asks the store nothing for it."""
    hold = Hold(reach.lease, grant)
    if reach.account.mode is Mode.PAPER:
        return Hands(hold, None)
    return Hands(hold, StoreProbe(reach.store().ping, hold.renewal_late_s, reach.clock))


def watching(reach: Reach, session: Session, hands: Hands) -> Watching:
    """The watch over an account that is ours."""
    account, clock, hold, probe = reach.account, reach.clock, hands.hold, hands.probe
    if probe is None:
        return Watching(hold, LastWord(account, hold, lambda: (EffectiveMode.PAPER, ()), clock), RENEW_AGAIN_S, {})
    witnesses = Witnesses(lambda: reach.control.arming(account.account_id), probe.healthy, hold.left_s)
    mode = ModeWatch(session, witnesses, clock)
    works = {"probe": probe.run, "mode": mode.run}
    return Watching(hold, LastWord(account, hold, mode.now, clock), LIVE_RENEW_AGAIN_S, works)


@contextmanager
def kept_while_starting(lease: Lease, grant: Grant, hands: Hands) -> Iterator[None]:
    """A live account's lease is too short for a start: it is renewed meanwhile. And its store is looked at already, so
    that entries leave when it trades.
    """
    if hands.probe is None:
        yield
        return
    stop = threading.Event()
    looks = threading.Thread(target=hands.probe.run, args=(stop,), name="probe-at-start", daemon=True)
    with kept(lease, grant, LIVE_RENEW_AGAIN_S):
        looks.start()
        try:
            yield
        finally:
            stop.set()
            looks.join()
