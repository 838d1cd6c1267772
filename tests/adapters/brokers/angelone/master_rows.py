"""Rows of the broker's list of instruments for tests, and lists made of them. Fed by the loopback broker's listings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.adapters.brokers.angelone.prices.instrument_file import write_file
from engine.adapters.brokers.angelone.prices.instruments import Instruments
from tests.brokers.angelone.listings import DEFAULT

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 08:30 in India
Row = Mapping[str, Any]


def row(token: str, symbol: str, **changes: str) -> dict[str, Any]:
    """A share of NSE, as the list has it."""
    return {
        "token": token,
        "symbol": symbol,
        "name": symbol.rpartition("-")[0],
        "expiry": "",
        "strike": "-1.000000",
        "lotsize": "1",
        "instrumenttype": "",
        "exch_seg": "NSE",
        "tick_size": "5.000000",
        **changes,
    }


def future(name: str) -> dict[str, Any]:
    """A future of a share, which shows that the share has derivatives."""
    return row("53001", f"{name}29DEC26FUT", name=name, instrumenttype="FUTSTK", exch_seg="NFO", lotsize="500")


def listed() -> list[dict[str, Any]]:
    """The loopback broker's list."""
    return [listing.row() for listing in DEFAULT]


def chunked(rows: Iterable[Row], size: int = 1_000) -> Iterator[bytes]:
    """The list of these rows in pieces that cut through anything."""
    text = json.dumps(list(rows), ensure_ascii=False).encode()
    return (text[at : at + size] for at in range(0, len(text), size))


def instruments_of(folder: Path, rows: Iterable[Row] | None = None, now: datetime = MONDAY) -> Instruments:
    """A file of these rows, the loopback broker's by default."""
    path = folder / "instruments.sqlite"
    write_file(path, chunked(listed() if rows is None else rows), now)
    return Instruments(path)
