"""The few parts that only the system's own package manager has. Feeds local/install.

The service itself needs none of them: Java and Node.js come in wheels where the machine has neither.
"""

import os
import shutil
import subprocess

from local.chromium import COMMAND, find_chromium
from local.errors import MissingPartError, StackError


def demand_chromium() -> None:
    """Make sure there is a Chromium; install it where we may, else raise MissingPartError with the command to type."""
    try:
        find_chromium()
    except MissingPartError:
        if not shutil.which("apt-get") or os.geteuid() != 0:
            raise
    else:
        return
    print("installing a system package that the browser tests need: chromium", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"],
    ):
        if subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False).returncode:
            raise StackError(f"`{' '.join(command)}` failed; see above. By hand: {COMMAND}")
    find_chromium()
