"""A Firestore emulator of a test's own, which it may stop (SIGSTOP), resume, kill and start anew on the same port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from local.firestore import FirestoreEmulator
from tests.faults.patient import warm

_GONE_WITHIN_S = 60.0


class OwnEmulator:
    """`host` stays the same for life; what it holds is gone with every kill."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running = FirestoreEmulator.start(logs)
        self.host = self._running.host

    def suspend(self) -> None:
        """SIGSTOP: connections stay open, nothing is answered."""
        self._java().suspend()

    def resume(self) -> None:
        """SIGCONT: it takes up what waits in its sockets."""
        self._java().resume()

    def kill(self) -> None:
        """SIGKILL: the port refuses, and the memory is lost."""
        java = self._java()
        java.kill()
        java.wait(_GONE_WITHIN_S)
        self._running.stop()

    def restart(self) -> None:
        """After `kill`: a new one, empty, on the same port."""
        self._running = FirestoreEmulator.start(self._logs, port=self._port)
        assert self._running.host == self.host, "another program has taken the port meanwhile"

    def stop(self) -> None:
        """The end; one that is suspended ends too."""
        try:
            self.resume()
        except LookupError:
            pass  # killed already
        self._running.stop()

    @property
    def _port(self) -> int:
        return int(self.host.rpartition(":")[2])

    def _java(self) -> psutil.Process:
        """The emulator's own process, not the guard that started it. Raises LookupError when there is none."""
        for process in psutil.Process().children(recursive=True):
            words = words_of(process)
            if f"--port={self._port}" in words and not any("guard.py" in word for word in words):
                return process
        raise LookupError(f"no emulator on {self.host}")


def words_of(process: psutil.Process) -> list[str]:
    """The words that it was started with; none where it is gone by now."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


@contextmanager
def own_emulator(logs: Path) -> Iterator[OwnEmulator]:
    """One that does not outlive the block."""
    emulator = OwnEmulator(logs)
    try:
        warm(emulator.host)
        yield emulator
    finally:
        emulator.stop()
