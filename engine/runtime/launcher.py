"""Gunicorn and the engine, side by side in one container. Started by bootstrap in the role `all`; ends both together.

The engine is a process of its own: in a gunicorn worker a restart would make a second engine, and a busy API would cost
its ticks a hundredfold (docs/decisions). If either ends by itself, both end, and the platform starts them anew. Should
this process be killed, Linux tells both to end.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import FrameType

import structlog

from engine.ports import Clock

SHUTDOWN_S = 8.0  # Cloud Run kills 10 s after SIGTERM; two are left for the last flush
LOOK_S = 0.2
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Program:
    """A child process: its name for the log, its words, its environment."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]


class Launcher:
    """Runs programs until one of them ends or this process is told to."""

    def __init__(self, programs: Sequence[Program], clock: Clock) -> None:
        self._programs = programs
        self._clock = clock
        self._asked: SimpleQueue[None] = SimpleQueue()  # an Event's lock is not for a signal handler: it can deadlock
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def run(self) -> int:
        """Start all, wait, end all; returns 0 when told to end, else the exit code of what ended by itself, never 0.

        Raises OSError for a program that can't be started; what was started before it is ended.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        try:
            for program in self._programs:
                self._running[program.name] = _start(program)
            return self._watch()
        finally:
            self._end()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked.put(None)

    def _watch(self) -> int:
        while not self._told_to_end():
            for name, process in self._running.items():
                code = process.poll()
                if code is not None:
                    _log.error("a program ended by itself", program=name, code=code)
                    return code or 1
        return 0

    def _told_to_end(self) -> bool:
        """Wait a moment for the word."""
        try:
            self._asked.get(timeout=LOOK_S)
        except Empty:
            return False
        return True

    def _end(self) -> None:
        """SIGTERM to all, then SIGKILL to what is left when the time is up."""
        until = self._clock.monotonic() + SHUTDOWN_S
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        for name, process in self._running.items():
            try:
                process.wait(max(0.0, until - self._clock.monotonic()))
            except subprocess.TimeoutExpired:
                _log.error("a program did not end in time", program=name)
                process.kill()
                process.wait()


def _start(program: Program) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(program.words),
        env=dict(program.environment),
        preexec_fn=_ends_with_this_process(),  # noqa: PLW1509 - no thread runs here that could hold a lock over the fork
    )


def _ends_with_this_process() -> Callable[[], None] | None:
    """To be called in a child before it becomes its program: the kernel then ends it when this process is gone."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before it was asked
            os.kill(os.getpid(), signal.SIGTERM)

    return ask
