"""What frames of one connection mean for the engine: ticks, price bands, signs of life. Fed by market_line.py with
bytes; feeds the feed with market events. Asked by silence.py when each symbol was heard last.

A frame is a snapshot, and comes again and again. The rules, a symbol:

first     sets the day's volume that later ones are measured by, and is a tick of quantity 0 where the symbol has traded
unchanged price and volume as before: no tick. That it came at all is a sign of life, told now and then (silence.py)
traded    the day's volume rose: a tick of that quantity
moved     another price at the same volume (an index; a price told alone): a tick of quantity 0
late      stamped before the one taken last: nothing, whatever it says
ahead     stamped after `until`: given on for the tick guard to refuse, and nothing later is measured by it
fallen    a lower volume with a later stamp (a correction, another server of the broker's): its price counts, its volume
          not until it has risen above the highest seen
new day   the first frame of another day, or of before its open, sets the volume anew and carries no quantity
no price  0 or less: nothing

After a reconnect the volume goes on from where it was, so what traded meanwhile is in the first tick after it. Sequence
numbers decide nothing: they are counted where they run backwards or leave some out. Prices are paise.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.adapters.brokers.angelone.prices.frames import (
    EXCHANGE_NUMBERS,
    LENGTHS,
    LTP,
    SNAP_QUOTE,
    TOKEN_BYTES,
    UnreadableFrame,
    read_frame,
)
from engine.adapters.brokers.live_prices.silence import Listened
from engine.domain.events import InstrumentListed, MarketEvent
from engine.domain.instant import DAY, MILLISECOND, NEVER, SECOND, Instant
from engine.domain.market import Tick

_NUMBERS = struct.Struct("<qqq")  # sequence, exchange's ms, price
_VOLUME = struct.Struct("<q")
_CIRCUITS = struct.Struct("<qq")
_KEY, _NUMBERS_FROM, _VOLUME_FROM, _CIRCUITS_FROM = slice(1, 27), 27, 67, 347
_IST_US = 19_800 * SECOND


@dataclass(slots=True)
class Heard(Listened):
    """One subscription, and what its last frame said."""

    exchange: str
    token: str
    mode: int
    at: Instant = 0
    price: int = 0
    volume: int = -1
    day: int = 0
    sequence: int = 0
    circuits: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class Counts:
    """What was noticed of frames, for people."""

    frames: int = 0
    ticks: int = 0
    unreadable: int = 0
    unknown: int = 0
    late: int = 0
    backward: int = 0
    skipped: int = 0
    last_trouble: str = ""


@dataclass(slots=True)
class Prints:
    """The symbols of one connection. Used by one thread. `opens_at` is the open of the day's session; a stamp after
    `until`, moved on by whoever reads, is wrong.
    """

    heard: list[Heard]
    opens_at: Instant = 0
    counts: Counts = field(default_factory=Counts)
    newest_at: Instant = 0  # the highest stamp of all
    until: Instant = NEVER
    _by_key: dict[bytes, Heard] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.heard:
            self._by_key[_key(one.exchange, one.token)] = one

    def take(self, data: bytes, now_s: float) -> Iterable[MarketEvent]:
        """The events of one binary message: none for most. Raises nothing: what can't be read is counted."""
        counts = self.counts
        counts.frames += 1
        if not data or len(data) < LENGTHS.get(data[0], 1 << 30):
            counts.unreadable += 1
            counts.last_trouble = _why_unreadable(data)
            return ()
        one = self._by_key.get(data[_KEY]) or self._found(data)
        if one is None:
            counts.unknown += 1
            return ()
        sequence, exchange_ms, price = _NUMBERS.unpack_from(data, _NUMBERS_FROM)
        at = exchange_ms * MILLISECOND
        volume = 0 if data[0] == LTP else _VOLUME.unpack_from(data, _VOLUME_FROM)[0]
        one.heard_s = now_s
        if sequence != one.sequence:
            self._notice(one, sequence)
        if at == one.at and price == one.price and volume == one.volume:
            return ()  # most frames: as they were a second ago
        banded = self._banded(one, data) if data[0] == SNAP_QUOTE and one.at <= at <= self.until else None
        tick = self._tick(one, at, price, volume)
        if tick is None and banded is None:
            return ()
        if tick is not None:
            one.told_s = now_s
            counts.ticks += 1
        return [event for event in (banded, tick) if event is not None]

    def _tick(self, one: Heard, at: Instant, price: int, volume: int) -> Tick | None:
        """By the rules above."""
        if at < one.at or price <= 0:
            self.counts.late += at < one.at
            return None
        if at > self.until:
            return Tick(one.instrument.symbol, at, price, 0.0)
        day = (at + _IST_US) // DAY
        if day != one.day or at < self.opens_at:
            first, one.day = True, day
            before = volume
        else:
            first, before = one.volume < 0, one.volume if one.volume >= 0 else volume
        same_price = price == one.price
        one.at, one.price, one.volume = at, price, volume if first else max(before, volume)
        self.newest_at = max(self.newest_at, at)
        if at < self.opens_at or (first and one.mode != LTP and volume == 0):
            return None  # the last price is another day's
        if not first and same_price and volume <= before:
            return None
        return Tick(one.instrument.symbol, at, price, 0.0 if first else float(max(0, volume - before)))

    def _banded(self, one: Heard, data: bytes) -> InstrumentListed | None:
        """The instrument with the day's circuit limits, where they are news."""
        upper, lower = circuits = _CIRCUITS.unpack_from(data, _CIRCUITS_FROM)
        if circuits == one.circuits or not 0 < lower <= upper or not one.instrument.tradable:
            return None
        one.circuits = circuits
        price_of = one.instrument.price_of
        one.instrument = replace(one.instrument, band_low=price_of(lower), band_high=price_of(upper))
        return InstrumentListed(one.instrument)

    def _notice(self, one: Heard, sequence: int) -> None:
        if one.sequence and one.instrument.tradable:  # an index has anything there
            self.counts.backward += sequence < one.sequence
            self.counts.skipped += sequence > one.sequence + 1
        one.sequence = sequence

    def _found(self, data: bytes) -> Heard | None:
        """One whose token is padded with something else than zeros: its own bytes are its key from then on."""
        frame = read_frame(data)
        one = next((one for one in self.heard if (one.exchange, one.token) == (frame.exchange, frame.token)), None)
        if one is not None and len(self._by_key) < 4 * len(self.heard):
            self._by_key[data[_KEY]] = one
        return one


def _key(exchange: str, token: str) -> bytes:
    return bytes([EXCHANGE_NUMBERS[exchange]]) + token.encode("ascii").ljust(TOKEN_BYTES, b"\0")


def _why_unreadable(data: bytes) -> str:
    try:
        read_frame(data)
    except UnreadableFrame as error:
        return str(error)
    return "an empty frame"
