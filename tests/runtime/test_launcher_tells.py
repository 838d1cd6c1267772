"""A program that is killed before it has begun: the channels hear of it, as of one that is killed later."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from local.places import ROOT

ENDS = "import os, signal; {how}"
LAUNCHER = """
import sys
from engine.adapters.clock import SystemClock
from engine.runtime.launcher import Launcher, Program

class Watch:
    def begin(self): print("watches")
    def ended(self, program, code): print("tells", program, code)
    def end(self, within_s): print("sends", within_s >= 1)

program = Program("engine", [sys.executable, "-S", "-c", sys.argv[1]], {}, says_begun=True)
sys.exit(Launcher([program], SystemClock(), Watch).run())
"""


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", ["watches", "tells engine -9", "sends True"]),
        ("os._exit(2)", []),  # it has said why, to whoever starts it
    ],
)
def test_who_was_killed_amid_its_start_is_told_of(how: str, told: list[str]) -> None:
    words = [sys.executable, "-c", LAUNCHER, ENDS.format(how=how)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=180)
    assert ran.returncode != 0
    assert [line for line in ran.stdout.splitlines() if line.split()[0] in ("watches", "tells", "sends")] == told
