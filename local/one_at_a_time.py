"""One run at a time from a clone, and none beside the remains of the one before. Feeds local/run.

Two locks. `launcher.lock` is held by the launcher alone, so it says whether one runs. `processes.lock` is inherited by
the guards as well, so it is held until the last of them has ended its process, also after a kill -9 of the launcher.
"""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

from local.errors import StackError

LOCKS = ("launcher.lock", "processes.lock")
REMAINS_END_WITHIN_S = 25.0


def take_turn(folder: Path, say: Callable[[str], None]) -> int:
    """Lock this clone for our run; return the descriptor for the guards to inherit. Both stay open until we end.

    Waits while a run whose launcher is gone still ends its processes. Raises StackError while another runs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    launcher, processes = (os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o644) for name in LOCKS)
    if not _locked(launcher):
        holder = os.pread(launcher, 32, 0).decode()
        raise StackError(
            f"Lockstep already runs from this clone (process {holder}). Stop it with Ctrl-C in its terminal, "
            f"or type: kill {holder}"
        )
    os.ftruncate(launcher, 0)
    os.pwrite(launcher, str(os.getpid()).encode(), 0)

    deadline, told = time.monotonic() + REMAINS_END_WITHIN_S, False
    while not _locked(processes):
        if time.monotonic() > deadline:
            raise StackError("what an earlier run started has not ended; find it with: ps -ef | grep local/guard.py")
        if not told:
            say("the run before was killed; waiting for what it started to end")
            told = True
        time.sleep(0.1)  # a lock tells no one when it comes free
    return processes


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
