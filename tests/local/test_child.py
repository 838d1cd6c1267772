"""Processes that end when we end. Stands on local/child and local/guard."""

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from local.child import Child
from local.errors import ChildEndedError, NotAnsweringError
from tests.local.launched import all_gone

DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
while True:
    signal.pause()
"""
LEAVES_ONE_BEHIND = """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]).pid, flush=True)
"""


def python(script: str, folder: Path, grace_s: float = 5) -> Child:
    """A guarded Python that runs this script."""
    log = folder / "child.log"
    return Child("the script", [sys.executable, "-c", script], log_path=log, env=os.environ, grace_s=grace_s)


def test_a_process_that_ignores_the_word_to_stop_is_ended_after_its_grace(tmp_path: Path) -> None:
    child = python(DEAF, tmp_path, grace_s=0.3)
    child.wait_until(lambda: child.last_lines() == "deaf", within_s=60)
    assert child.stop() == 128 + signal.SIGKILL
    assert child.stop() == 128 + signal.SIGKILL, "a second stop changes nothing"


def test_what_a_process_leaves_behind_is_ended_too(tmp_path: Path) -> None:
    child = python(LEAVES_ONE_BEHIND, tmp_path)
    child.wait_until(lambda: child.last_lines().isdigit(), within_s=60)
    left = int(child.last_lines())
    child.wait_until(lambda: child.exit_code() is not None, within_s=60)
    assert child.stop() == 0
    assert not psutil.pid_exists(left) or not all_gone([psutil.Process(left)])


def test_kill_9_of_the_guard_ends_its_process_on_linux(tmp_path: Path) -> None:
    child = python("import os, signal; print(os.getppid(), flush=True); signal.pause()", tmp_path)
    child.wait_until(lambda: child.last_lines().isdigit(), within_s=60)
    guard = psutil.Process(int(child.last_lines()))
    guarded = guard.children()
    guard.kill()
    assert len(guarded) == 1
    assert not all_gone(guarded)
    child.stop()


def test_a_process_that_ends_early_is_told_with_its_last_lines(tmp_path: Path) -> None:
    child = python("print('no such thing'); raise SystemExit(7)", tmp_path)
    with pytest.raises(ChildEndedError, match=r"(?s)the script ended unexpectedly with exit code 7.*\nno such thing"):
        child.wait_until(lambda: False, within_s=60)


def test_a_process_that_never_answers_is_told_after_its_time(tmp_path: Path) -> None:
    child = python(DEAF, tmp_path, grace_s=0.1)
    with pytest.raises(NotAnsweringError, match=r"the script did not answer within 0\.2 s"):
        child.wait_until(lambda: False, within_s=0.2)
    child.stop()


def test_a_program_that_does_not_exist_is_told_by_name(tmp_path: Path) -> None:
    child = Child("nothing", ["/no/such/program"], log_path=tmp_path / "log", env={})
    with pytest.raises(ChildEndedError, match=r"(?s)exit code 127.*\n/no/such/program: No such file"):
        child.wait_until(lambda: False, within_s=60)
