"""One engine process, started as production's is, that measures itself on a word. Run by the figures of what goes on
beside it: by itself, or in the engine's place under the launcher (bench/launched).

Settings come from the environment; bots, symbols, pace and warmth are its words. Each line it reads, in JSON, says for
how many `seconds` to measure and how many `signals` a second to publish meanwhile, one by one or `at_once`. Each answer
is a line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bench.even_feed import SPEED, TICKS_A_SECOND, EvenFeed, symbols
from bench.outage_engine import Stopwatch, be_watched, bots
from bench.sample_signals import signal
from engine.bootstrap import engine as wiring
from engine.bootstrap.outside import outside
from engine.bootstrap.traded import Market
from engine.domain.account import AccountSpec
from engine.domain.effects import PublishRecord
from engine.domain.events import Event
from engine.domain.market import Tick
from engine.ports import Outbox
from engine.runtime.begun import Saying
from engine.runtime.ending import EndWish
from engine.runtime.kill_signal import KillSignal
from engine.runtime.logs import configure_logs
from engine.runtime.session import Session
from engine.settings import read_settings

ACCOUNT = "paper-bench"
WARM_S = 7.0  # of ticks before anything is measured: at the usual pace a minute closes every six
NEARLY_EMPTY, EMPTY_WITHIN_S = 50, 10.0  # states that are held back for a second are never quite gone
SHAPE = ("20", "10", f"{SPEED}")  # bots, symbols, market seconds a second


class SignalsBeside:
    """Lets a session's ticks bring signals with them, as decisions do: none until `begin` says how many."""

    def __init__(self, session: Session, outbox: Outbox) -> None:
        self._step, self._session, self._outbox = session.step, session, outbox
        self._every = self._batch = self._ticks = 0
        self.published = 0
        session.step = self.step  # type: ignore[method-assign]

    def begin(self, a_second: int, *, at_once: bool) -> None:
        """So many a second from now on: one by one, or all with one tick a second, from half a second on. 0: none."""
        self._batch = 0 if a_second == 0 else a_second if at_once else 1
        self._every = TICKS_A_SECOND * self._batch // max(1, a_second)
        self._ticks = self._every // 2

    def step(self, event: Event) -> None:
        """Session.step, and what goes out with a tick."""
        self._step(event)
        if not self._batch or type(event) is not Tick:
            return
        self._ticks += 1
        if self._ticks % self._every == 0:
            sequence = max(self._session.loop.engine.state.sequence, self._session.written_until)
            first, self.published = self.published, self.published + self._batch
            self._outbox.put([PublishRecord(sequence, signal(number)) for number in range(first, self.published)])


class Meter:
    """Measures a session that trades, for as long as it is told."""

    def __init__(self, session: Session, feed: EvenFeed, outbox: Outbox, warm_s: float) -> None:
        self._outbox, self._warm_s = outbox, warm_s
        self._signals = SignalsBeside(session, outbox)
        self._stopwatch = Stopwatch(session, feed)
        self._process = psutil.Process()

    def run(self) -> None:
        """Say when it is warm; then answer each line, until there are none."""
        time.sleep(self._warm_s)
        print("warm", flush=True)
        for line in sys.stdin:
            print(json.dumps(self.measure(json.loads(line))), flush=True)

    def measure(self, wish: Mapping[str, Any]) -> dict[str, Any]:
        """What each tick took, microseconds; what the process used and what reached the store meanwhile."""
        self._signals.begin(wish.get("signals", 0), at_once=wish.get("at_once", False))
        self._stopwatch.took = []
        queue, spent, began = self._outbox.status(), self._spent(), time.perf_counter()
        self._stopwatch.measures = True
        time.sleep(wish["seconds"])
        self._stopwatch.measures = False
        wall = time.perf_counter() - began
        spent, delivered = self._spent() - spent, self._outbox.status().delivered - queue.delivered
        self._signals.begin(0, at_once=False)
        self._empty()
        took = np.array(self._stopwatch.took) * 1e6
        return {
            "p50_us": float(np.percentile(took, 50)), "p99_us": float(np.percentile(took, 99)),
            "p999_us": float(np.percentile(took, 99.9)), "ticks_per_s": len(took) / wall,
            "cpu_pct": 100 * spent / wall, "documents_per_s": delivered / wall,
            "peak_mb": peak_mb(),
        }  # fmt: skip

    def _spent(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)

    def _empty(self) -> None:
        """Give the queue a while to drain: what is measured next is not to find this one's rest."""
        until = time.monotonic() + EMPTY_WITHIN_S
        while self._outbox.status().depth > NEARLY_EMPTY and time.monotonic() < until:
            time.sleep(0.1)


def peak_mb() -> float:
    """The most memory this process ever had, in MB.

    getrusage tells as much as its parent had where that is more: its peak is taken over from whoever forked it.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) * 1_024 / 1e6


def main(bot_count: int, symbol_count: int, speed: int, warm_s: float) -> int:
    """Start as the engine process does (bootstrap/engine) and trade until told to end."""
    configure_logs("bench")  # to stderr: what is printed is for the parent
    settings = read_settings(os.environ)
    begun, end = Saying(settings.begun_fd), EndWish()
    shares = symbols(symbol_count)
    feed = EvenFeed(shares, speed)
    account = AccountSpec(ACCOUNT, settings.owner_uid, cash=Decimal(100_000_000))
    with outside(settings, Market(account, bots(bot_count, shares), feed)) as out:
        begun()
        running = wiring.own_and_recover(out, end, None, KillSignal())
        be_watched(out)
        meter = Meter(running.back.session, feed, out.journal, warm_s)
        threading.Thread(target=meter.run, name="meter", daemon=True).start()
        return wiring.trade(out, running, end)


if __name__ == "__main__":
    sys.exit(main(*(int(word) for word in sys.argv[1:4]), float(sys.argv[4])))
