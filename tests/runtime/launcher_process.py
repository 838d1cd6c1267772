"""The launcher as a process of its own, since it answers signals. As a script: launcher_process.py PROGRAMS-AS-JSON.

The one called `engine` takes kills; one called `first` is waited for until it has begun.
"""

from __future__ import annotations

import json
import sys

from engine.adapters.clock import SystemClock
from engine.runtime.launcher import Launcher, Program


def main(said: str) -> int:
    """Run the launcher over programs given as {name: words}."""
    programs = [Program(name, words, {}, name == "engine", name == "first") for name, words in json.loads(said).items()]
    return Launcher(programs, SystemClock()).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
