"""Whether a live account is live right now: one pure function over what is known. Asked by mode_watch.

Every doubt is `dry`: bots decide, what they would enter is written down, exits go on. Reasons are sentences without
numbers that move, so that the same state of things has the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.domain.account import Mode
from engine.domain.arming import too_long
from engine.domain.effective import EffectiveMode
from engine.domain.instant import Instant

MARGIN_S = 2.0  # before the lease ends nothing new is sent any more: what is on its way must arrive while it holds
FRESH = ("live", "late")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is known of an account now. None: it can't be told.

    mode            what the account is
    now             wall time
    armed_until     wall time; 0 where nobody armed it
    read_only       whether the broker connection may only look
    store_healthy   as the probe says
    lease_left_s    how long the account is ours beyond doubt, by the monotonic clock
    broker          `connected` or `away`
    reconciled      whether the broker's reports come and were compared
    feed            `live`, `late`, `stale` or `finished`
    kill            the kill that stands, in words; empty: none
    """

    mode: str | None = None
    now: Instant | None = None
    armed_until: Instant | None = None
    read_only: bool | None = None
    store_healthy: bool | None = None
    lease_left_s: float | None = None
    broker: str | None = None
    reconciled: bool | None = None
    feed: str | None = None
    kill: str | None = None


def effective(known: Conditions) -> tuple[EffectiveMode, tuple[str, ...]]:
    """The mode, and each reason why a live account is not live."""
    if known.mode == Mode.PAPER:
        return EffectiveMode.PAPER, ()
    if known.mode != Mode.LIVE:
        return EffectiveMode.DRY, ("The account's mode can't be read",)
    reasons = tuple(reason for judge in _JUDGES if (reason := judge(known)) is not None)
    return (EffectiveMode.DRY, reasons) if reasons else (EffectiveMode.LIVE, ())


def _kill(known: Conditions) -> str | None:
    if known.kill is None:
        return "Whether the account is killed can't be told"
    return known.kill or None


def _armed(known: Conditions) -> str | None:
    until, now = known.armed_until, known.now
    if until is None or now is None:
        return "Whether the account is armed can't be read"
    if until <= 0:
        return "The account is not armed"
    if until <= now:
        return "The arming has expired"
    return "The account is armed for longer than is allowed" if too_long(until, now) else None


def _read_only(known: Conditions) -> str | None:
    if known.read_only is None:
        return "Whether the broker connection may trade can't be read"
    return "The broker connection is read only" if known.read_only else None


def _store(known: Conditions) -> str | None:
    if known.store_healthy is None:
        return "How Firestore does is not known yet"
    return None if known.store_healthy is True else "Firestore does not answer in time"


def _lease(known: Conditions) -> str | None:
    left_s = known.lease_left_s
    if left_s is None:
        return "Whether the account is this engine's can't be told"
    return None if left_s > MARGIN_S else "The account is about to be another engine's: its lease was not renewed"


def _broker(known: Conditions) -> str | None:
    return None if known.broker == "connected" else "The broker is not connected"


def _reconciled(known: Conditions) -> str | None:
    return None if known.reconciled is True else "The broker's report is not compared with the books"


def _feed(known: Conditions) -> str | None:
    return None if known.feed in FRESH else "No prices come"


_JUDGES: tuple[Callable[[Conditions], str | None], ...] = (
    _kill,
    _armed,
    _read_only,
    _store,
    _lease,
    _broker,
    _reconciled,
    _feed,
)
