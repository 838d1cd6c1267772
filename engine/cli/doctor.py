"""`lockstep doctor`: whether bots can trade at the broker, a line an item, each with what to do. It only reads."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import Any

from engine.domain.findings import Finding, Grade, worst

EXAMPLE = """example:
  lockstep doctor
  lockstep doctor --broker coinbase --json

Where an engine trades at the broker it is asked, and makes the check with its own session: a second login would end
that one at Angel One. Else the check is made with the broker keys of the vault, or of ANGELONE_* or COINBASE_*
variables. Exit code 0 where no line is red, 1 where one is or the check could not be made, 2 where the words or
settings are wrong."""
SIGNS = {Grade.GREEN: "ok   ", Grade.AMBER: "look ", Grade.RED: "STOP "}


def add_parser(subcommands: Any, check: Callable[[str], Iterable[Finding]], usual: Callable[[], str]) -> None:
    """Declare the subcommand; `check` makes the check of a broker, `usual` names it where nobody does (bootstrap's,
    handed down by __main__).
    """
    doctor = subcommands.add_parser(
        "doctor",
        help="the read-only check of a broker",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    doctor.add_argument("--broker", metavar="NAME", help="angelone or coinbase; the service's own market by default")
    doctor.add_argument("--json", action="store_true", help="print the lines as JSON")
    doctor.set_defaults(run=lambda arguments: run(arguments, arguments.broker or usual(), check))


def run(arguments: argparse.Namespace, broker: str, check: Callable[[str], Iterable[Finding]]) -> int:
    """0 where no line is red."""
    findings: list[Finding] = []
    for finding in _quietly(check(broker)):
        findings.append(finding)
        if arguments.json:
            print(f"{finding.name}: {finding.grade.value}", file=sys.stderr, flush=True)
        else:
            print(_line(finding), flush=True)
    grade = worst(findings)
    if arguments.json:
        told = [{**asdict(finding), "grade": finding.grade.value} for finding in findings]
        print(json.dumps({"broker": broker, "grade": grade.value, "findings": told}, indent=1))
    else:
        counts = {each: sum(finding.grade is each for finding in findings) for each in Grade}
        print(f"{counts[Grade.GREEN]} ok, {counts[Grade.AMBER]} to look at, {counts[Grade.RED]} in the way")
    return 1 if grade is Grade.RED else 0


def _quietly(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Each as it is found; what the parts log meanwhile goes to stderr, for stdout may be JSON."""
    coming = iter(findings)
    while True:
        with redirect_stdout(sys.stderr):
            finding = next(coming, None)
        if finding is None:
            return
        yield finding


def _line(finding: Finding) -> str:
    name = finding.name.replace("_", " ")
    return f"{SIGNS[finding.grade]}{name}: {finding.says}" + (f"\n     {finding.do}" if finding.do else "")
