"""`make prove`: runs the long proofs that are not done for this commit, and keeps each one's result. Fed by proofs.

A result is what pytest reported: how many tests, which failed, and the figures that tests recorded of themselves
(`record_property`). A proof that failed is run again the next time, one that passed only when the code has changed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from bench import record
from bench.contender import ROOT
from bench.proofs import PROOFS, Proof
from bench.provenance import commit, machine, now

Say = Callable[[str], None]


class DataMissing(Exception):
    """A proof needs market data that was not given; the message says what to type."""


def main(words: list[str]) -> int:
    """Prove what is asked for; 0 all passed, 1 one failed, 2 the words were wrong or data is missing."""
    names = [proof.name for proof in PROOFS]
    parser = argparse.ArgumentParser(prog="python -m bench.prove", description=__doc__)
    parser.add_argument("--only", choices=names, metavar="NAME", help=f"run one, done or not: {', '.join(names)}")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="the folder with real market data")
    options = parser.parse_args(words)
    chosen = [proof for proof in PROOFS if options.only in (None, proof.name)]
    if options.only is None:
        chosen = unfinished(chosen, record.FOLDER, commit(ROOT), _say)
    try:
        for proof in chosen:
            check_data(proof, options.data)
    except DataMissing as missing:
        _say(str(missing))
        return 2
    results = [prove(proof, options.data, record.FOLDER, _say) for proof in chosen]
    return 0 if all(result["passed"] for result in results) else 1


def unfinished(proofs: Sequence[Proof], folder: Path, version: str, say: Say) -> list[Proof]:
    """Those that have not passed for this version of the code yet."""
    left = []
    for proof in proofs:
        before = record.read(folder, f"prove-{proof.name}")
        if before is not None and before.get("passed") and before.get("commit") == version:
            say(f"{proof.name}: passed for {version} already, on {before['date']}; ONLY={proof.name} runs it again")
        else:
            left.append(proof)
    return left


def check_data(proof: Proof, data: Path | None) -> None:
    """Raise DataMissing where the proof's data is not there."""
    if proof.data is None:
        return
    if data is None:
        raise DataMissing(
            f"{proof.name} needs real market data. Type: make prove ONLY={proof.name} DATA=folder "
            f"(a folder that holds {proof.data})"
        )
    if not (data / proof.data).is_dir():
        raise DataMissing(f"{proof.name}: there is no {proof.data} in {data}")


def prove(proof: Proof, data: Path | None, folder: Path, say: Say) -> dict[str, Any]:
    """Run one proof and keep its result."""
    say(f"{proof.name}: {proof.shows}")
    version, began = commit(ROOT), time.monotonic()
    with tempfile.TemporaryDirectory() as aside:
        report = Path(aside) / "report.xml"
        code = _pytest(proof, data, report)
        found = read_report(report)
    passed = code == 0 and found["tests"] > 0 and not found["failed"]
    command = f"make prove ONLY={proof.name}" + (" DATA=folder" if proof.data else "")
    result = {
        "proof": proof.name,
        "shows": proof.shows,
        "passed": passed,
        **found,
        "seconds": round(time.monotonic() - began, 1),
        "ran": list(proof.tests),
        "command": command,
        "commit": version,
        "date": now(),
        "machine": machine(),
    }
    record.write(folder, f"prove-{proof.name}", result)
    say(f"{proof.name}: {'passed' if passed else 'FAILED'}, {found['tests']} tests in {result['seconds']:.0f} s")
    return result


def _pytest(proof: Proof, data: Path | None, report: Path) -> int:
    """Run the proof's tests, their output for the person who waits; returns pytest's exit code."""
    environment = dict(os.environ)
    if data is not None:
        environment["LOCKSTEP_PROVE_DATA"] = str(data.resolve())
    quietly = ("-q", "-p", "no:cacheprovider", "-m", "prove")
    patiently = ("-o", "faulthandler_timeout=3600")  # a proof may take half an hour where a test that does so hangs
    reported = ("-o", "junit_family=xunit1", f"--junitxml={report}")  # the family that carries recorded figures
    words = [sys.executable, "-m", "pytest", *quietly, *patiently, *reported, *proof.tests]
    return subprocess.run(words, cwd=ROOT, env=environment, check=False).returncode


def read_report(report: Path) -> dict[str, Any]:
    """What pytest's JUnit report says: tests, failed, and the figures that tests recorded, by test."""
    if not report.exists():
        return {"tests": 0, "failed": [], "figures": {}}
    cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314 - written by our own pytest just now
    failed = [
        case.attrib["name"]
        for case in cases
        if any(case.find(kind) is not None for kind in ("failure", "error", "skipped"))
    ]
    figures = {
        case.attrib["name"]: {item.attrib["name"]: _number(item.attrib["value"]) for item in case.iter("property")}
        for case in cases
    }
    return {"tests": len(cases), "failed": failed, "figures": {name: said for name, said in figures.items() if said}}


def _number(text: str) -> float | int | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
