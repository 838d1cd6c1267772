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
from engine.runtime.heartbeat_watch import HeartbeatWatch
from engine.runtime.kill_watch import KILL_SIGNAL

SHUTDOWN_S = 8.0  # Cloud Run kills 10 s after SIGTERM; two are left for the last flush
LAST_WORD_S = 1.0  # for an alert that is on its way
LOOK_S = 0.2
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Program:
    """A child process: its name for the log, its words, its environment.

    One that `takes_kills` gets the launcher's SIGUSR1, kept back until the program listens: it would end it before.
    """

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    takes_kills: bool = False


class Launcher:
    """Runs programs until one of them ends or this process is told to."""

    def __init__(self, programs: Sequence[Program], clock: Clock, watch: HeartbeatWatch | None = None) -> None:
        self._programs = programs
        self._clock = clock
        self._heartbeat = watch
        self._asked: SimpleQueue[int] = SimpleQueue()  # an Event's lock is not for a signal handler: it can deadlock
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def run(self) -> int:
        """Start all, wait, end all; returns 0 when told to end, else the exit code of what ended by itself, never 0.

        Raises OSError for a program that can't be started; what was started before it is ended.
        """
        for number in (signal.SIGTERM, signal.SIGINT, KILL_SIGNAL):
            signal.signal(number, self._on_signal)
        try:
            for program in self._programs:
                self._running[program.name] = _start(program)
            if self._heartbeat is not None:
                self._heartbeat.begin()  # a thread, and no fork comes after it
            return self._watch()
        finally:
            self._end()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked.put(number)

    def _watch(self) -> int:
        while not self._told_to_end():
            for name, process in self._running.items():
                code = process.poll()
                if code is not None:
                    _log.error("a program ended by itself", program=name, code=code)
                    if self._heartbeat is not None:
                        self._heartbeat.ended(name, code)
                    return code or 1
        return 0

    def _told_to_end(self) -> bool:
        """Wait a moment for the word; the word to kill the account is passed on."""
        try:
            number = self._asked.get(timeout=LOOK_S)
        except Empty:
            return False
        if number != KILL_SIGNAL:
            return True
        for program in self._programs:
            if program.takes_kills and program.name in self._running:
                _log.error("the kill is passed on", program=program.name)
                self._running[program.name].send_signal(number)
        return False

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
        if self._heartbeat is not None:
            self._heartbeat.end(max(LAST_WORD_S, until - self._clock.monotonic()))


def _start(program: Program) -> subprocess.Popen[bytes]:
    kept_back = {KILL_SIGNAL} if program.takes_kills else set()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, kept_back)  # a child inherits it, over the exec too
    try:
        return subprocess.Popen(
            list(program.words),
            env=dict(program.environment),
            preexec_fn=_ends_with_this_process(),  # noqa: PLW1509 - no thread here could hold a lock over the fork
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
