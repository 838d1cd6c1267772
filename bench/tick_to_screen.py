"""From a tick to a screen that listens, one signal and five hundred at once, beside a bare `set()`. Measured by
screen_engine and screen_set at one end and screen.mjs at the other.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.children import answer, child, tell
from bench.contender import ROOT, NotMeasured
from bench.drain import warm_emulator
from bench.figure import Figure, Measured, Target, Terms, ratio, spreads, turned
from bench.screen_engine import BURST
from local.node import find_node

OURS, BARE = "tick_to_screen", "bare_set"
ARRIVE_WITHIN_S = 60.0  # the emulator tells a listener of five hundred single writes at its own pace
ENDS_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Scene:
    """So many times so many signals at once, so far apart. `limit`: what the screen's query asks for, 0 for all."""

    name: str
    signals: int
    times: int
    pause_s: float
    limit: int
    warm: int  # of the times, not counted


ONE = Scene("one", 1, 60, 0.12, 50, 10)
MANY = Scene("burst", BURST, 1, 2.0, 0, 0)

METHOD = f"""\
From the moment the tick that closes a bar leaves the feed until `onSnapshot` of the Firestore JS SDK is called with the
signal that comes of it: the web client's own SDK and its own query, in Node, held to the security rules. The engine is
the production's process (session, journal on disk, relay, fenced commits, snapshots) with ten bots on fifty symbols
each, on a Firestore emulator. Once one symbol's bar closes, {ONE.times - ONE.warm} times, and the screen asks for the
newest {ONE.limit}; once those of all {BURST} symbols close at one tick, and the screen asks for all. Beside it, for
the same screen on another emulator: Google's client with one `set()` after the other of the same documents, from a
process that does nothing else; of {BURST} the time of each begins when all of them are there. The engine writes each
bar and decision as well, the bare client the signals alone."""

LIMITS = (
    "The emulator is not Firestore: it says nothing of production's latency.",
    "The emulator sends a listener its query's whole answer anew at every commit, which is part of why five hundred "
    "single writes take as long as they do, and a few commits do not.",
    "In Node the SDK speaks gRPC, in a browser its own channel over HTTP.",
    "Screen, emulator and writer share the machine's cores.",
)


def measure(terms: Terms) -> Measured:
    """Percentiles, ms. Raises NotMeasured, and StackError where the emulator or Node can't be started."""
    rounds: list[dict[str, dict[str, float]]] = []
    for number in range(terms.rounds):
        found = {}
        for name in turned((OURS, BARE), number):
            found[name] = one_run(name, (ONE, MANY))
            terms.say(f"round {number + 1}, {name}: { {key: round(value, 1) for key, value in found[name].items()} }")
        rounds.append({name: found[name] for name in (OURS, BARE)})
    quantities = {"one_p50": "one_p50_ms", "burst_p50": "burst_p50_ms", "burst_p99": "burst_p99_ms"}
    return Measured(
        rounds=terms.rounds,
        ways=spreads(rounds),
        ratios={f"{name}_to_{BARE}": ratio(rounds, unit, OURS, BARE) for name, unit in quantities.items()},
        facts={"single_signals_a_round": ONE.times - ONE.warm, "signals_in_a_burst": BURST},
    )


def one_run(name: str, scenes: tuple[Scene, ...]) -> dict[str, float]:
    """One contender through the scenes, on an emulator of its own."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        emulator = warm_emulator(Path(folder))
        try:
            for scene in scenes:
                took = took_ms(name, scene, emulator.host, Path(folder) / scene.name)
                found |= {f"{scene.name}_p{rank}_ms": float(np.percentile(took, rank)) for rank in (50, 99)}
        finally:
            emulator.stop()
    return found


def took_ms(name: str, scene: Scene, host: str, folder: Path) -> list[float]:
    """How long each signal took that counts. Raises NotMeasured where one did not arrive."""
    core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    account_id, much = f"paper-{scene.name}", (str(scene.signals), str(scene.times), f"{scene.pause_s:g}")
    with listening(host, account_id, scene.limit) as screen:
        if name == OURS:
            writer = child(core, "bench.screen_engine", host, str(folder), account_id, *much)
        else:
            writer = child(core, "bench.screen_set", host, account_id, *much)
        with writer as process:
            answer(process)  # warm
            tell(process, "begin")
            began: list[tuple[int, list[str]]] = json.loads(answer(process))
            if len(began) != scene.times:
                raise NotMeasured(f"{name}: it wrote {len(began)} times, not {scene.times}")
            counted = {identity: at_us for at_us, ids in began[scene.warm :] for identity in ids}
            return ways_ms(counted, screen.seen(set(counted)))


def ways_ms(began_us: Mapping[str, int], seen_us: Mapping[str, int]) -> list[float]:
    """How long each signal was on its way. Raises NotMeasured where one was not seen."""
    unseen = began_us.keys() - seen_us.keys()
    if unseen:
        raise NotMeasured(f"{len(unseen)} of {len(began_us)} signals were not seen")
    return [(seen_us[identity] - at_us) / 1_000 for identity, at_us in began_us.items()]


class Screen:
    """What the listener tells: when it saw which signal first, monotonic us."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process, self._seen = process, dict[str, int]()
        self._changed = threading.Condition()
        answer(process)  # listening
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            with self._changed:
                for identity in told["ids"]:
                    self._seen.setdefault(identity, told["seen_us"])
                self._changed.notify_all()

    def end(self) -> None:
        """The listener is over: read what it said last."""
        self._reading.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def seen(self, wanted: set[str]) -> dict[str, int]:
        """Of the wanted ones, as soon as all of them are there, or what was by then."""
        with self._changed:
            self._changed.wait_for(lambda: self._seen.keys() >= wanted, ARRIVE_WITHIN_S)
            return {identity: at_us for identity, at_us in self._seen.items() if identity in wanted}


@contextmanager
def listening(host: str, account_id: str, limit: int) -> Iterator[Screen]:
    """A screen that listens already, and does not outlive the block."""
    program = [str(find_node().program), "bench/screen.mjs", host, "demo-bench", account_id, str(limit)]
    process = subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        screen = Screen(process)
    except NotMeasured:
        process.communicate()
        raise
    try:
        yield screen
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
        process.wait()
        screen.end()


FIGURE = Figure(
    name="tick_to_screen",
    title="From a tick to a screen that listens",
    method=METHOD,
    limits=LIMITS,
    targets=(
        Target(f"one_p50_to_{BARE}", 1.5, at_most=True),
        Target(f"burst_p50_to_{BARE}", 0.35, at_most=True),
        Target(f"burst_p99_to_{BARE}", 0.2, at_most=True),
    ),
    measure=measure,
)
