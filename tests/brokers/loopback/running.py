"""A loopback broker in a process of its own, started and ended by a test. Fed by tests; feeds them what it tells."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import requests

WITHIN_S = 60


class RunningBroker:
    """`told` is the line that it printed: addresses, the authority's file, what to log in with."""

    def __init__(self, module: str, *words: str) -> None:
        command = [sys.executable, "-m", module, *words]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.told: dict[str, str] = json.loads(self._process.stdout.readline())
        self._line = requests.Session()
        self._line.trust_env = False
        self._line.verify = self.told["authority"] or True

    def do(self, what: str, /, **more: Any) -> dict[str, Any]:
        """Turn a switch; the whole report."""
        answer = self._line.post(self.told["control"], json={"do": what, **more}, timeout=WITHIN_S)
        found: dict[str, Any] = answer.json()
        assert answer.status_code == 200, found
        return found

    def look(self) -> dict[str, Any]:
        """Everything as it stands."""
        return self.do("look")

    def end(self) -> None:
        """Kill it; what it knew is gone."""
        self._line.close()
        self._process.terminate()
        self._process.wait(WITHIN_S)
        if self._process.stdout is not None:
            self._process.stdout.close()
