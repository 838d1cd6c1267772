"""Emulators and service as one thing: started in order, watched, saved, ended in order. Fed by local/run; tells it."""

import contextlib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path

from local import ports, service
from local.auth import AuthEmulator
from local.child import Child
from local.errors import StackError
from local.firestore import FirestoreEmulator
from local.first_fill import FirstFill
from local.options import Options
from local.saved import Save, Saves

FIRESTORE_PORT = 8080
AUTH_PORT = 9099
SAVE_EVERY_S = 60.0


class Stack:
    """Everything `make run` starts. Use it as a context: leaving it ends what was started, however far that came.

    `state` is the folder that outlives the run, `command` what to start as the service, `hold` a descriptor that the
    guards keep open until the last process has ended, `say` takes lines for people.
    """

    def __init__(
        self, options: Options, state: Path, command: Sequence[str], hold: int, say: Callable[[str], None]
    ) -> None:
        self.options = options
        self.firestore_host = ""
        self.auth_host = ""
        self._command = command
        self._hold = hold
        self._say = say
        self._logs = state / "logs"
        self._saves = Saves(state / "saved")
        self._ends = contextlib.ExitStack()
        self._children: list[Child] = []

    def __enter__(self) -> "Stack":
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ends.close()  # last started, first ended: the service, one more save, the emulators

    def start(self) -> None:
        """Start everything and wait until the service is ready. Raises StackError."""
        ports.demand(self.options.port)
        save = self._saves.latest()
        self._start_emulators(save)
        if save:
            self._auth.restore(save.accounts())
        self._auth.create_user(service.OWNER_EMAIL, service.OWNER_PASSWORD, service.OWNER_UID)
        self._ends.callback(self._save_or_say)
        self._save_at = time.monotonic() + SAVE_EVERY_S

        started_at = datetime.now(UTC)
        child = service.start(
            self.options, self.firestore_host, self.auth_host, self._logs, self._command, self._hold, self._say
        )
        self._ends.callback(child.stop)
        self._children.append(child)
        self._serving_at = datetime.now(UTC)
        self._first_fill: FirstFill | None = FirstFill(self.firestore_host, service.PROJECT, started_at)

    def watch(self) -> None:
        """Look after it once. Raises ChildEndedError where a process has ended by itself."""
        for child in self._children:
            child.check()
        if time.monotonic() >= self._save_at:
            self._save_or_say()
            self._save_at = time.monotonic() + SAVE_EVERY_S

    def first_fill_after_s(self) -> float | None:
        """Seconds from serving to the first fill in Firestore; None before it, and once it was told."""
        written_at = self._first_fill.written_at() if self._first_fill else None
        if written_at is None:
            return None
        self._first_fill = None
        return max(0.0, (written_at - self._serving_at).total_seconds())

    def _start_emulators(self, save: Save | None) -> None:
        """Start both at once: the Auth emulator takes seconds of computing, the Firestore emulator one or two."""
        but, hold, say = self.options.port, self._hold, self._say
        self._auth = AuthEmulator(self._logs, service.PROJECT, port=AUTH_PORT, but=but, hold=hold, say=say)
        self._ends.callback(self._auth.stop)
        seed = save.firestore_seed if save else None
        try:
            self._firestore = FirestoreEmulator.start(
                self._logs, port=FIRESTORE_PORT, but=but, seed=seed, hold=hold, say=say
            )
        except StackError as error:
            again = " To begin without the saved books, type: RESET=1 make run" if seed else ""
            raise StackError(f"{error}{again}") from error
        self._ends.callback(self._firestore.stop)
        self._auth.wait()
        self._children += [self._auth.child, self._firestore.child]
        self.firestore_host, self.auth_host = self._firestore.host, self._auth.host

    def _save_or_say(self) -> None:
        """Save; where that fails the save before stays, and the person hears of it."""
        try:
            self._saves.write(self._firestore, self._auth, service.PROJECT)
        except (OSError, HTTPException) as error:
            self._say(f"the books could not be saved, the last save stays: {error}")
