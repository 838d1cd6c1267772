"""Binary frames of the market socket, read whole. Fed by the socket with bytes; feeds the doctor, proofs, and
prints.py, which reads of every frame only what it needs.

Little endian, three modes that begin alike: LTP 51 bytes, Quote 123, SnapQuote 379. Prices are paise, the units of NSE
and BSE instruments. Frames are snapshots: the same price comes again and again, and no frame is a trade: what traded
between two of them is the rise of the day's volume (prints.py).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from engine.domain.errors import PermanentFailure
from engine.domain.instant import MILLISECOND, SECOND, Instant

LTP, QUOTE, SNAP_QUOTE = 1, 2, 3
LENGTHS = {LTP: 51, QUOTE: 123, SNAP_QUOTE: 379}
EXCHANGES = {1: "NSE", 2: "NFO", 3: "BSE", 4: "BFO", 5: "MCX", 7: "NCX", 13: "CDE"}
EXCHANGE_NUMBERS = {name: number for number, name in EXCHANGES.items()}
TOKEN_BYTES = 25
DEPTH = 5

_HEAD = struct.Struct("<BB25sqqq")
_DAY = struct.Struct("<qqqddqqqq")
_LAST_TRADED = struct.Struct("<q")
_LEVEL = struct.Struct("<hqqh")
_CIRCUITS = struct.Struct("<qq")
_DAY_FROM, _TRADED_FROM, _DEPTH_FROM, _CIRCUITS_FROM = 51, 123, 147, 347
_BUY = 1


class UnreadableFrame(PermanentFailure):
    """Bytes that are no frame: shorter than their mode wants, or of a mode nobody subscribes to."""


@dataclass(slots=True)
class DayPrices:
    """The day so far; prices and `average` in paise, `bid` and `offered` the whole book's quantities."""

    last_quantity: int
    average: int
    volume: int
    bid: float
    offered: float
    open: int
    high: int
    low: int
    previous_close: int


@dataclass(slots=True)
class Level:
    """One price of the book, in paise."""

    price: int
    quantity: int
    orders: int


@dataclass(slots=True)
class Book:
    """Best five of both sides, when the last trade was, and the prices that bound the day (paise)."""

    buys: tuple[Level, ...]
    sells: tuple[Level, ...]
    last_traded_at: Instant
    upper_circuit: int
    lower_circuit: int


@dataclass(slots=True)
class Frame:
    """One instrument at the exchange's `at`, whole seconds on the live feed.

    `sequence` is what the frame says: not contiguous for a token, and anything at all for an index.
    """

    mode: int
    exchange: str
    token: str
    sequence: int
    at: Instant
    price: int
    day: DayPrices | None = None
    book: Book | None = None


def read_frame(data: bytes) -> Frame:
    """The frame of one binary message. Raises UnreadableFrame, which costs this message and nothing else."""
    mode = data[0] if data else 0
    needed = LENGTHS.get(mode)
    if needed is None:
        raise UnreadableFrame(f"a frame of mode {mode}, {len(data)} bytes: nobody subscribes to that")
    if len(data) < needed:
        raise UnreadableFrame(f"a frame of mode {mode} has {len(data)} bytes, {needed} are needed")
    _, exchange, token, sequence, exchange_ms, price = _HEAD.unpack_from(data)
    frame = Frame(
        mode,
        EXCHANGES.get(exchange, str(exchange)),
        token.partition(b"\0")[0].decode("ascii", "replace"),
        sequence,
        exchange_ms * MILLISECOND,
        price,
    )
    if mode != LTP:
        frame.day = DayPrices(*_DAY.unpack_from(data, _DAY_FROM))
    if mode == SNAP_QUOTE:
        frame.book = _book(data)
    return frame


def _book(data: bytes) -> Book:
    """The side of a level is its own flag, not its place: both orders have been published."""
    buys: list[Level] = []
    sells: list[Level] = []
    for place in range(2 * DEPTH):
        side, quantity, price, orders = _LEVEL.unpack_from(data, _DEPTH_FROM + place * _LEVEL.size)
        (buys if side == _BUY else sells).append(Level(price, quantity, orders))
    (traded_s,) = _LAST_TRADED.unpack_from(data, _TRADED_FROM)
    upper, lower = _CIRCUITS.unpack_from(data, _CIRCUITS_FROM)
    return Book(tuple(buys), tuple(sells), traded_s * SECOND, upper, lower)
