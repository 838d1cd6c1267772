"""Where a signal is tried that nobody's strategy gave: names and account of a rehearsal. Used by runtime, API and
adapters alike, which must not differ on what is no real figure.

Nothing of a rehearsal counts. It has an account of its own, on paper also where the other is live, a bot's copy under a
name of its own, and `origin: simulated` on every document: whoever asks by account, by bot or by mode never meets it.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from engine.domain.account import AccountSpec, Mode, is_live
from engine.domain.broker_keys import BROKERS

SIMULATED = "simulated"  # the `origin` of a rehearsal's documents; others have none
SIMULATE, REHEARSE = "simulate_signal", "rehearse"  # kinds of commands
SUFFIX = "-rehearsal"
_APART = "-signal"  # a broker's accounts named …-rehearsal are those of a loopback broker (bootstrap/broker_account)
_BOT_ID_MAX = 40
_DIGEST_LENGTH = 8


def rehearsal_account_id(account_id: str) -> str:
    """Where its bots' signals are tried: `paper-demo-rehearsal`, `paper-live-angelone-signal-rehearsal`."""
    head = f"{Mode.PAPER}-{account_id}" if is_live(account_id) else account_id
    apart = _APART if set(account_id.split("-")) & set(BROKERS) else ""
    return f"{head}{apart}{SUFFIX}"


def rehearsed_account_id(account_id: str) -> str | None:
    """Whose bots are tried there; None for an account that is no rehearsal."""
    head = account_id.removesuffix(SUFFIX)
    for tried in (head, head.removesuffix(_APART)):
        live = tried.removeprefix(f"{Mode.PAPER}-")
        named = live if is_live(live) else tried
        if rehearsal_account_id(named) == account_id:
            return named
    return None


def rehearsed_bot_id(bot_id: str) -> str:
    """A bot's copy there; no two bots have one of a name."""
    if len(bot_id) + len(SUFFIX) <= _BOT_ID_MAX:
        return bot_id + SUFFIX
    digest = sha256(bot_id.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{bot_id[: _BOT_ID_MAX - len(SUFFIX) - _DIGEST_LENGTH - 1]}-{digest}{SUFFIX}"


def rehearsal_account(account: AccountSpec) -> AccountSpec:
    """The account that it is booked in: on paper, with the other's terms."""
    return replace(
        account,
        account_id=rehearsal_account_id(account.account_id),
        mode=Mode.PAPER,
        name=f"{account.name}, rehearsal",
        rehearses=account.account_id,
    )
