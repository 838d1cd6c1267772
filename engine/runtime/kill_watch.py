"""The ways to kill an account that need nothing else to work: a file, and a signal to the engine's process.

A thread of its own, told of by nobody: it looks for the file KILL_SWITCH in the state folder each half second, and at
whether SIGUSR1 came. What it finds goes to the session's inbox. While a kill stands it also has it looked at anew, each
two seconds of wall time, so that what the broker refused is asked again. A file that can't be read counts as a kill.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from engine.domain.events import Event, KillAsked, KillReviewed, KillSwitchRemoved
from engine.domain.instant import instant_of
from engine.domain.records import KillRecord, KillState
from engine.ports import Clock
from engine.runtime.kill_signal import KillSignal

FILE, SIGNAL = "file", "signal"  # who killed, where no person is known
NAME = "KILL_SWITCH"
FLATTEN = "flatten"  # as the file's first line: positions are closed, too
LOOK_S = 0.5
REVIEW_S = 2.0
_REASON_MAX = 200
_log = structlog.get_logger()


class KillWatch:
    """`standing` is the account's kill as the session has it; `put` leads to the session's inbox."""

    def __init__(
        self,
        folder: Path,
        signalled: KillSignal,
        put: Callable[[Event], None],
        standing: Callable[[], KillRecord | None],
        clock: Clock,
    ) -> None:
        self._path = folder / NAME
        self._signalled = signalled
        self._put = put
        self._standing = standing
        self._clock = clock
        self._signals = 0
        self._looked = False
        self._said: tuple[str, bool] | None = None  # by the file at the last look, where it was there
        self._reviewed_at = clock.monotonic()

    def run(self, stop: threading.Event) -> None:
        """Look until stopped."""
        while not stop.wait(LOOK_S):
            self.look()

    def look(self) -> None:
        """One look at file and signal; and the review, where it is due."""
        told = self._file()
        if told is not None and told != self._said:  # it may have been empty before somebody wrote into it
            reason, flatten = told
            self._kill(KillAsked(reason, flatten, FILE, instant_of(self._clock.now())))
        elif told is None and (self._said is not None or not self._looked):
            self._put(KillSwitchRemoved())
        self._looked, self._said = True, told
        count = self._signalled.count
        if count != self._signals:
            self._signals = count
            self._kill(KillAsked("SIGUSR1 to the engine's process", False, SIGNAL, instant_of(self._clock.now())))
        kill, now = self._standing(), self._clock.monotonic()
        if kill is not None and kill.state is KillState.RUNNING and now - self._reviewed_at >= REVIEW_S:
            self._reviewed_at = now
            self._put(KillReviewed())

    def _kill(self, asked: KillAsked) -> None:
        _log.error("killed", by=asked.by, reason=asked.reason, flatten=asked.flatten)
        self._put(asked)

    def _file(self) -> tuple[str, bool] | None:
        """The reason and whether to close positions, by what the file says; None where there is no file."""
        try:
            with open(self._path, "rb", opener=_at_once) as file:
                found = file.read(10 * _REASON_MAX) or b""  # None: a pipe whose writer has said nothing yet
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:  # whoever made it meant something by it
            return f"the file {NAME} can't be read: {error.strerror or type(error).__name__}", False
        text = found.decode(errors="replace")
        lines = [" ".join(line.split()) for line in text.splitlines()]
        lines = ["".join(char for char in line if char.isprintable()) for line in lines if line]
        flatten = bool(lines) and lines[0].lower() == FLATTEN
        reason = " ".join(lines[1:] if flatten else lines)[:_REASON_MAX]
        return reason or f"the file {NAME}", flatten


def _at_once(path: str, flags: int) -> int:
    """Open without waiting: a pipe of that name would wait for a writer for ever."""
    return os.open(path, flags | os.O_NONBLOCK)
