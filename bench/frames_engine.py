"""Angel One's feed and an engine in one process, at a loopback broker: how long each frame takes from being sent to
being done with. Started by angelone_frames; prints one JSON line.

Feed, inbox and engine are the production's, each on its thread. The broker numbers its frames by this machine's
monotonic clock, in microseconds, when it makes them; the number is read off each message before the feed gets it.
"""

from __future__ import annotations

import json
import random
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np

from engine.adapters.brokers.angelone.access.access import open_access
from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.adapters.brokers.angelone.prices.feed import AngelOneFeed
from engine.adapters.brokers.angelone.prices.instruments import Instruments
from engine.adapters.brokers.angelone.prices.market_line import Door
from engine.adapters.brokers.angelone.prices.master import Fetched
from engine.adapters.brokers.connection.socket_line import SocketLine, open_line
from engine.adapters.clock import ShiftedClock
from engine.core.engine import Engine
from engine.domain.account import AccountSpec, BotSpec, Desired
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.events import BotChanged, InstrumentListed
from engine.domain.instant import Instant
from engine.domain.market import Bar, Tick
from engine.market_data.calendar import calendar_for
from engine.ports import CandleLimits
from engine.runtime.inbox import Inbox
from engine.runtime.logs import configure_logs
from engine.strategies.registry import make

SYMBOLS = tuple(f"MADE{number:04d}" for number in range(1_000))
BOTS = tuple(BotSpec(f"bot-{number}", "confluence", SYMBOLS[number * 10 : number * 10 + 5]) for number in range(20))
WARM_S = 5.0
_SEQUENCE = struct.Struct("<q")
_SEQUENCE_FROM, _TOKEN_FROM, _TOKENS_FROM = 27, 2, 700_000
_FEED_THREADS = ("feed", "market-")


class NoPast:
    """Candles of a broker that has none: a thousand symbols' take minutes within its limits, and are not measured."""

    venue = "NSE"

    def limits(self, timeframe: str) -> CandleLimits:
        return CandleLimits(30 * 86_400_000_000, ())

    def candles(self, symbol: str, timeframe: str, since: Instant, until: Instant) -> Sequence[Bar]:
        return ()


class Timed:
    """A socket that notes when each symbol's last frame was made, microseconds of the monotonic clock."""

    def __init__(self, line: SocketLine, made_us: dict[str, int]) -> None:
        self._line, self._made_us = line, made_us
        self.send, self.ping, self.close, self.fileno = line.send, line.ping, line.close, line.fileno

    def arrived(self) -> list[str | bytes]:
        messages = self._line.arrived()
        for message in messages:
            if isinstance(message, bytes):
                token = int(message[_TOKEN_FROM : _TOKEN_FROM + 6])
                self._made_us[SYMBOLS[token - _TOKENS_FROM]] = _SEQUENCE.unpack_from(message, _SEQUENCE_FROM)[0]
        return messages


class Trader(threading.Thread):
    """Takes what is in the inbox and steps the engine, as a session does; notes each tick's way while it `measures`."""

    def __init__(self, engine: Engine, inbox: Inbox, made_us: dict[str, int]) -> None:
        super().__init__(name="engine", daemon=True)
        self._engine, self._inbox, self._made_us = engine, inbox, made_us
        self.measures = False
        self.took_us: list[int] = []

    def run(self) -> None:
        while True:
            for event in self._inbox.take(0.1):
                self._engine.process(event)
                if type(event) is Tick and self.measures:
                    self.took_us.append(time.monotonic_ns() // 1_000 - self._made_us[event.symbol])


def main(told: Mapping[str, str], mode: int, seconds: float) -> dict[str, Any]:
    """Listen for so long; what came, how long it took, what it cost."""
    made_us: dict[str, int] = {}
    feed = opened_feed(told, mode, made_us)
    engine, inbox = Engine(AccountSpec("paper-bench", "bench", cash=Decimal(100_000_000)), make), Inbox()
    for instrument in feed.instruments():
        engine.process(InstrumentListed(instrument))
    for bot in BOTS:
        engine.process(BotChanged(bot, Desired.RUNNING, 1))
    trader, stop = Trader(engine, inbox, made_us), threading.Event()

    def take() -> None:
        for event in feed.events(None, stop.is_set):
            inbox.put_market(event, stop.is_set)

    trader.start()
    feeder = threading.Thread(target=take, name="feed", daemon=True)
    feeder.start()
    while sum(line.symbols for line in feed.view().lines if line.state == "live") < len(SYMBOLS):
        time.sleep(0.1)
    time.sleep(WARM_S)
    before, began = cpu_by_thread(), time.monotonic()
    frames = sum(counts.frames for counts in feed.view().counts)
    trader.measures = True
    time.sleep(seconds)
    trader.measures = False
    wall_s, after = time.monotonic() - began, cpu_by_thread()
    view = feed.view()
    stop.set()
    feeder.join(10)
    took = np.array(trader.took_us)
    return {
        "frames_per_s": (sum(counts.frames for counts in view.counts) - frames) / wall_s,
        "ticks_per_s": len(took) / wall_s,
        "feed_cpu_pct": 100 * (spent(after, _FEED_THREADS) - spent(before, _FEED_THREADS)) / wall_s,
        "engine_cpu_pct": 100 * (spent(after, ("engine",)) - spent(before, ("engine",))) / wall_s,
        **{f"p{name}_us": float(np.percentile(took, of)) for name, of in (("50", 50), ("99", 99), ("999", 99.9))},
        "connections": len(view.lines),
        "unreadable": sum(counts.unreadable for counts in view.counts),
        "reconnects": sum(line.lives - 1 for line in view.lines),
        "bars": engine.state.bars,
    }


def opened_feed(told: Mapping[str, str], mode: int, made_us: dict[str, int]) -> AngelOneFeed:
    """The feed of a thousand symbols, by the broker's clock."""
    with urlopen(told["control"]) as answer:
        at = datetime.fromisoformat(json.load(answer)["at"])
    clock = ShiftedClock(at - datetime.now(UTC))
    endpoints = Endpoints(told["root"], told["market_socket"], told["order_socket"], told["master"])
    credentials = AngelOneCredentials(told["client_code"], told["pin"], told["totp_secret"], told["api_key"])
    access = open_access(credentials, endpoints, clock, random.Random(1))
    instruments = Instruments(Path(tempfile.mkdtemp()) / "instruments.sqlite")
    instruments.update(Fetched(endpoints.instruments), clock)

    def open_wire(headers: Mapping[str, str]) -> Timed:
        return Timed(open_line(endpoints.market_socket, headers, clock, ca_file=endpoints.ca_file), made_us)

    door = Door(access.session, open_wire, credentials.client_code, credentials.api_key)
    calendar = calendar_for("NSE", live=True)
    return AngelOneFeed(SYMBOLS, instruments, NoPast(), door, calendar, clock, lambda attempt: 1.0, mode=mode)


def cpu_by_thread() -> dict[str, float]:
    """CPU seconds of each thread so far, by name."""
    return {
        thread.name: time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
        for thread in threading.enumerate()
        if thread.ident is not None
    }


def spent(by_thread: Mapping[str, float], names: tuple[str, ...]) -> float:
    """CPU seconds of the threads whose names begin so."""
    return sum(seconds for name, seconds in by_thread.items() if name.startswith(names))


if __name__ == "__main__":
    configure_logs("bench")
    print(json.dumps(main(json.loads(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))))
