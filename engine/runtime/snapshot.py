"""The engine's own view of its accounts, written for the API of the same container at most twice a second.

Fed by session with every record it publishes; feeds the SnapshotStore. Keeps the newest state of each document, so that
reads are answered while the store is away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from engine.core.state import State
from engine.domain.instant import instant_of, iso
from engine.domain.instrument import Instrument
from engine.domain.records import (
    AccountRecord,
    BotForgotten,
    BotStatusRecord,
    HealthRecord,
    PositionFlat,
    PositionRecord,
    ProfitRecord,
    Record,
    SignalRecord,
)
from engine.domain.signal import Outcome
from engine.ports import Clock, Fields, QueueStatus, SnapshotStore

ToFields = Callable[[Record], Fields]


def instrument_fields(instruments: Iterable[Instrument]) -> list[Fields]:
    """What a market carries, by symbol, JSON-ready."""
    return [
        {
            "symbol": instrument.symbol,
            "venue": instrument.venue,
            "currency": instrument.currency,
            "tradable": instrument.tradable,
            "name": instrument.name,
            "tick_size": float(instrument.tick_size),
            "lot_size": float(instrument.lot_size),
        }
        for instrument in sorted(instruments, key=lambda each: each.symbol)
    ]


class AccountSnapshot:
    """The newest records of one account. Filled by the session's thread, read by the writer's."""

    def __init__(self, user_id: str, to_fields: ToFields) -> None:
        self._user_id = user_id
        self._to_fields = to_fields
        self._lock = threading.Lock()
        self._account: AccountRecord | None = None
        self._health: HealthRecord | None = None
        self._positions: dict[str, PositionRecord] = {}
        self._bots: dict[str, BotStatusRecord] = {}
        self._profits: dict[str, ProfitRecord] = {}
        self._signals = self._blocked = 0
        self._last_signal_at: int | None = None
        self._instruments: list[Fields] = []

    def take(self, record: Record) -> None:
        """Keep what the snapshot shows of a record."""
        with self._lock:
            match record:
                case AccountRecord():
                    self._account = record
                case HealthRecord():
                    self._health = record
                case PositionRecord():
                    self._positions[record.document_id] = record
                case PositionFlat():
                    self._positions.pop(record.document_id, None)
                case BotStatusRecord():
                    self._bots[record.bot_id] = record
                case BotForgotten():
                    self._bots.pop(record.bot_id, None)
                case ProfitRecord():
                    self._profits[record.period] = record
                case SignalRecord():
                    self._signals += 1
                    self._blocked += record.outcome is Outcome.BLOCKED
                    self._last_signal_at = record.confirmed_at
                case _:
                    pass

    def list_instruments(self, state: State) -> None:
        """What the account's market carries."""
        self._instruments = instrument_fields(state.instruments.values())

    def fields(self, queue: QueueStatus) -> Fields:
        """The account's part of the snapshot, JSON-ready. Converted outside the lock: prices must not wait for it."""
        with self._lock:
            newest = [record for record in (self._account, self._health) if record is not None]
            positions = [self._positions[key] for key in sorted(self._positions)]
            bots, profits = dict(sorted(self._bots.items())), dict(sorted(self._profits.items()))
            signals, last_signal_at = self._signals, self._last_signal_at
        account: Fields = {}
        for record in newest:
            account |= self._json(record)
        return {
            "user_id": self._user_id,
            "account": account,
            "positions": [self._json(record) for record in positions],
            "bots": {bot_id: self._json(record) for bot_id, record in bots.items()},
            "profits": {period: self._json(record) for period, record in profits.items()},
            "instruments": self._instruments,
            "queue": asdict(queue),
            "signals_total": signals,
            "signals_failed": queue.dead_letters,
            "last_signal_at": None if last_signal_at is None else iso(last_signal_at),
        }

    def _json(self, record: Record) -> Fields:
        fields: Fields = _plain(self._to_fields(record))
        return fields


def _plain(value: Any) -> Any:
    """Times as ISO text, all else as it is."""
    if isinstance(value, datetime):
        return iso(instant_of(value))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


class SnapshotWriter:
    """Puts the accounts together and writes them."""

    def __init__(self, store: SnapshotStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._started_at = clock.now().isoformat()

    def write(self, accounts: dict[str, Fields]) -> None:
        """Replace the snapshot."""
        now = self._clock.now().isoformat()
        self._store.write({"written_at": now, "started_at": self._started_at, "accounts": accounts})
