"""`make bench`: measures the figures, keeps their results, writes BENCHMARKS.md. Fed by figures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench import record
from bench.contender import ROOT, NotMeasured
from bench.figure import Figure, Terms
from bench.figures import FIGURES
from bench.long_run import ranges_in
from bench.page import page_of
from bench.planted_bugs import bugs_in
from bench.provenance import commit, machine, now
from engine.domain.errors import DataError
from local.errors import StackError

PAGE = ROOT / "BENCHMARKS.md"


def main(words: list[str]) -> int:
    """Measure what is asked for; 0 good, 1 something was not measured, 2 the words were wrong."""
    names = [figure.name for figure in FIGURES]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=names, metavar="NAME", help=f"one figure: {', '.join(names)}")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="real market data; generated without")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds (default 3)")
    parser.add_argument("--page", action="store_true", help="measure nothing, write the page from the kept results")
    options = parser.parse_args(words)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    if options.data is not None and not options.data.is_dir():
        parser.error(f"--data: {options.data} is not a folder")
    chosen = [] if options.page else [figure for figure in FIGURES if options.only in (None, figure.name)]
    missed = 0
    for figure in chosen:
        try:
            _measure(figure, Terms(options.rounds, options.data, _say), _command(figure, options))
        except (NotMeasured, StackError, DataError) as error:
            _say(f"{figure.name}: not measured. {error}")
            missed += 1
    write_page()
    return 1 if missed else 0


def write_page() -> None:
    """Make BENCHMARKS.md of the kept results."""
    results = {figure.name: found for figure in FIGURES if (found := record.read(record.FOLDER, figure.name))}
    page = page_of(FIGURES, results, ranges_in(record.FOLDER), bugs_in(record.FOLDER))
    PAGE.write_text(page, encoding="utf-8")


def _measure(figure: Figure, terms: Terms, command: str) -> None:
    _say(f"{figure.name}: {figure.title}")
    origin = {"command": command, "commit": commit(ROOT), "date": now(), "machine": machine()}
    result = record.result_of(figure, figure.measure(terms), origin)
    record.write(record.FOLDER, figure.name, result)
    for name, target in result["targets"].items():
        verdict = "met" if target["met"] else "missed"
        bound = "at most" if target["at_most"] else "at least"
        print(f"{figure.name}: {name} {result['ratios'][name][0]:g}, {bound} {target['must']:g} wanted: {verdict}")


def _command(figure: Figure, options: argparse.Namespace) -> str:
    """What repeats it, but for where the data lies, which is this machine's affair."""
    data = " DATA=folder" if options.data else ""
    rounds = f" ROUNDS={options.rounds}" if options.rounds != 3 else ""
    return f"make bench ONLY={figure.name}{rounds}{data}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
