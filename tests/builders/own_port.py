"""A port for a server that a test starts in a process of its own. Feeds tests of the service and of `make run`.

A port that is asked of the system, and let go for the server to take, may be another's by then: an emulator's, or one
end of any connection that is opened meanwhile. These lie below those that the system gives away, each worker of a test
run has a stretch of them, and none comes twice.
"""

from __future__ import annotations

import os
from itertools import count

from local.ports import is_free

_FIRST, _EACH, _WORKERS = 20_000, 1_500, 8  # up to 32,000; Linux gives away those from 32,768 on, others later ones
_tried = count(os.getpid() % _EACH)  # two runs on one machine hardly meet


def own_port() -> int:
    """One that nobody listens on, and that no other test is given."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    while True:
        port = _FIRST + worker * _EACH + next(_tried) % _EACH
        if is_free(port):
            return port
