"""The real engine process on an emulator, started and ended by a test, and its documents read back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.reader import FirestoreDocuments
from tests.faults.patient import PATIENCE_S, Patient

LOOK_S = 0.1
PATIENCE = 3
OWNER = "owner"


class EngineProcess:
    """`lockstep serve` in the role `engine`. `state_dir` holds its journal; `settings` are more variables."""

    def __init__(self, host: str, project: str, state_dir: Path, settings: Mapping[str, str]) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_")}
        environment |= {
            "LOCKSTEP_ROLE": "engine",
            "GOOGLE_CLOUD_PROJECT": project,
            "FIRESTORE_EMULATOR_HOST": host,
            "LOCKSTEP_STATE_DIR": str(state_dir),
            "LOCKSTEP_OWNER_UID": OWNER,
            **settings,
        }
        self.log = state_dir / "engine.log"
        state_dir.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "engine", "serve"], env=environment, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        """The process's id, for whoever measures or stops it."""
        return self._process.pid

    def ended(self) -> bool:
        """Whether the process is over."""
        return self._process.poll() is not None

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        if not self.ended():
            self._process.send_signal(number)
        return self._process.wait(60)

    def send(self, number: int) -> None:
        """Send a signal and wait for nothing: SIGSTOP and SIGCONT, too."""
        self._process.send_signal(number)

    def told(self) -> str:
        """What it wrote to its log."""
        return self.log.read_text(encoding="utf-8")


@contextmanager
def engine_process(host: str, project: str, state_dir: Path, **settings: str) -> Iterator[EngineProcess]:
    """An engine that does not outlive the block."""
    engine = EngineProcess(host, project, state_dir, settings)
    try:
        yield engine
    finally:
        engine.end(signal.SIGKILL)


class Store:
    """Documents as the API would read them, but for its patience: a store that is stopped holds a reader so long."""

    def __init__(self, host: str, project: str, patience_s: float = PATIENCE_S) -> None:
        wire = Patient(connect(project, host), patience_s)
        self._documents = FirestoreDocuments(wire, SystemClock(), lambda: 0.5)

    def get(self, collection: str, document_id: str) -> dict[str, Any] | None:
        """One document."""
        return self._documents.get(collection, document_id)

    def all_of(self, collection: str, account_id: str) -> dict[str, dict[str, Any]]:
        """Every document of an account, by id."""
        found: dict[str, dict[str, Any]] = {}
        cursor = None
        while True:
            page = self._documents.page(
                collection, {"user_id": OWNER, "account_id": account_id}, ORDERS[collection], 200, cursor
            )
            found |= {item["id"]: item for item in page.items}
            cursor = page.cursor
            if cursor is None:
                return found


ORDERS = {
    "trading_signals": "confirmed_at",
    "fills": "filled_at",
    "orders": "created_at",
    "closed_trades": "exit_at",
    "open_positions": None,
    "bots": None,
    "alerts": "at",
}


def await_that(condition: Callable[[], bool], within_s: float, engine: EngineProcess, what: str) -> None:
    """Wait for a condition; fails with the engine's last words when it ends first or the time is up: `within_s` is
    more than it takes on a machine that has nothing else to do, and one that is busy has `PATIENCE` times as long.
    """
    until = time.monotonic() + PATIENCE * within_s
    while not condition():
        if engine.ended():
            raise AssertionError(f"the engine ended before {what}:\n{engine.told()[-3000:]}")
        if time.monotonic() > until:
            raise AssertionError(f"{what}: not within {PATIENCE * within_s} s:\n{engine.told()[-3000:]}")
        time.sleep(LOOK_S)
