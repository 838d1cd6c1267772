"""How soon the whole service trades again after it was killed, and how soon it ends when told to. Feeds figures."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bench.contender import NotMeasured
from bench.drain import warm_emulator
from bench.figure import Figure, Measured, Quantities, Target, Terms, spread, spreads
from tests.integration.engine_process import Store
from tests.integration.service_process import ACCOUNT, Service, service

START_S, END_S = 5.0, 8.0  # Cloud Run kills 10 s after SIGTERM
TRADING = '"message": "trading"'
LOOK_S = 0.02
WITHIN_S = 60.0
TRADES_FOR_S = 3.0
WAY, PROJECT = "service", "demo-bench"

METHOD = f"""\
The whole service (`lockstep serve`: launcher, engine, gunicorn) on the demo market and a Firestore emulator. It trades,
and everything of it is killed at once (SIGKILL), so that its lease stands and its journal was not closed. Then it is
started again on the same folder: measured is from the start of the process until the engine trades, which takes
reading settings, the lease (the lock on the journal proves the old holder dead), the journal's tail, what Firestore
knows, and the market's past; beside it, until `GET /ready` answers 200. After {TRADES_FOR_S:g} s more it gets SIGTERM:
measured is until the launcher has ended with exit code 0; the lease must have been let go by then."""

LIMITS = (
    "The emulator and the service share the machine's cores; engine and gunicorn start at the same time.",
    "Of a live account comes on top what its broker takes: the login, the list of instruments, the first report.",
)


def measure(terms: Terms) -> Measured:
    """Milliseconds. Raises NotMeasured, and StackError where the emulator can't be started."""
    rounds: list[dict[str, Quantities]] = []
    for number in range(terms.rounds):
        rounds.append({WAY: one_round(TRADES_FOR_S)})
        terms.say(f"round {number + 1}: { {name: round(value) for name, value in rounds[-1][WAY].items()} }")
    ratios = {
        f"trading_to_{START_S:g}_s": spread([one[WAY]["trading_ms"] / (1_000 * START_S) for one in rounds], 3),
        f"end_to_{END_S:g}_s": spread([one[WAY]["end_ms"] / (1_000 * END_S) for one in rounds], 3),
    }
    return Measured(rounds=terms.rounds, ways=spreads(rounds), ratios=ratios)


def one_round(trades_for_s: float) -> Quantities:
    """On an emulator of its own. Raises NotMeasured."""
    with tempfile.TemporaryDirectory() as folder:
        emulator = warm_emulator(Path(folder))
        try:
            return two_lives(emulator.host, Path(folder) / "state", trades_for_s)
        finally:
            emulator.stop()


def two_lives(host: str, state: Path, trades_for_s: float) -> Quantities:
    """One that is killed, and one that follows it and is ended. Raises NotMeasured where either goes wrong."""
    with service(host, PROJECT, state) as first:
        awaited(first, lambda: TRADING in first.told(), "the first life trades")
        time.sleep(trades_for_s)
        first.kill()
    began = time.monotonic()
    with service(host, PROJECT, state) as second:
        took = {
            "trading_ms": 1_000 * (awaited(second, lambda: TRADING in second.told(), "it trades") - began),
            "ready_ms": 1_000 * (awaited(second, second.ready, "GET /ready answers") - began),
        }
        (said,) = [json.loads(line) for line in second.told().splitlines() if TRADING in line]
        time.sleep(trades_for_s)
        code, end_s = second.end()
        lease = Store(host, PROJECT).get("leases", ACCOUNT) or {}
        check(said["epoch"], code, lease, second.told())
    return {**took, "end_ms": 1_000 * end_s}


def check(epoch: int, code: int, lease: Mapping[str, Any], told: str) -> None:
    """It followed the one that was killed, and ended in order; raises NotMeasured."""
    if epoch != 2:
        raise NotMeasured(f"it traded in epoch {epoch}: it did not follow the one that was killed")
    if code != 0:
        raise NotMeasured(f"it ended with {code}:\n{told[-3000:]}")
    if lease.get("instance") != "":
        raise NotMeasured(f"the lease was not let go: {lease}")


def awaited(running: Service, condition: Callable[[], bool], what: str) -> float:
    """When it came true, by the monotonic clock; raises NotMeasured where it does not."""
    until = time.monotonic() + WITHIN_S
    while not condition():
        if time.monotonic() > until:
            raise NotMeasured(f"{what}: not within {WITHIN_S:g} s:\n{running.told()[-3000:]}")
        time.sleep(LOOK_S)
    return time.monotonic()


FIGURE = Figure(
    name="start_and_stop",
    title="The service's start after a crash, and its end",
    method=METHOD,
    limits=LIMITS,
    targets=(
        Target(f"trading_to_{START_S:g}_s", 1, at_most=True),
        Target(f"end_to_{END_S:g}_s", 1, at_most=True),
    ),
    measure=measure,
)
