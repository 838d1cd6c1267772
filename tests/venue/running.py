"""A practice venue in a process of its own, started and ended by a test, its switches as calls."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen


class RunningVenue:
    """`url` is what an engine is given."""

    def __init__(self, *words: str, module: str = "server") -> None:
        command = [sys.executable, "-m", f"tests.venue.{module}", *words]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url.startswith("http://127.0.0.1:"), "the practice venue did not start"

    def do(self, what: str, **more: Any) -> dict[str, Any]:
        """Turn a switch; the venue's whole book."""
        body = json.dumps({"do": what, **more}).encode()
        with urlopen(Request(f"{self.url}/admin", body, {"Content-Type": "application/json"}), timeout=60) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def book(self) -> dict[str, Any]:
        """Orders, fills, positions as they stand."""
        return self.do("look")

    def end(self) -> None:
        """Kill it; its book is gone."""
        self._process.kill()
        self._process.wait(60)
        if self._process.stdout is not None:
            self._process.stdout.close()


@contextmanager
def running_venue(*words: str, module: str = "server") -> Iterator[RunningVenue]:
    """One that does not outlive the block. `module` is the file of this folder that is run."""
    venue = RunningVenue(*words, module=module)
    try:
        yield venue
    finally:
        venue.end()
