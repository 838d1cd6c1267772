"""What `make run` does: from an installed clone to a moving dashboard. Fed by the Makefile; stands on local/stack.

Prints lines for people and two for scripts, `ready: {…}` and `first fill: {…}`. Exit code 0 after Ctrl-C, 1 where
something failed.
"""

import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from local import http_json, service
from local.errors import StackError
from local.one_at_a_time import LOCKS, take_turn
from local.options import COINBASE, Options
from local.places import LOCAL_STATE
from local.ports import LOOPBACK
from local.stack import Stack

LOOK_EVERY_S = 0.5
NOT_REAL = "The money is not real, and nor is the demo's market."
MONEY = {COINBASE: "Prices are Coinbase's; without VENUE=coinbase the money is not real."}
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def main(command: Sequence[str] = service.COMMAND, state: Path = LOCAL_STATE) -> int:
    """Run until stopped; return the exit code. `command` is what is started as the service."""
    began = time.monotonic()
    for number in STOP_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # `nohup make run` goes on when its terminal closes
            signal.signal(number, _stop)
    try:
        options = Options.read(os.environ)
        hold = take_turn(state, say)
        if options.reset:
            _forget(state)
        with Stack(options, state, command, hold, say) as stack:
            try:
                say("starting the emulators and the service")
                stack.start()
                _tell_ready(stack, time.monotonic() - began)
                _watch(stack)
            finally:
                for number in STOP_SIGNALS:  # the end is under way; a second Ctrl-C would only cut it short
                    signal.signal(number, signal.SIG_IGN)
                say("stopping; the books are saved for the next start")
    except KeyboardInterrupt:
        return 0
    except StackError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _watch(stack: Stack) -> None:
    """Look after the stack until someone stops us, or make, which started us, is gone."""
    parent = os.getppid() if "MAKELEVEL" in os.environ else None
    while parent is None or os.getppid() == parent:
        stack.watch()
        if (after_s := stack.first_fill_after_s()) is not None:
            say(f"first fill: {json.dumps({'after_s': round(after_s, 1)})}")
        time.sleep(LOOK_EVERY_S)


def _forget(state: Path) -> None:
    """Delete what earlier runs left, but for the locks that we hold."""
    for path in state.iterdir():
        if path.name not in LOCKS:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    say("began anew: the books of earlier runs are deleted")


def _tell_ready(stack: Stack, took_s: float) -> None:
    dashboard = f"http://{LOOPBACK}:{stack.options.port}"
    say("")
    say(f"Lockstep serves, {took_s:.0f} s after its start. {MONEY.get(stack.options.feed, NOT_REAL)}")
    say(f"  dashboard  {dashboard}")
    say(f"  sign in    {service.OWNER_EMAIL}  password {service.OWNER_PASSWORD}")
    answer = http_json.call("GET", f"{dashboard}/ready") or {}
    if answer.get("detail"):
        say(f"  not yet    {answer['detail']}")
    say("  stop       Ctrl-C; the next `make run` goes on with the same books, RESET=1 begins anew")
    say("")
    ready = {
        "dashboard": dashboard,
        "firestore": stack.firestore_host,
        "auth": stack.auth_host,
        "project": service.PROJECT,
        "user": service.OWNER_EMAIL,
        "password": service.OWNER_PASSWORD,
    }
    say(f"ready: {json.dumps(ready)}")


if __name__ == "__main__":
    sys.exit(main())
