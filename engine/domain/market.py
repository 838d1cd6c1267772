"""What the market says: ticks, bars, trading sessions. Made by feeds and readers; consumed by the core.

`Tick` and `Bar` are mutable for speed only (a frozen dataclass halves the engine's throughput, docs/decisions):
they are never written to again once made, and are checked by the tick guard and the readers rather than at birth.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.errors import InvalidValue
from engine.domain.instant import Instant


@dataclass(slots=True)
class Tick:
    """A public print: the price in units of the instrument, the quantity traded since the previous tick (0 if none)."""

    symbol: str
    at: Instant
    price: int
    quantity: float


@dataclass(slots=True)
class Bar:
    """Prices (units) of [open_at, close_at) and the volume traded in it."""

    symbol: str
    timeframe: str
    open_at: Instant
    close_at: Instant
    open: int
    high: int
    low: int
    close: int
    volume: float


@dataclass(frozen=True, slots=True)
class TradingSession:
    """One trading day of a venue. Bars are aligned to `open_at`; all windows are half-open.

    `entry_from`, `entry_until`: when entries are taken; `flatten_at`: when positions are closed (None: held over).
    `utc_offset_s` is the venue's offset that day, for naming days and minutes in documents.
    """

    venue: str
    day: str
    open_at: Instant
    close_at: Instant
    entry_from: Instant
    entry_until: Instant
    flatten_at: Instant | None
    utc_offset_s: int

    def __post_init__(self) -> None:
        if not self.open_at <= self.entry_from <= self.entry_until <= self.close_at:
            raise InvalidValue("session", f"{self.venue} {self.day}: the session's times are out of order")

    def minute_label(self, at: Instant) -> str:
        """HHMM of an instant in the venue's zone."""
        minute = (at // 1_000_000 + self.utc_offset_s) // 60
        return f"{minute // 60 % 24:02d}{minute % 60:02d}"
