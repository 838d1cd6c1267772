"""What a platform does for a process: starts it, starts it anew when it ends by itself. Counts what it costs.

Used by the outage proofs, with a process of their own (signalling) or the engine's.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from local.places import ROOT
from tests.faults.cost import Cost, cost_of

LOOK_S = 0.1
END_WITHIN_S = 120.0


class Kept:
    """A process that is started anew whenever it ends by itself with a code other than 0. `lives` counts the starts."""

    def __init__(self, words: list[str], log: Path) -> None:
        self._words, self._log = words, log
        self.lives = 0
        self.told: list[dict[str, Any]] = []
        self._start()

    def _start(self) -> None:
        self.lives += 1
        with self._log.open("ab") as log:
            self._process = psutil.Popen(
                [sys.executable, *self._words], cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=log
            )
        self._reading = threading.Thread(target=self._read, args=(self._process.stdout,))
        self._reading.start()

    def _read(self, lines: Any) -> None:
        with lines:
            for line in lines:
                self.told.append(json.loads(line))

    def watch(self, until: Callable[[], bool], within_s: float) -> None:
        """Keep it running until something is so; fails when that takes too long."""
        give_up_at = time.monotonic() + within_s
        while not until():
            assert time.monotonic() < give_up_at, f"not within {within_s} s: {self.told[-1:]} {self.last_words()}"
            if self._process.poll() not in (None, 0):
                self._reading.join()
                self._start()
            time.sleep(LOOK_S)

    def cost_of(self, seconds: float) -> Cost:
        """What it uses over so many seconds, which it must live through."""
        began = time.monotonic()
        return cost_of(self._process, lambda: self.watch(lambda: time.monotonic() >= began + seconds, seconds + 10))

    def end(self) -> None:
        """SIGTERM, and wait for the end, which must be a good one."""
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(END_WITHIN_S)
        self._reading.join()
        assert code == 0, self.last_words()

    def kill(self) -> None:
        """Whatever is left of it."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(10)
        self._reading.join()

    def last_words(self) -> str:
        """The end of what it wrote to its log."""
        return self._log.read_text(encoding="utf-8")[-3000:]
