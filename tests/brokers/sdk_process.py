"""Runs a module beside this one in a process where a broker's unmodified SDK can be imported. Fed by tests; feeds them
JSON.

Angel One's asks an address service for the machine's address when it is imported: HTTPS_PROXY leads that to a port that
is bound and never listens, so nothing leaves. It writes a log folder where it runs, which is a folder of the test.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WITHIN_S = 180


def in_the_sdk(module: str, asked: Any, folder: Path, authority: str = "") -> Any:
    """What `tests.brokers.{module}` prints last, as JSON, given `asked` as JSON. `authority`: whom TLS trusts."""
    with socket.socket() as nowhere:
        nowhere.bind(("127.0.0.1", 0))
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "HTTPS_PROXY": f"http://127.0.0.1:{nowhere.getsockname()[1]}",
            "NO_PROXY": "127.0.0.1",
            **({"REQUESTS_CA_BUNDLE": authority} if authority else {}),
        }
        ran = subprocess.run(
            [sys.executable, "-m", f"tests.brokers.{module}"],
            cwd=folder, env=environment, input=json.dumps(asked), capture_output=True, text=True, timeout=WITHIN_S,
        )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])
