"""What `make lock` does: resolves each requirements/*.in and writes its lock beside it. Run by the Makefile.

A lock names versions and hashes and no place to fetch them from, so that it serves behind any mirror.
"""

import subprocess
import sys

from local.errors import StackError
from local.places import REQUIREMENTS, VENV

SOURCES = (
    *(f"requirements/{name}" for name in ("installer", "runtime", "research", "dev", "node")),
    *(f"requirements/{name}" for name in ("bench", "bench_freqtrade")),
    "functions/requirements",  # its own deployable
)
BESIDE = {  # installed into one environment: both locks name the same version of what both need
    "requirements/research": ("--constraint", "requirements/runtime.txt"),
}
OPTIONS = (
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--quiet",
)


def main() -> int:
    """Lock each file; what a lock already pins stays, unless its .in file says otherwise. Return the exit code."""
    for name in SOURCES:
        source, lock = f"{name}.in", f"{name}.txt"
        print(f"locking {source}", flush=True)
        command = [str(VENV / "bin" / "uv"), "pip", "compile", *OPTIONS, *BESIDE.get(name, ()), source, "-o", lock]
        if subprocess.run(command, cwd=REQUIREMENTS.parent, check=False).returncode:
            print(StackError(f"{source} does not resolve; see above"), file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
