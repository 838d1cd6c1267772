"""The service as production's launcher runs it, with an engine that is measured in the engine's place, gunicorn and the
API as they are. Run by api_beside_ticks; its words are beside_engine's, and so are its lines in and out.
"""

from __future__ import annotations

import os
import sys

from engine.bootstrap.service import launch

if __name__ == "__main__":
    sys.exit(launch(dict(os.environ), (sys.executable, "-m", "bench.beside_engine", *sys.argv[1:])))
