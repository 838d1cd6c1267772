"""Owns what is told of a new signal and that it is told once. Fed by main.py; writes `notifications/{signal_id}`.

Firestore triggers deliver at least once, so the same event may come twice, also at the same time. Once is made of two
things: the record's id is the signal's id, and it is written with `create`, which fails where the document exists. That
failure means that the telling is done.
"""

from collections.abc import Mapping
from typing import Any

from google.api_core.exceptions import AlreadyExists
from google.cloud.firestore import SERVER_TIMESTAMP, Client

WRITE_TIMEOUT_S = 10.0
"""One attempt's bound. The write is not retried here: a failure is raised and the platform delivers the event again."""

COPIED = ("user_id", "account_id", "mode", "bot_id", "symbol", "type", "outcome", "sequence")
"""What a notification takes over from its signal unchanged; each must be there."""

SIMULATED = "simulated"
"""The `origin` of a rehearsal's signals: nobody is to be told of what does not count."""

OUTCOMES = {
    "ordered": "order sent",
    "blocked": "blocked",
    "expired": "expired before an order could be sent",
    "watch": "watched only, no order",
}


class NotASignal(Exception):
    """The document lacks a field that every signal has; delivering it again would not help."""


def notification_of(signal_id: str, signal: Mapping[str, Any]) -> dict[str, Any]:
    """The record for a signal's document, without the two instants that the server stamps.

    Raises NotASignal, naming the fields, where the document is not a signal; the text quotes no value of it.
    """
    missing = [name for name in (*COPIED, "price") if signal.get(name) is None]
    if missing:
        raise NotASignal(f"the document lacks {', '.join(missing)}")
    return {**{name: signal[name] for name in COPIED}, "signal_id": signal_id, "text": _sentence(signal)}


def record(store: Client, signal_id: str, signal: Mapping[str, Any]) -> bool:
    """Writes the notification of a signal; False where it was there already, and of one that a person only tries.

    Raises NotASignal for a document that is none, and whatever Firestore raises but AlreadyExists.
    """
    if signal.get("origin") == SIMULATED:
        return False
    document = notification_of(signal_id, signal)
    document["delivered_at"] = document["updated_at"] = SERVER_TIMESTAMP
    try:
        store.collection("notifications").document(signal_id).create(document, retry=None, timeout=WRITE_TIMEOUT_S)
    except AlreadyExists:
        return False
    return True


def _sentence(signal: Mapping[str, Any]) -> str:
    """`BUY TCS at 3120.5, paper: blocked (The last fill was 4 minutes ago.)`."""
    outcome = OUTCOMES.get(signal["outcome"], str(signal["outcome"]))
    why = signal.get("blocking_detail") or signal.get("blocking_reason")
    head = f"{signal['type']} {signal['symbol']} at {signal['price']}, {signal['mode']}: {outcome}"
    return f"{head} ({why})" if why else head
