"""Fault schedules on the production code: seeds that nobody has seen before, and the same seed twice."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from engine.proof.coverage import unreached
from engine.proof.run import Tally, quiet, simulate
from engine.proof.world import run_seed
from local.places import ROOT
from tests.proof.seeds_seen import PROPERTY

SCHEDULES = 2_000  # some 25 s of two cores; a long run is `make simulate`
PORTIONS = 8
MUST_MEET = (
    "store_refuses", "store_loses_reply", "store_applies_late", "store_takes_few", "crash", "request_lost",
    "reply_lost", "request_late", "asking_fails", "stream_breaks", "told_twice", "told_late", "partial",
    "by_hand", "person",
)  # fmt: skip


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_schedules_that_nobody_has_seen_violate_nothing(
    portion: int, testrun_uid: str, record_property: Callable[[str, object], None]
) -> None:
    """All portions of a run are one range of seeds, wherever they run: its end says which."""
    count = SCHEDULES // PORTIONS
    first = int.from_bytes(sha256(testrun_uid.encode()).digest()[:8]) % 10**9 + portion * count
    tally = Tally()
    for outcome in simulate(first, count, workers=1):
        tally.add(outcome)
    record_property(PROPERTY, [first, count, len(tally.violations)])
    assert not tally.violations, "\n".join(
        f"{said}\n  replay: lockstep simulate --seed {seed} --trace" for seed, said in tally.violations.items()
    )
    assert tally.orders > tally.schedules / 2, "schedules in which nothing is traded prove nothing"
    assert tally.fills > tally.schedules / 4


def test_every_fault_of_weight_is_met_in_two_hundred_schedules() -> None:
    tally = Tally()
    for outcome in simulate(1, 200, workers=1):
        tally.add(outcome)
    assert [fault for fault in MUST_MEET if not tally.met[fault]] == []


def digests_of(seeds: range, hash_seed: str) -> list[str]:
    """The traces' digests, as another process with another hash seed makes them."""
    code = (
        "from engine.proof.run import quiet; from engine.proof.world import run_seed; quiet();"
        f"print(*[run_seed(seed).digest for seed in range({seeds.start}, {seeds.stop})])"
    )
    environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT), "PATH": ""}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.split()


def test_a_seed_is_one_history_whatever_the_process_and_its_hash_seed() -> None:
    quiet()
    here = [run_seed(seed).digest for seed in range(40, 46)]
    assert [digests_of(range(40, 46), hash_seed) for hash_seed in ("1", "4242")] == [here, here]


@pytest.mark.prove
def test_a_thousand_seeds_are_a_thousand_histories_the_same_in_two_processes() -> None:
    first = secrets.randbelow(10**9)
    seeds = range(first, first + 1_000)
    with ThreadPoolExecutor(2) as two:
        one, other = two.map(lambda hash_seed: digests_of(seeds, hash_seed), ("1", "4242"))
    assert one == other, f"from seed {first}"
    assert len(set(one)) == 1_000


@pytest.mark.prove
def test_ten_thousand_schedules_violate_nothing_and_reach_everything() -> None:
    first, tally = secrets.randbelow(10**9), Tally()
    for outcome in simulate(first, 10_000, workers=2):
        tally.add(outcome)
    found = "\n".join(f"lockstep simulate --seed {seed} --shrink: {said}" for seed, said in tally.violations.items())
    missing = unreached(tally.met, tally.schedules)
    assert not found, found
    assert missing == (), f"never met from seed {first} on: {', '.join(missing)}"


def test_a_trace_tells_the_whole_history_of_its_seed() -> None:
    quiet()
    told, untold = run_seed(7, traced=True), run_seed(7)
    assert told.digest == untold.digest
    assert told.lines
    assert untold.lines == ()
