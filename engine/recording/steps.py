"""Events with the decisions that came of each, packed into blocks and unpacked. Used by the recorder and the replay.

A block is a list of entries: a run of ticks in columns (bytes of a kind side by side, which compresses best), another
event, or the decisions of the event before. Most ticks decide nothing, so a busy day's run to thousands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from engine.domain.effects import Effect
from engine.domain.events import Event
from engine.domain.market import Tick
from engine.recording.decisions import Decision, DecisionTaker
from engine.recording.event_codec import PACK, Unreadable, decode_event, encode_event

TICKS, EVENT, DECISIONS = 0, 1, 2
RUN_MAX = 1_000  # ticks that become columns at once: within a millisecond, for which the session may have to wait


@dataclass(frozen=True, slots=True)
class Step:
    """An event as it went in, and what was decided of it."""

    event: Event
    decisions: tuple[Decision, ...]


class Packer:
    """Packs what a tap heard, block by block; `taker` lives as long as the engine that is heard."""

    def __init__(self) -> None:
        self._taker = DecisionTaker()
        self._entries: list[Any] = []
        self._ticks: list[Tick] = []

    def take_event(self, event: Event) -> None:
        """Note what went in."""
        if type(event) is Tick:
            self._ticks.append(event)
            if len(self._ticks) == RUN_MAX:
                self._end_run()
            return
        self._end_run()
        self._entries.append((EVENT, *encode_event(event)))

    def take_effects(self, effects: Sequence[Effect]) -> None:
        """Note what came of it."""
        decisions = self._taker.take(effects)
        if decisions:
            self._end_run()
            self._entries.append((DECISIONS, decisions))

    def block(self) -> bytes | None:
        """All that was noted since the last block; None for nothing."""
        self._end_run()
        if not self._entries:
            return None
        entries, self._entries = self._entries, []
        return PACK.encode(entries)

    def _end_run(self) -> None:
        if self._ticks:
            ticks, self._ticks = self._ticks, []
            self._entries.append((TICKS, *_columns(ticks)))


def unpack(blocks: Iterable[bytes]) -> Iterator[Step]:
    """The steps of blocks that follow one another: one may end between an event and its decisions, which take their
    time. Raises Unreadable for what this version does not know.
    """
    waiting: Event | None = None
    for entry in chain.from_iterable(map(msgspec.msgpack.decode, blocks)):
        if entry[0] == DECISIONS and waiting is not None:
            yield Step(waiting, tuple(Decision(kind, fields) for kind, fields in entry[1]))
            waiting = None
            continue
        if entry[0] not in (TICKS, EVENT):
            raise Unreadable(f"it has an entry of kind {entry[0]}, which this version does not know")
        for event in _ticks(*entry[1:]) if entry[0] == TICKS else (decode_event(entry[1], entry[2]),):
            if waiting is not None:
                yield Step(waiting, ())
            waiting = event
    if waiting is not None:
        yield Step(waiting, ())


def _columns(ticks: Sequence[Tick]) -> tuple[list[str], bytes, bytes, bytes, bytes]:
    """Symbols by name, then a code, an instant, a price and a quantity a tick."""
    symbols = sorted({tick.symbol for tick in ticks})
    code = {symbol: number for number, symbol in enumerate(symbols)}
    at = np.array([tick.at for tick in ticks], "<i8")
    return (
        symbols,
        _shuffled(np.array([code[tick.symbol] for tick in ticks], "<u2")),
        _shuffled(np.diff(at, prepend=0)),
        _shuffled(np.array([tick.price for tick in ticks], "<i8")),
        _shuffled(np.array([tick.quantity for tick in ticks], "<f8")),
    )


def _ticks(symbols: list[str], codes: bytes, at: bytes, price: bytes, quantity: bytes) -> Iterator[Tick]:
    names = np.array(symbols, dtype=object)[_ordered(codes, "<u2")].tolist()
    instants = np.cumsum(_ordered(at, "<i8")).tolist()
    return map(Tick, names, instants, _ordered(price, "<i8").tolist(), _ordered(quantity, "<f8").tolist())


def _shuffled(column: npt.NDArray[Any]) -> bytes:
    """The first bytes of all numbers, then all second ones: high bytes hardly change, and a compressor sees it."""
    return column.view(np.uint8).reshape(len(column), column.itemsize).T.tobytes()


def _ordered(stored: bytes, kind: str) -> npt.NDArray[Any]:
    size = np.dtype(kind).itemsize
    rows = np.frombuffer(stored, np.uint8).reshape(size, -1).T
    return np.ascontiguousarray(rows).view(kind).ravel()
