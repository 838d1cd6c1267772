"""One connection of a market, kept: opened, read, watched, opened again. Each broker's line is one, in its dialect;
owned by on_air.py, which runs `keep` on a thread of its own, and reads from another one.

Opening takes seconds when something is wrong, so it has a thread; reading has one for all connections, since handing
each price from thread to thread costs ten times what reading it does (docs/decisions/0025). Reconnecting is by the one
policy (`rest_s`, handed in): every life begins with a new socket, and the subscriptions of our own set.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from engine.adapters.brokers.live_prices.silence import Look, One
from engine.domain.errors import OperatingError
from engine.domain.events import MarketEvent, MarketStatus
from engine.domain.instant import instant_of
from engine.domain.market import TradingStatus
from engine.ports import Clock

NAP_S = 0.25
_log = structlog.get_logger()


class Wire(Protocol):
    """An open WebSocket; connection/socket_line.SocketLine is one."""

    def arrived(self) -> list[str | bytes]: ...
    def fileno(self) -> int: ...
    def send(self, text: str) -> None: ...
    def ping(self) -> None: ...
    def close(self) -> None: ...


@dataclass(slots=True)
class LineView:
    """How a connection does, for people. `since_s` is monotonic. `lives` counts connections that were opened."""

    number: int
    symbols: int
    state: str = "closed"  # opening, live, resting, closed
    since_s: float = 0.0
    lives: int = 0
    pongs: int = 0
    why: str = ""
    complaint: str = ""


class KeptLine(ABC):
    """What a dialect fills in: `_connect`, `_wishes`, `_opened`, `_spoken`, `_take`, `_tend`."""

    def __init__(self, number: int, symbols: int, clock: Clock, rest_s: Callable[[int], float]) -> None:
        self.view = LineView(number, symbols)
        self.wire: Wire | None = None  # while it lives: set by `keep`, taken back by who reads
        self._clock, self._rest_s = clock, rest_s
        self._failures = self._spoken_before = 0
        self._gone = threading.Event()

    @abstractmethod
    def _connect(self) -> Wire:
        """A new connection. Raises OperatingError."""

    @abstractmethod
    def _wishes(self) -> list[str]:
        """The messages that subscribe to everything."""

    @abstractmethod
    def _opened(self) -> None:
        """A connection has begun."""

    @abstractmethod
    def _spoken(self) -> int:
        """How many prices have come in all lives: one that brought some was no failure."""

    @abstractmethod
    def _take(self, messages: list[str | bytes], now_s: float) -> list[MarketEvent]:
        """What they mean."""

    @abstractmethod
    def _tend(self, wire: Wire, now_s: float) -> list[MarketEvent]:
        """Do what is due; signs of life are its events. Raises OperatingError where the connection has died."""

    def keep(self, stop: Callable[[], bool]) -> None:
        """Have an open connection until `stop()` is true. Raises nothing that a connection can do."""
        while not stop():
            if self.wire is not None:
                self._gone.wait(NAP_S)
                continue
            if self._failures:
                self._rest(self._rest_s(self._failures), stop)
            if not stop():
                self.open()
        self.close()

    def open(self) -> None:
        """One attempt to open and subscribe."""
        self._become("opening", self.view.why)
        self._spoken_before = self._spoken()
        try:
            wire = self._connect()
            try:
                for message in self._wishes():
                    wire.send(message)
            except OperatingError:
                wire.close()
                raise
        except OperatingError as error:
            self._lost(str(error))
            return
        self._opened()
        self.view.lives += 1
        self._become("live", "")
        self._gone.clear()
        self.wire = wire

    def read(self) -> list[MarketEvent]:
        """The events of everything that has arrived; none where the connection has ended, which is noted."""
        wire = self.wire
        if wire is None:
            return []
        try:
            messages = wire.arrived()
        except OperatingError as error:
            self._give_up(wire, str(error))
            return []
        return self._take(messages, self._clock.monotonic())

    def look(self) -> list[MarketEvent]:
        """Do what is due, and give the connection up where it has died."""
        wire = self.wire
        if wire is None:
            return []
        try:
            return self._tend(wire, self._clock.monotonic())
        except OperatingError as error:
            self._give_up(wire, str(error))
            return []

    def close(self) -> None:
        """Nothing is listened to any more."""
        wire, self.wire = self.wire, None
        if wire is not None:
            wire.close()
        self._become("closed", "")

    def wake(self) -> None:
        """Let `keep` look at its `stop` now."""
        self._gone.set()

    def _signs_of_life(self, look: Look[One], now_s: float) -> list[MarketEvent]:
        """What a look found of symbols that do not trade: those that are heard are said to be traded still."""
        for one in look.newly_mute:
            _log.warning("no price comes of a symbol", symbol=one.instrument.symbol, line=self.view.number)
        at = instant_of(self._clock.now())
        for one in look.alive:
            one.told_s = now_s
        return [MarketStatus(one.instrument.symbol, TradingStatus.TRADING, at) for one in look.alive]

    def _complains(self, said: str) -> None:
        """The other side says that something is wrong; once in the log."""
        if said != self.view.complaint:
            self.view.complaint = said
            _log.error("market socket", line=self.view.number, says=said)

    def _give_up(self, wire: Wire, why: str) -> None:
        wire.close()
        self._lost(why)
        self.wire = None
        self._gone.set()

    def _lost(self, why: str) -> None:
        self._failures = 1 if self._spoken() > self._spoken_before else self._failures + 1
        if self.view.why != why:
            _log.warning("market socket lost", line=self.view.number, error=why)
        self._become("resting", why)

    def _become(self, state: str, why: str) -> None:
        self.view.state, self.view.why, self.view.since_s = state, why, self._clock.monotonic()

    def _rest(self, seconds: float, stop: Callable[[], bool]) -> None:
        until_s = self._clock.monotonic() + seconds
        while not stop() and (left_s := until_s - self._clock.monotonic()) > 0:
            self._clock.wait(min(left_s, NAP_S))
