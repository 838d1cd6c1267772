"""Signals that carry the moment they were put, and what must be true of them in the store. Used by stress and outages.

A signal's `confirmed_at` is the wall time at which it was put, so the time from put to store is told by the document
itself: `update_time` is by the clock of the same machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from engine.adapters.firestore.decoder import document_fields
from engine.adapters.firestore.encoder import name_of
from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.wire import GrpcWire
from engine.domain.instant import instant_of
from engine.domain.records import AccountRecord, SignalRecord
from tests.outbox.sample_records import sample

ACCOUNT_ID = "account-id-1"
_SIGNAL, _ACCOUNT = sample(SignalRecord), sample(AccountRecord)  # made once: what a signal costs is measured too
_AT_ONCE = 300  # documents a read
_READ_S = 30.0


def stamped(number: int) -> tuple[Any, Any]:
    """Signal `number` as of now, and the account's state after it."""
    now = instant_of(datetime.now(UTC))
    given = replace(_SIGNAL, signal_id=f"signal-id-{number}", bot_id=f"bot-id-{number}", confirmed_at=now)
    return given, replace(_ACCOUNT, name=f"after {number}")


@dataclass(frozen=True, slots=True)
class Arrived:
    """One signal as the store has it. Times in microseconds; `created_at` and `updated_at` are the store's own."""

    number: int
    sequence: int
    put_at: int
    created_at: int
    updated_at: int

    @property
    def latency_ms(self) -> float:
        """From put to the first time it was in the store."""
        return (self.created_at - self.put_at) / 1000


def arrived(wire: GrpcWire, last: int) -> list[Arrived]:
    """Signals 1 to `last`; fails for one that is missing or is not what was put."""
    found: list[Arrived] = []
    for first in range(1, last + 1, _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, last + 1))
        names = [name_of(wire.database, "trading_signals", f"signal-id-{number}") for number in numbers]
        for number, document in zip(numbers, wire.get(names, _READ_S), strict=True):
            assert document is not None, f"signal {number} is lost"
            fields = document_fields(document)
            assert (fields["bot_id"], fields["symbol"]) == (f"bot-id-{number}", "SBIN"), fields
            put_at = instant_of(fields["confirmed_at"])
            created_at, updated_at = _us(document.create_time), _us(document.update_time)
            found.append(Arrived(number, fields["sequence"], put_at, created_at, updated_at))
    return found


def assert_each_once_and_in_order(found: Sequence[Arrived]) -> None:
    """Every signal was written a single time, and none before one that was put earlier."""
    again = [one.number for one in found if one.updated_at != one.created_at]
    assert again == [], f"written more than once: {again[:10]}"
    times = [one.created_at for one in found]
    assert times == sorted(times)
    assert_numbered(found)


def assert_numbered(found: Sequence[Arrived]) -> None:
    """Sequences grow with the signals: none of them is another's."""
    sequences = [one.sequence for one in found]
    assert sequences == sorted(set(sequences))


def account_of(wire: GrpcWire) -> tuple[int, str]:
    """Sequence and name of the account's document; (0, "") where there is none."""
    (document,) = wire.get([name_of(wire.database, "accounts", ACCOUNT_ID)], _READ_S)
    if document is None:
        return 0, ""
    fields = document_fields(document)
    return fields["sequence"], fields["name"]


def percentiles(found: Sequence[float]) -> dict[str, float]:
    """p50, p99 and the longest, to a tenth."""
    ordered = sorted(found)
    return {
        "p50": round(ordered[len(ordered) // 2], 1),
        "p99": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 1),
        "longest": round(ordered[-1], 1),
    }


def note(record: Callable[[str, object], None], what: str, latencies_ms: Sequence[float]) -> None:
    """Record percentiles of put-to-store times, milliseconds."""
    for name, value in percentiles(latencies_ms).items():
        record(f"{what}_{name}_ms", value)


def _us(stamp: Message) -> int:
    return int(stamp.seconds) * 1_000_000 + int(stamp.nanos) // 1000
