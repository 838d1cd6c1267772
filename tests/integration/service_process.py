"""`lockstep serve` in the role `all`: launcher, gunicorn and engine, started, ended or killed by a test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import psutil

from local import http_json
from local.places import ROOT
from tests.builders.own_port import own_port
from tests.integration.engine_process import OWNER, PATIENCE, Store

ACCOUNT = "paper-demo"


class Service:
    """A running service on a Firestore emulator; `settings` are more variables."""

    def __init__(self, host: str, project: str, state_dir: Path, **settings: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LOCKSTEP_")}
        self.port = own_port()
        state_dir.mkdir(parents=True, exist_ok=True)
        self._log = state_dir / "service.log"
        with self._log.open("wb") as log:
            self._process = psutil.Popen(
                [sys.executable, "-m", "engine", "serve"],
                env=inherited
                | {
                    "GOOGLE_CLOUD_PROJECT": project,
                    "FIRESTORE_EMULATOR_HOST": host,
                    "LOCKSTEP_STATE_DIR": str(state_dir),
                    "LOCKSTEP_OWNER_UID": OWNER,
                    "PORT": str(self.port),
                    **settings,
                },
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def processes(self) -> list[psutil.Process]:
        """The launcher and everything it started."""
        return [self._process, *self._process.children(recursive=True)] if self._process.is_running() else []

    def ready(self) -> bool:
        """Whether `GET /ready` answers 200."""
        return http_json.status_of(f"http://127.0.0.1:{self.port}/ready") == 200

    def await_that(self, condition: Callable[[], Any], within_s: float, what: str) -> float:
        """Wait for a condition; the seconds it took. Fails with the last words when the service ends first."""
        began = time.monotonic()
        while not condition():
            if self._process.poll() is not None:
                raise AssertionError(f"the service ended before {what}:\n{self.told()[-3000:]}")
            if time.monotonic() - began > PATIENCE * within_s:
                raise AssertionError(f"{what}: not within {PATIENCE * within_s} s:\n{self.told()[-3000:]}")
            time.sleep(0.1)
        return time.monotonic() - began

    def end(self) -> tuple[int, float]:
        """SIGTERM; the exit code and how long the end took, seconds."""
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(60), time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL to all of it at once; the launcher first, so that it ends nothing in order."""
        for process in self.processes():
            process.kill()
        self._process.wait(60)

    def told(self) -> str:
        """What it and its programs wrote to their log."""
        return self._log.read_text(encoding="utf-8")


@contextmanager
def service(host: str, project: str, state_dir: Path, **settings: str) -> Iterator[Service]:
    """A service of which nothing outlives the block."""
    running = Service(host, project, state_dir, **settings)
    try:
        yield running
    finally:
        left = running.processes()
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=60)


def money(value: float) -> Decimal:
    """A number of Firestore as the money it is."""
    return Decimal(str(value))


def assert_books_tie(store: Store, cash_at_first: int) -> None:
    """Cash and positions in Firestore are what the fills in Firestore make of them."""
    cash = Decimal(cash_at_first)
    held: dict[str, Decimal] = {}
    for fill in store.all_of("fills", ACCOUNT).values():
        sign = 1 if fill["side"] == "BUY" else -1
        quantity = money(fill["quantity"])
        value = (money(fill["price"]) * quantity).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        cash -= sign * value + money(fill["charges"])
        key = f"{fill['bot_id']}_{fill['symbol']}"
        held[key] = held.get(key, Decimal(0)) + sign * quantity
    account = store.get("accounts", ACCOUNT)
    assert account is not None
    assert money(account["cash"]) == cash
    positions = {key: money(found["quantity"]) for key, found in store.all_of("open_positions", ACCOUNT).items()}
    assert positions == {key: quantity for key, quantity in held.items() if quantity}
