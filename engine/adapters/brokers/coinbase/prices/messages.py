"""The market socket's language: what is asked for, and the envelope that everything comes in. Used by market_line.py
and the doctor.

{"channel": "market_trades", "timestamp": "…", "sequence_num": 7, "events": [{"type": "snapshot" or "update", …}]}

`sequence_num` counts the messages of a connection over all its channels, from 0 (recorded, August 2026). A subscription
is answered by the channel's snapshots and then by a message of the channel `subscriptions`; a complaint has no channel:
{"type": "error", "message": "…"}.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

TRADES, HEARTBEATS = "market_trades", "heartbeats"
SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message. `sequence` is -1 where it has none; `complaint` is the other side's words, "" for none."""

    channel: str
    sequence: int
    events: Sequence[Mapping[str, Any]]
    complaint: str = ""


def wish(products: Sequence[str]) -> list[str]:
    """The messages that ask for everything of these products: their trades, and a sign of life each second. Asked for
    without any, trades would be those of all there are.
    """
    trades = [_message("subscribe", TRADES, products)] if products else []
    return [*trades, _message("subscribe", HEARTBEATS, ())]


def again(products: Sequence[str]) -> list[str]:
    """The messages that bring a snapshot of these once more: a wish that it has already it may pass over."""
    return [_message("unsubscribe", TRADES, products), _message("subscribe", TRADES, products)]


def read_envelope(text: str | bytes) -> Envelope | None:
    """A message; None for what can't be read as one."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    if told.get("type") == "error":
        return Envelope("", -1, (), str(told.get("message") or "an error without words")[:200])
    channel, events, sequence = told.get("channel"), told.get("events"), told.get("sequence_num")
    if not isinstance(channel, str) or not isinstance(events, list):
        return None
    rows = [event for event in events if isinstance(event, dict)]
    return Envelope(channel, sequence if isinstance(sequence, int) else -1, rows)


def _message(kind: str, channel: str, products: Sequence[str]) -> str:
    said: dict[str, object] = {"type": kind, "channel": channel}
    if products:
        said["product_ids"] = list(products)
    return json.dumps(said)
