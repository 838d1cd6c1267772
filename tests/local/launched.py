"""Runs the launcher of `make run` with a trivial service, as a process of its own. Feeds tests/local, runs local/run.

As a script it is that process: launched.py STATE_FOLDER.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

import psutil

from local.places import ROOT

TRIVIAL_SERVICE = Path(__file__).with_name("trivial_service.py")


class Launched:
    """A running launcher. Leaving the context ends it, however the test went."""

    def __init__(self, state: Path, port: int, **environment: str) -> None:
        inherited = {key: value for key, value in os.environ.items() if key != "MAKELEVEL"}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(state)],
            env={**inherited, "PORT": str(port), "PYTHONPATH": str(ROOT), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self.output: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Launched":
        return self

    def __exit__(self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=180)
        self._reader.join(timeout=60)

    def line(self, start: str, within_s: float = 120) -> dict[str, object]:
        """Wait for the line that begins with `start`; return the JSON after it."""
        while (line := self._lines.get(timeout=within_s)) is not None:
            if line.startswith(start):
                found: dict[str, object] = json.loads(line.removeprefix(start))
                return found
        raise AssertionError(f"it ended without a line {start!r}:\n{''.join(self.output)}")

    def descendants(self) -> list[psutil.Process]:
        """Every process it has started, directly or not."""
        return psutil.Process(self.pid).children(recursive=True)

    def signal(self, number: signal.Signals) -> None:
        """Send the launcher, and nobody else, a signal."""
        self._process.send_signal(number)

    def exit_code(self, within_s: float = 180) -> int:
        """Wait for its end."""
        return self._process.wait(timeout=within_s)

    def text(self) -> str:
        """All that it printed, once it has ended."""
        while self._lines.get(timeout=60) is not None:
            pass
        return "".join(self.output)

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self.output.append(line)
            self._lines.put(line)
        self._process.stdout.close()
        self._lines.put(None)


def all_gone(processes: list[psutil.Process], within_s: float = 60) -> list[psutil.Process]:
    """Wait for these processes to end; return the ones that have not."""
    return psutil.wait_procs(processes, timeout=within_s)[1]


if __name__ == "__main__":
    from local.run import main

    sys.exit(main([sys.executable, str(TRIVIAL_SERVICE)], Path(sys.argv[1])))
