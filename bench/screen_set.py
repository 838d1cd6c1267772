"""A screen fed as a program without any of this would: Google's client, one `set()` after the other. Started by
tick_to_screen, which says when to begin; prints when it began each signal, and its id, as one JSON line.

The documents are those that an engine writes, ready-made.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from bench.drain import library_client
from bench.sample_signals import signal
from bench.screen_engine import OWNER
from engine.adapters.firestore.encoder import nested
from engine.adapters.firestore.mapping import write_of
from engine.domain.account import AccountSpec


def main(host: str, account_id: str, signals: int, times: int, pause_s: float) -> list[tuple[int, list[str]]]:
    """So many times so many documents, one call each; of those at once the first began when all of them were there."""
    signals_there = library_client(host).collection("trading_signals")
    account, sent_at = AccountSpec(account_id, OWNER), datetime.now(UTC)
    ready = [
        [nested(write_of(one, account, 1, sent_at, lambda symbol: 2).fields) | {"id": one.signal_id} for one in group]
        for group in (
            [replace(signal(number), signal_id=f"SET{number:017d}") for number in range(at, at + signals)]
            for at in range(0, times * signals, signals)
        )
    ]
    print("warm", flush=True)
    sys.stdin.readline()
    began = []
    for group in ready:
        time.sleep(pause_s)
        began.append((time.monotonic_ns() // 1_000, [fields["id"] for fields in group]))
        for fields in group:
            signals_there.document(fields["id"]).set(fields)
    return began


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))))
