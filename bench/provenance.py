"""Where a result comes from: the commit, the machine, the moment. Fed by git and the system; feeds record and prove."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

# What the results themselves write does not make another version of what was measured.
RESULTS = (":(exclude)bench/results", ":(exclude)BENCHMARKS.md")


def commit(root: Path) -> str:
    """The last commit that changed anything but results; with what is not committed yet, its digest behind a plus."""
    head = _git(root, "log", "-1", "--format=%h", "--", ".", *RESULTS)
    if not head:
        return "unknown"
    changed = _git(root, "diff", "HEAD", "--", ".", *RESULTS)
    new = _git(root, "ls-files", "--others", "--exclude-standard", "--", ".", *RESULTS).splitlines()
    if not changed and not new:
        return head
    digest = sha256(changed.encode())
    for name in sorted(new):
        digest.update(name.encode())
        digest.update((root / name).read_bytes() if (root / name).is_file() else b"")
    return f"{head}+{digest.hexdigest()[:8]}"


def _git(root: Path, *words: str) -> str:
    try:
        answer = subprocess.run(["git", *words], cwd=root, capture_output=True, check=False)
    except FileNotFoundError:
        return ""
    return answer.stdout.decode(errors="replace").strip() if answer.returncode == 0 else ""


def machine() -> dict[str, Any]:
    """Facts that a figure depends on; `load` is the system's one-minute load average."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def now() -> str:
    """The present minute, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
