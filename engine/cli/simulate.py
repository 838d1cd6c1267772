"""`lockstep simulate`: seeded fault schedules on the production code, or one of them with all that happened in it."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from engine.domain.errors import InvalidValue

EXAMPLE = """example:
  lockstep simulate --from 1 --seeds 1000
  lockstep simulate --seed 42 --trace
  lockstep simulate --seed 42 --shrink

Exit code 0 where nothing was violated, 1 where something was."""
TOLD_AFTER_S = 2.0


class Outcome(Protocol):
    """What a schedule came to; engine/proof has it."""

    @property
    def seed(self) -> int: ...

    @property
    def violations(self) -> tuple[str, ...]: ...

    @property
    def digest(self) -> str: ...

    @property
    def lines(self) -> tuple[str, ...]: ...


class Proof(Protocol):
    """The simulator, handed down by __main__."""

    def many(self, first: int, count: int, workers: int) -> Iterator[Outcome]:
        """Outcomes in the order of their seeds."""

    def one(self, seed: int, without: str) -> Outcome:
        """One with its trace, without what the words leave out. Raises InvalidValue for words that name nothing."""

    def shrunk(self, seed: int, told: Callable[[int, str], None]) -> tuple[Outcome, str] | None:
        """The shortest that fails alike, with the words that leave out the rest; None where the seed violates nothing.

        `told(attempts, words)` is called at each step that helped.
        """

    def unreached(self) -> tuple[str, ...]:
        """What so many schedules should have reached and have not."""

    def totals(self) -> dict[str, Any]:
        """What those so far came to."""


def add_parser(subcommands: Any, proof: Callable[[], Proof]) -> None:
    """Declare the subcommand."""
    simulate = subcommands.add_parser(
        "simulate",
        help="fault schedules on the production code",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    simulate.add_argument("--from", dest="first", type=int, default=1, metavar="K", help="the first seed (1)")
    simulate.add_argument("--seeds", type=int, default=100, metavar="N", help="how many schedules (100)")
    simulate.add_argument("--seed", type=int, metavar="K", help="this one alone")
    simulate.add_argument("--trace", action="store_true", help="with --seed: print all that happened")
    simulate.add_argument("--without", default="", metavar="WORDS", help="with --seed: leave these out of it")
    simulate.add_argument("--shrink", action="store_true", help="with --seed: find the shortest story that fails alike")
    simulate.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="W", help="processes (all cores)")
    simulate.add_argument("--first-only", action="store_true", help="stop at the first violation")
    simulate.add_argument("--json", action="store_true", help="print the result as JSON")
    simulate.set_defaults(run=lambda arguments: run(arguments, proof))


def run(arguments: argparse.Namespace, proof: Callable[[], Proof]) -> int:
    """0 where nothing was violated, 1 where something was. Raises InvalidValue for words that make no sense."""
    if arguments.seeds < 1 or arguments.workers < 1:
        raise InvalidValue("--seeds" if arguments.seeds < 1 else "--workers", "must be 1 or more")
    if arguments.seed is not None:
        made = proof()
        if arguments.shrink:
            return _shrunk(arguments, made)
        return _one(arguments, made.one(arguments.seed, arguments.without))
    for word in ("trace", "shrink", "without"):
        if getattr(arguments, word):
            raise InvalidValue(f"--{word}", "goes with --seed K: it is about one schedule")
    made, began = proof(), time.monotonic()
    bad = _run_many(arguments, made, began)
    took_s = time.monotonic() - began
    totals = {
        **made.totals(),
        "from": arguments.first,
        "schedules_per_s": round(made.totals()["schedules"] / took_s, 1),
        "unreached": made.unreached(),
    }
    if arguments.json:
        print(json.dumps({**totals, "violations": bad}, indent=1))
    else:
        print(_sentence(totals, len(bad)))
    return 1 if bad or totals["unreached"] else 0


def _run_many(arguments: argparse.Namespace, proof: Proof, began: float) -> dict[int, tuple[str, ...]]:
    bad: dict[int, tuple[str, ...]] = {}
    told_at = began
    for number, outcome in enumerate(proof.many(arguments.first, arguments.seeds, arguments.workers), start=1):
        if outcome.violations:
            bad[outcome.seed] = outcome.violations
            for sentence in outcome.violations:
                print(f"seed {outcome.seed}: {sentence}", file=sys.stderr)
            print(f"  replay: lockstep simulate --seed {outcome.seed} --trace", file=sys.stderr)
            print(f"  its short story: lockstep simulate --seed {outcome.seed} --shrink", file=sys.stderr)
            if arguments.first_only:
                break
        now = time.monotonic()
        if now - told_at >= TOLD_AFTER_S and number < arguments.seeds:
            told_at = now
            rate = number / (now - began)
            print(f"{number} of {arguments.seeds} schedules, {rate:.1f}/s, {len(bad)} violated", file=sys.stderr)
    return bad


def _sentence(totals: dict[str, Any], bad: int) -> str:
    faults = ", ".join(f"{count} {name}" for name, count in sorted(totals["faults"].items()))
    unreached = f"\nNot reached, and should have been: {', '.join(totals['unreached'])}." if totals["unreached"] else ""
    return (
        f"{totals['schedules']} schedules from seed {totals['from']}: {bad} violated; "
        f"{totals['schedules_per_s']} schedules/s.\n"
        f"{totals['lives']} engine lives, {totals['orders']} orders at the venue, {totals['fills']} fills.\n"
        f"Met: {faults or 'nothing'}.{unreached}"
    )


def _shrunk(arguments: argparse.Namespace, proof: Proof) -> int:
    def told(attempts: int, words: str) -> None:
        print(f"{attempts} attempts, without {words}", file=sys.stderr)

    found = proof.shrunk(arguments.seed, told)
    if found is None:
        print(f"seed {arguments.seed}: nothing violated, so there is nothing to shrink")
        return 0
    outcome, words = found
    if arguments.json:
        short = {"seed": outcome.seed, "without": words, "violations": outcome.violations, "trace": outcome.lines}
        print(json.dumps(short, indent=1))
        return 1
    print("\n".join(outcome.lines))
    for sentence in outcome.violations:
        print(f"seed {outcome.seed}: {sentence}")
    print(f"replay: lockstep simulate --seed {outcome.seed} --without {words} --trace")
    return 1


def _one(arguments: argparse.Namespace, outcome: Outcome) -> int:
    if arguments.json:
        found = {"seed": outcome.seed, "violations": outcome.violations, "digest": outcome.digest}
        print(json.dumps({**found, "trace": outcome.lines} if arguments.trace else found, indent=1))
    else:
        if arguments.trace:
            print("\n".join(outcome.lines))
        for sentence in outcome.violations or ("nothing violated",):
            print(f"seed {outcome.seed}: {sentence}")
        print(f"trace {outcome.digest}")
    return 1 if outcome.violations else 0
