"""A port of this machine behind which nobody answers, for tests of who calls it. Nobody else gets it meanwhile."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def dead_port(*, hangs: bool = False) -> Iterator[str]:
    """`host:port` that refuses connections; or takes them and never answers, as a stopped process does.

    A port that was only found free could be another test's server a moment later.
    """
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        if hangs:
            taken.listen()
        yield f"127.0.0.1:{taken.getsockname()[1]}"
