"""Stands between the launcher and one process, and ends the process when the launcher is gone. Started by local/child.

Run as a script of its own, with nothing but the standard library, so that it starts at once:

    python -I -S guard.py GRACE_S COMMAND [ARGUMENT...]

Its standard input is the lifeline: a pipe whose other end only the launcher holds. The kernel closes that end whatever
happens to the launcher, kill -9 included, and end-of-file is the word to stop: SIGTERM to the process's whole group,
SIGKILL to what is left of it GRACE_S seconds later.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from types import FrameType

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(arguments: list[str]) -> int:
    """Run the command until it ends or the lifeline breaks; return its exit code (128 + n where signal n ended it)."""
    grace_s, command = float(arguments[0]), arguments[1:]
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write)
    told_to_stop = []

    def stop(_number: int, _frame: FrameType | None) -> None:
        told_to_stop.append(True)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the launcher's to answer
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_guard,  # noqa: PLW1509 - there is one thread here, and never another
        )
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", flush=True)
        return 127
    lifeline = sys.stdin.fileno()
    while child.poll() is None and not told_to_stop:
        ready, _, _ = select.select([lifeline, wake_read], [], [])
        if lifeline in ready and not os.read(lifeline, 4096):
            break
        if wake_read in ready:
            os.read(wake_read, 4096)
    return _end(child, grace_s)


def _end(child: "subprocess.Popen[bytes]", grace_s: float) -> int:
    """End the child's group, gently first, and return the child's exit code."""
    if child.poll() is None:
        _signal_group(child.pid, signal.SIGTERM)
        deadline = time.monotonic() + grace_s
        while child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)  # a wait with a bound that needs no second thread
    _signal_group(child.pid, signal.SIGKILL)  # also what the child left behind in its group
    code = child.wait()
    return 128 - code if code < 0 else code


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS says "not permitted" of a group of zombies
        return


def _die_with_guard() -> None:
    """Between fork and exec: undo the guard's signals and, on Linux, die with the guard should someone kill -9 it."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
