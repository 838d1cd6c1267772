"""From a tick to the order at a broker, live, beside the least it takes. Measured by order_engine and order_floor."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from bench.children import answer, child
from bench.contender import NotMeasured
from bench.drain import warm_emulator
from bench.figure import Figure, Measured, Target, Terms, ratio, spreads, turned

ORDERS, WARM = 100, 10
OURS, FLOOR = "tick_to_order", "commit_and_round_trip"
MODULES = {OURS: "bench.order_engine", FLOOR: "bench.order_floor"}
QUANTITIES = ("p50_us", "p99_us")
BROKER = ("--at", "2026-11-23T10:00:00+05:30", "--cash", "100000000")

METHOD = f"""\
A live account's engine process, wired as in production (session, journal on disk, relay, lease, store probe, mode
watch, dispatch, the broker's session, order routes, order socket and reports), at a loopback Angel One over TLS and a
Firestore emulator. Each of {ORDERS} entries a round comes of a bar that closes: measured is from the moment the
closing tick leaves the feed until the broker has answered the order. Between the two the tick goes through the inbox,
the bar closes, the strategy signals, risk judges, signal and intent are put on the disk, the intent is written to the
emulator under the lease and awaited, the mode is looked at once more, and the order goes out, once. Beside it, in a
process that does nothing else, with the same store, lease and kind of connection: one fenced commit of one intent, then
one HTTP round trip to the same broker's cheapest route."""

LIMITS = (
    "The emulator is not Firestore: production's commit takes longer, and the rest weighs less.",
    "Prices are made in the process: the way from the broker's socket to the inbox is a figure of its own.",
    f"{ORDERS} orders a round, four a second, since that is what the account may send: the 99th percentile of a round "
    "is its second slowest order.",
    "Broker, emulator and engine share the machine's cores.",
)


def measure(terms: Terms) -> Measured:
    """Percentiles, microseconds. Raises NotMeasured, and StackError where the emulator can't be started."""
    rounds: list[dict[str, dict[str, float]]] = []
    for number in range(terms.rounds):
        found = one_round(number, ORDERS)
        for name, one in found.items():
            terms.say(f"round {number + 1}, {name}: {one}")
        rounds.append({name: {unit: found[name][unit] for unit in QUANTITIES} for name in MODULES})
    ratios = {f"{rank}_to_{FLOOR}": ratio(rounds, f"{rank}_us", OURS, FLOOR) for rank in ("p99", "p50")}
    return Measured(rounds=terms.rounds, ways=spreads(rounds), ratios=ratios, facts={"orders_a_round": ORDERS})


def one_round(number: int, orders: int) -> dict[str, dict[str, Any]]:
    """Both, one after the other, each on an emulator and at a broker of its own."""
    found = {}
    for name in turned(tuple(MODULES), number):
        with tempfile.TemporaryDirectory() as folder:
            emulator = warm_emulator(Path(folder))
            try:
                found[name] = one_run(name, WARM, orders, emulator.host, folder)
            finally:
                emulator.stop()
    return {name: found[name] for name in MODULES}


def one_run(name: str, warm: int, orders: int, host: str, folder: str) -> dict[str, Any]:
    """One contender in a fresh process, at a fresh broker. Raises NotMeasured where an order is missing."""
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_setaffinity") else [0]
    with child(cores[0], "tests.brokers.angelone", *BROKER) as broker:
        words = (answer(broker), host, str(warm), str(orders), *((folder,) if name == OURS else ()))
        with child(cores[-1], MODULES[name], *words) as process:
            result: dict[str, Any] = json.loads(answer(process))
            if result["orders"] != orders:
                raise NotMeasured(f"{name}: {orders} orders were due: {result}")
            return result


FIGURE = Figure(
    name="tick_to_order",
    title="From a tick to the order at the broker",
    method=METHOD,
    limits=LIMITS,
    targets=(Target(f"p99_to_{FLOOR}", 3, at_most=True),),
    measure=measure,
)
