"""Records an account's day, off the session's thread: what its engine was told and what it decided, file by file.

Fed by an engine's tap; writes recording/ files that `lockstep replay` reads. Nothing waits for it. A disk that is full,
a tap that was not emptied in time, files that grow beyond what may be kept: it stops, says so once, and trading goes
on. A gap would make all that follows worthless, so it never leaves anything out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from engine.domain.events import (
    BarClosed,
    BarOpened,
    ClockTicked,
    Event,
    MarketEnded,
    SessionOpened,
)
from engine.domain.market import Tick
from engine.recording.day_file import DayHeader, DayWriter
from engine.recording.folder import Keep, drop_old, free_run, part_path
from engine.recording.steps import Packer
from engine.runtime.engine_tap import QueuedTap

NAP_S = 0.5
BLOCK_NAPS = 10  # 5 s: what a process that is killed loses; shorter blocks compress worse (0.5 s: twice the size)
_AT_ONCE = 5_000  # heard events that are a block of themselves
_PRICES = (Tick, BarOpened, BarClosed, ClockTicked, MarketEnded)
_log = structlog.get_logger()


class Recorder:
    """Listens at `tap` and writes into a folder. `tell` raises an alert: kind, subject, text."""

    def __init__(
        self, folder: Path, header: DayHeader, keep: Keep, tell: Callable[[str, str, str], None] | None = None
    ) -> None:
        self.tap = QueuedTap()
        self.stopped: str | None = None  # why nothing is recorded any more
        self._folder = folder
        self._header = header
        self._keep = keep
        self._tell = tell
        self._packer = Packer()
        self._writer: DayWriter | None = None
        self._left = 0  # bytes of all files when the last was begun
        self._live = False  # prices have come: the day that is open now is the file's

    def run(self, stop: threading.Event) -> None:
        """Write what is heard until stopped, and what is left then."""
        naps = 0
        while not stop.wait(NAP_S):
            naps += 1
            self.write(whole=naps % BLOCK_NAPS == 0)
        self.write()
        self.close()

    def close(self) -> None:
        """Listen no more; what was written stays."""
        self.tap.close()
        if self._writer is not None:
            self._writer.close()

    def write(self, *, whole: bool = True) -> None:
        """Pack all that was heard, and with `whole` write it; else only what fills a block. Never raises."""
        try:
            while not self.tap.closed and (heard := self.tap.take(_AT_ONCE)):
                for one in heard:
                    self._take(one)
                if len(heard) == _AT_ONCE:
                    self._flush()
            if whole:
                self._flush()
        except OSError as error:
            self._give_up(f"{error.filename or self._folder}: {error.strerror or error}")
        except Exception as error:  # noqa: BLE001 - what it can't pack is its own trouble: the account goes on
            _log.exception("recording failed", account=self._header.account.account_id)
            self._give_up(f"it failed: {type(error).__name__}: {error}")
        if self.tap.overrun and self.stopped is None:
            self._give_up("it could not keep up")

    def _take(self, heard: object) -> None:
        if isinstance(heard, list | tuple):
            self._packer.take_effects(heard)
            return
        event: Event = heard  # type: ignore[assignment]
        if isinstance(event, SessionOpened) and event.session.day > self._header.day:
            self._begin_day(event.session.day)
        elif not self._live and isinstance(event, _PRICES):
            self._live = True
        self._packer.take_event(event)

    def _begin_day(self, day: str) -> None:
        """A later day: a file of its own, once there were prices. Until then the past is being told."""
        if self._live:
            self._flush()
            if self._writer is not None:
                self._writer.close()
                self._writer = None
                self._header = replace(self._header, part=self._header.part + 1)
        self._header = replace(self._header, day=day)

    def _flush(self) -> None:
        """Write a block; the file is begun with the first price, when its day is known."""
        if not self._live or self.stopped is not None:
            return
        block = self._packer.block()
        if block is None:
            return
        if self._writer is None:
            self._begin_file()
        if self._writer is None:
            return
        self._writer.write(block)
        if self._left + self._writer.size > self._keep.bytes_max:
            self._make_room()

    def _begin_file(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._header.part == 0:
            self._header = replace(self._header, run=free_run(self._folder, self._header.run))
        header = self._header
        self._left = drop_old(self._folder, self._keep, header.run)
        self._writer = DayWriter(part_path(self._folder, header.day, header.run, header.part), header)
        _log.info("recording", account=header.account.account_id, file=str(self._writer.path))

    def _make_room(self) -> None:
        assert self._writer is not None
        left = drop_old(self._folder, self._keep, self._header.run)
        self._left = left - self._writer.size
        if left > self._keep.bytes_max:
            self._give_up(f"the files of this run reached {self._keep.bytes_max // 1_000_000} MB (RECORD_MB)")

    def _give_up(self, why: str) -> None:
        self.stopped = why
        self.close()
        _log.warning("recording stopped", account=self._header.account.account_id, why=why)
        if self._tell is not None:
            text = f"The day is no longer recorded: {why}. Trading goes on; recording begins again with the next start"
            self._tell("recording_stopped", f"run {self._header.run}", text)
