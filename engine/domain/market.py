"""What the market says: ticks, bars, trading sessions. Made by feeds and readers; consumed by the core.

`Tick` and `Bar` are mutable for speed only (a frozen dataclass halves the engine's throughput, docs/decisions):
they are never written to again once made, and are checked by the tick guard and the readers rather than at birth.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.domain.errors import InvalidValue
from engine.domain.instant import MINUTE, Instant

BEFORE_AUCTION_US = 7 * MINUTE  # before its closing auction, in which no stop works, a symbol is left at the latest


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


class TradingStatus(StrEnum):
    """Whether a venue trades a symbol: continuously, not at all for now, in an auction, or no more today."""

    TRADING = "trading"
    HALTED = "halted"
    AUCTION = "auction"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class TradingSession:
    """One trading day of a venue. Bars are aligned to `open_at`; all windows are half-open.

    `entry_from`, `entry_until`: when entries are taken; `flatten_at`: when positions are closed (None: held over).
    `continuous_until`: when instruments with a closing auction leave continuous trading (None: at the close).
    `utc_offset_s` is the venue's offset that day, for naming days and minutes in documents. Where the venue never
    `closes`, `close_at` is no more than the day's end: the next day begins there, orders rest and trade across it.
    """

    venue: str
    day: str
    open_at: Instant
    close_at: Instant
    entry_from: Instant
    entry_until: Instant
    flatten_at: Instant | None
    utc_offset_s: int
    continuous_until: Instant | None = None
    closes: bool = True

    def __post_init__(self) -> None:
        if not self.open_at <= self.entry_from <= self.entry_until <= self.close_at:
            raise InvalidValue("session", f"{self.venue} {self.day}: the session's times are out of order")

    def trading(self, at: Instant) -> bool:
        """Whether the venue trades at an instant, by the clock. One that never closes goes on while the next day has
        not been told of yet.
        """
        return self.open_at <= at and (at < self.close_at or not self.closes)

    def over(self, at: Instant) -> bool:
        """Whether the venue has closed, by the clock: what rests there for the day is out. Never, of one that never
        closes.
        """
        return self.closes and at >= self.close_at

    def takes_entries(self, at: Instant) -> bool:
        """Whether entries are taken at an instant."""
        return self.entry_from <= at and (at < self.entry_until or not self.closes)

    def flatten_for(self, closing_auction: bool) -> Instant | None:
        """When positions in an instrument are closed: in time before its closing auction, if it has one."""
        if self.flatten_at is None or self.continuous_until is None or not closing_auction:
            return self.flatten_at
        return min(self.flatten_at, self.continuous_until - BEFORE_AUCTION_US)

    def minute_label(self, at: Instant) -> str:
        """HHMM of an instant in the venue's zone."""
        minute = self.minute_of_day(at)
        return f"{minute // 60:02d}{minute % 60:02d}"

    def minute_of_day(self, at: Instant) -> int:
        """Minutes since midnight of an instant in the venue's zone, 0 to 1439."""
        return (at // 1_000_000 + self.utc_offset_s) // 60 % 1_440
