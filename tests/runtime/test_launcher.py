"""Gunicorn and the engine live and die together; here two small programs stand for them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from engine.runtime.launcher import SHUTDOWN_S
from local.places import ROOT
from tests.runtime.world import eventually

SCRIPT = Path(__file__).with_name("launcher_process.py")

WAITS = "import signal; signal.pause()"
ENDS_ORDERLY = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print(1); signal.pause()"
DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open({mark!r}, "w").close()
while True:
    signal.pause()
"""


def python(code: str) -> list[str]:
    """The words of a small program."""
    return [sys.executable, "-S", "-c", code]


@contextmanager
def launched(**programs: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A launcher over these programs; it and they are gone after the block."""
    launcher = subprocess.Popen(
        [sys.executable, str(SCRIPT), json.dumps(programs)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    seen = psutil.Process(launcher.pid)
    children: list[psutil.Process] = []
    try:
        eventually(lambda: launcher.poll() is not None or len(seen.children()) == len(programs), "all are started")
        children = seen.children() if launcher.poll() is None else []
        yield launcher
    finally:
        for process in [*children, seen]:
            if process.is_running():
                process.kill()
        launcher.communicate(timeout=60)


def children_of(launcher: subprocess.Popen[str]) -> list[psutil.Process]:
    """The programs as processes."""
    return psutil.Process(launcher.pid).children()


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all have ended."""

    def runs(process: psutil.Process) -> bool:
        try:
            return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:  # it went between the two
            return False

    return not any(map(runs, processes))


@pytest.mark.parametrize(("ends_with", "code"), [(0, 1), (3, 3)])
def test_when_one_ends_by_itself_the_other_is_ended_and_the_launcher_fails(
    ends_with: int, code: int, tmp_path: Path
) -> None:
    mark = tmp_path / "go"
    ends = f"import os, sys, time\nwhile not os.path.exists({str(mark)!r}): time.sleep(0.01)\nsys.exit({ends_with})"
    with launched(engine=python(ends), api=python(WAITS)) as launcher:
        programs = children_of(launcher)
        mark.touch()
        assert launcher.wait(60) == code
        assert gone(programs)
        assert launcher.stdout is not None
        assert "a program ended by itself" in launcher.stdout.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_both_and_none_has_to_be_killed(number: int) -> None:
    with launched(engine=python(WAITS), api=python(ENDS_ORDERLY)) as launcher:
        programs = children_of(launcher)
        launcher.send_signal(number)
        assert launcher.wait(60) == 0
        assert gone(programs)
        assert launcher.stdout is not None
        assert "did not end in time" not in launcher.stdout.read()


def test_a_launcher_that_is_killed_leaves_no_program_behind() -> None:
    with launched(engine=python(WAITS), api=python(ENDS_ORDERLY)) as launcher:
        programs = children_of(launcher)
        launcher.kill()
        launcher.wait(60)
        eventually(lambda: gone(programs), "both are told to end")


def test_a_program_that_will_not_end_is_killed_when_the_time_is_up(tmp_path: Path) -> None:
    mark = tmp_path / "deaf"
    with launched(engine=python(DEAF.format(mark=str(mark))), api=python(WAITS)) as launcher:
        programs = children_of(launcher)
        eventually(mark.exists, "it is deaf")
        asked_at = time.monotonic()
        launcher.send_signal(signal.SIGTERM)
        assert launcher.wait(60) == 0
        assert time.monotonic() - asked_at > SHUTDOWN_S - 0.5
        assert SHUTDOWN_S <= 8, "Cloud Run kills after ten"
        assert gone(programs)
        assert launcher.stdout is not None
        assert "a program did not end in time" in launcher.stdout.read()


def test_a_program_that_cannot_be_started_leaves_no_other_behind(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    writes = f"import os, signal; open({str(mark)!r}, 'w').write(str(os.getpid())); signal.pause()"
    with launched(engine=python(writes), api=["/no/such/program"]) as launcher:
        assert launcher.wait(60) == 1
        left = [each for each in psutil.process_iter(["cmdline"]) if str(mark) in " ".join(each.info["cmdline"] or [])]
        assert gone([each for each in left if each.pid != launcher.pid])


HEARS_LATE = """
import os, signal, sys, time
mark = {mark!r}
while not os.path.exists(mark + ".go"):
    time.sleep(0.01)
signal.signal(signal.SIGUSR1, lambda *_: open(mark + ".killed", "a").write("x"))
signal.pthread_sigmask(signal.SIG_UNBLOCK, {{signal.SIGUSR1}})
while True:
    signal.pause()
"""


def test_the_signal_that_kills_goes_to_the_engine_alone_and_waits_until_that_listens(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    reopened = f"import signal\nsignal.signal(signal.SIGUSR1, lambda *_: open({str(mark)!r}, 'w'))\n"
    api = python(reopened + "while True: signal.pause()")
    with launched(engine=python(HEARS_LATE.format(mark=str(mark))), api=api) as launcher:
        launcher.send_signal(signal.SIGUSR1)
        assert launcher.stdout is not None
        assert "the kill is passed on" in launcher.stdout.readline()
        (tmp_path / "mark.go").touch()
        eventually((tmp_path / "mark.killed").exists, "the engine hears what was sent before it listened")
        assert launcher.poll() is None
        assert len(children_of(launcher)) == 2
        assert not mark.exists()


SAYS = """
import os, signal, time
while not os.path.exists({mark!r}):
    time.sleep(0.01)
os.write(int(os.environ["LOCKSTEP_BEGUN_FD"]), b".")
signal.pause()
"""


@contextmanager
def waiting_for(first: list[str], after: Path) -> Iterator[subprocess.Popen[str]]:
    """A launcher that waits for its first program; the second, when it is started, touches a file."""
    then = python(f"import signal; open({str(after)!r}, 'w').close(); signal.pause()")
    launcher = subprocess.Popen(
        [sys.executable, str(SCRIPT), json.dumps({"first": first, "then": then})],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield launcher
    finally:
        if launcher.poll() is None:
            launcher.terminate()
        launcher.communicate(timeout=60)


def test_what_comes_after_one_that_says_when_it_has_begun_is_started_then_and_not_before(tmp_path: Path) -> None:
    mark, after = tmp_path / "go", tmp_path / "after"
    with waiting_for(python(SAYS.format(mark=str(mark))), after) as launcher:
        eventually(lambda: len(children_of(launcher)) == 1, "the first is started")
        assert not after.exists()
        mark.touch()
        eventually(after.exists, "the second is started")
        assert launcher.poll() is None


@pytest.mark.parametrize(
    ("ends_with", "code", "told"), [(2, 2, ""), (1, 1, ""), (0, 1, "ended by itself"), (7, 7, "ended")]
)
def test_one_that_ends_before_it_has_begun_ends_all_with_its_code_and_its_own_words(
    ends_with: int, code: int, told: str, tmp_path: Path
) -> None:
    after = tmp_path / "after"
    with waiting_for(python(f"import sys; sys.exit({ends_with})"), after) as launcher:
        said, _ = launcher.communicate(timeout=60)
        assert (launcher.returncode, told in said, bool(said)) == (code, True, bool(told))
    assert not after.exists()


def test_a_launcher_that_waits_for_the_first_ends_when_it_is_told_to(tmp_path: Path) -> None:
    after = tmp_path / "after"
    with waiting_for(python(WAITS), after) as launcher:
        eventually(lambda: len(children_of(launcher)) == 1, "the first is started")
        programs = children_of(launcher)
        launcher.terminate()
        assert launcher.wait(60) == 0
        assert gone(programs)
    assert not after.exists()
