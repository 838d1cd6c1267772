"""A named thread that tells when it fails. Used by session and supervisor for every loop."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

_log = structlog.get_logger()


class Worker:
    """Runs `work(stop)` until it returns; `on_failure` hears of an exception, once. `stop` is set by `stop()`."""

    def __init__(
        self, name: str, work: Callable[[threading.Event], None], on_failure: Callable[[str, BaseException], None]
    ) -> None:
        self.name = name
        self._stop = threading.Event()
        self._on_failure = on_failure
        self._thread = threading.Thread(target=self._run, args=(work,), name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end."""
        self._stop.set()

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; False when the time is up."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self, work: Callable[[threading.Event], None]) -> None:
        try:
            work(self._stop)
        except Exception as error:  # noqa: BLE001 - whatever ended a loop must be told, never swallowed
            _log.exception("worker failed", worker=self.name)
            self._on_failure(self.name, error)
