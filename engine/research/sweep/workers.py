"""Where trials run: in this process, in one process a core, or on a Ray cluster (cluster.py). Asked by search.

Whoever runs them, an outcome depends on the job alone; only the order in which they finish differs, and search does not
look at that.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from engine.domain.errors import OperatingError
from engine.market_data.columns import MarketData
from engine.research.sweep.columns_on_disk import lay_out, mapped
from engine.research.sweep.own import bring_own
from engine.research.sweep.trial import Job, Outcome, Plan, outcome_of


class Workers(Protocol):
    """Takes jobs, gives outcomes back as they are done. A context manager: leaving it ends what it started."""

    def submit(self, job: Job) -> None:
        """Have it run, when there is room."""

    def next_done(self) -> tuple[Job, Outcome]:
        """Wait for one of the jobs that were submitted. Raises OperatingError where the workers are gone."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class InThisProcess:
    """One job after the other, right here: one core, nothing to start."""

    def __init__(self, plan: Plan, data: MarketData) -> None:
        self._plan, self._data = plan, data
        self._jobs: deque[Job] = deque()

    def submit(self, job: Job) -> None:
        self._jobs.append(job)

    def next_done(self) -> tuple[Job, Outcome]:
        job = self._jobs.popleft()
        return job, outcome_of(self._plan, self._data, job)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._jobs.clear()


class LocalProcesses:
    """A process a core. The data is laid out on disk once and mapped by all of them."""

    def __init__(self, plan: Plan, data: MarketData, cores: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="lockstep-sweep-")
        lay_out(data, Path(self._folder.name))
        spawning = get_context("spawn")
        self._theirs, self._ours = spawning.Pipe(duplex=False)
        begin = (plan, self._folder.name, self._theirs)
        self._pool = ProcessPoolExecutor(cores, mp_context=spawning, initializer=_begin, initargs=begin)
        self._running: dict[Future[Outcome], Job] = {}

    def submit(self, job: Job) -> None:
        with _ctrl_c_held_back():
            self._running[self._pool.submit(_run, job)] = job

    def next_done(self) -> tuple[Job, Outcome]:
        done, _ = wait(self._running, return_when=FIRST_COMPLETED)
        future = next(iter(done))
        job = self._running.pop(future)
        try:
            return job, future.result()
        except BrokenProcessPool:
            raise OperatingError(
                "a worker process was killed, for want of memory perhaps; go on with --resume and fewer --cores"
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._ours.close()  # what is running is not waited for
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._ours.close()
        self._theirs.close()
        self._folder.cleanup()


def local_workers(plan: Plan, data: MarketData, cores: int) -> InThisProcess | LocalProcesses:
    """Workers on so many cores of this machine."""
    return InThisProcess(plan, data) if cores == 1 else LocalProcesses(plan, data, cores)


def usable_cores() -> int:
    """The cores this process may use, which in a container are fewer than the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Processes that begin in here are deaf to Ctrl-C from their first line on, which is their parent's to take; the
    parent takes one that came meanwhile when it leaves."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_here: dict[str, tuple[Plan, MarketData]] = {}  # a worker process's own plan and data, loaded once


def _begin(plan: Plan, folder: str, line: Connection) -> None:
    """A worker process begins; it ends with its parent, however that ends."""
    threading.Thread(target=_end_with, args=(line, folder), daemon=True).start()
    bring_own(plan)
    _here["work"] = plan, mapped(Path(folder))


def _end_with(line: Connection, folder: str) -> None:
    """Nothing is ever sent: the line ends when the parent closes its end, or dies and can't clear the columns away."""
    with suppress(EOFError, OSError):
        line.recv()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def _run(job: Job) -> Outcome:
    plan, data = _here["work"]
    return outcome_of(plan, data, job)
