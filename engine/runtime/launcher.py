"""Gunicorn and the engine, side by side in one container. Started by bootstrap in the role `all`; ends both together.

The engine is a process of its own: in a gunicorn worker a restart would make a second engine, and a busy API would cost
its ticks a hundredfold (docs/decisions). If either ends by itself, both end, and the platform starts them anew. Should
this process be killed, Linux tells both to end.

It loads next to nothing before its programs are started: after a crash it stands between the account and its trading.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING, Any

from engine.runtime.begun import Word
from engine.runtime.kill_signal import KILL_SIGNAL

if TYPE_CHECKING:
    from engine.ports import Clock
    from engine.runtime.heartbeat_watch import HeartbeatWatch

SHUTDOWN_S = 8.0  # Cloud Run kills 10 s after SIGTERM; two are left for the last flush
LAST_WORD_S = 1.0  # for an alert that is on its way
LOOK_S = 0.2
WATCH_AFTER_S = 5.0  # it tells of a minute's silence: what it loads would only slow the engine's own start
TOLD_ITSELF = (1, 2)  # exit codes of a program that said in a line why it does not start
BEGUN_FD = "LOCKSTEP_BEGUN_FD"  # read by settings
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
PROGRAM = "all"  # its name in the log


@dataclass(frozen=True, slots=True)
class Program:
    """A child process: its name for the log, its words, its environment.

    One that `takes_kills` gets the launcher's SIGUSR1, kept back until the program listens: it would end it before.
    One that `says_begun` is waited for with whatever comes after it (runtime/begun).
    """

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    takes_kills: bool = False
    says_begun: bool = False


class Launcher:
    """Runs programs until one of them ends or this process is told to.

    They are taken one by one, the next when the one before has begun; `watch` is made a while after the last.
    """

    def __init__(
        self, programs: Iterable[Program], clock: Clock, watch: Callable[[], HeartbeatWatch] | None = None
    ) -> None:
        self._programs = programs
        self._take_kills: list[str] = []
        self._clock = clock
        self._make_watch = watch
        self._heartbeat: HeartbeatWatch | None = None
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
                code = self._begin(program)
                if code is not None:
                    return code
            return self._watch()
        finally:
            self._end()

    def _begin(self, program: Program) -> int | None:
        """Start a program; the exit code where all of it is over already."""
        if program.takes_kills:
            self._take_kills.append(program.name)
        if not program.says_begun:
            self._running[program.name] = _start(program)
            return None
        word = Word()
        try:
            self._running[program.name] = _start(program, word.fd)
            word.given_away()
            return self._awaited(program.name, word)
        finally:
            word.close()

    def _awaited(self, name: str, word: Word) -> int | None:
        """Wait until it has begun. One that ends before has said why."""
        while (heard := word.heard(LOOK_S)) is None:
            if self._told_to_end(within_s=0.0):
                return 0
        if heard:
            return None
        code = self._running[name].wait()
        if code not in TOLD_ITSELF:
            self._tell_end(name, code)
        return code or 1

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked.put(number)

    def _watch(self) -> int:
        watched_from = self._clock.monotonic() + WATCH_AFTER_S
        while not self._told_to_end():
            if self._clock.monotonic() >= watched_from:
                self._watch_heart()
            for name, process in self._running.items():
                code = process.poll()
                if code is not None:
                    self._tell_end(name, code)
                    return code or 1
        return 0

    def _tell_end(self, name: str, code: int) -> None:
        _log().error("a program ended by itself", program=name, code=code)
        self._watch_heart()
        if self._heartbeat is not None:
            self._heartbeat.ended(name, code)

    def _watch_heart(self) -> None:
        """Make the watch and let it begin, once: a thread, and no fork comes after it."""
        if self._heartbeat is None and self._make_watch is not None:
            _log()
            self._heartbeat = self._make_watch()
            self._heartbeat.begin()

    def _told_to_end(self, within_s: float = LOOK_S) -> bool:
        """Wait a moment for the word; the word to kill the account is passed on."""
        try:
            number = self._asked.get(block=within_s > 0, timeout=within_s)
        except Empty:
            return False
        if number != KILL_SIGNAL:
            return True
        for name in self._take_kills:
            _log().error("the kill is passed on", program=name)
            self._running[name].send_signal(number)
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
                _log().error("a program did not end in time", program=name)
                process.kill()
                process.wait()
        if self._heartbeat is not None:
            self._heartbeat.end(max(LAST_WORD_S, until - self._clock.monotonic()))


def _log() -> Any:
    """The log of this process: loaded when all programs are started, or there is something to say before."""
    import structlog

    from engine.runtime.logs import configure_logs

    configure_logs(PROGRAM)
    return structlog.get_logger()


def _start(program: Program, begun_fd: int | None = None) -> subprocess.Popen[bytes]:
    said = {} if begun_fd is None else {BEGUN_FD: str(begun_fd)}
    kept_back = {KILL_SIGNAL} if program.takes_kills else set()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, kept_back)  # a child inherits it, over the exec too
    try:
        return subprocess.Popen(
            list(program.words),
            env={**program.environment, **said},
            pass_fds=() if begun_fd is None else (begun_fd,),
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
