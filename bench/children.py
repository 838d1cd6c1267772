"""Processes that a figure talks with line by line: one of ours, a word in, a line out. Used by the figures' files."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bench.contender import ROOT, NotMeasured


@contextmanager
def child(
    core: int | None, module: str, *words: str, env: Mapping[str, str] | None = None, grace_s: float = 0.0
) -> Iterator[subprocess.Popen[str]]:
    """A process on one core, or wherever the system puts it, that does not outlive the block.

    One with `grace_s` is told to end, and has so long: it has children of its own. Without `env` it gets ours. What it
    wrote to stderr is told with a NotMeasured that leaves the block.
    """
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, text=True,
        )  # fmt: skip
        if core is not None and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(process.pid, {core})
        try:
            yield process
        except NotMeasured as missed:
            said.seek(0)
            raise NotMeasured(f"{missed}\n{said.read()[-3000:]}") from missed
        finally:
            _end(process, grace_s)


def _end(process: subprocess.Popen[str], grace_s: float) -> None:
    if grace_s:
        process.terminate()
        try:
            process.wait(grace_s)
        except subprocess.TimeoutExpired:
            pass  # killed below, as one without grace is
    process.kill()
    process.communicate()


def tell(process: subprocess.Popen[str], word: str) -> None:
    """Write a line to it."""
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


def answer(process: subprocess.Popen[str]) -> str:
    """The next line it prints. Raises NotMeasured when it ends instead."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise NotMeasured(f"{process.args!r} ended")
    return line
