"""A loopback broker as a process: the words that any of them takes, and serving until it is ended. Fed by `__main__`s.

It prints what a client needs to know as one line of JSON. The authority's certificate lies in a folder that ends with
the process.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from tests.brokers.loopback.certificates import make_certificates
from tests.brokers.loopback.server import CONTROL_PATH, PULSE_S, Control, ServedT, Server


class Words(argparse.ArgumentParser):
    """`zone`: the offset to suggest for an instant that has none."""

    def __init__(self, module: str, about: str | None, zone: str) -> None:
        super().__init__(prog=f"python -m {module}", description=about, formatter_class=argparse.RawTextHelpFormatter)
        self._zone = zone
        self.add_argument("--port", type=int, default=0, help="0 takes a free one")
        self.add_argument("--at", type=datetime.fromisoformat, help="begin at this instant, with its zone")
        self.add_argument("--speed", type=float, default=1.0, help="seconds of the broker a real one; 0 stands still")
        self.add_argument("--walk", type=int, metavar="SEED", help="let prices wander; else they stand")
        self.add_argument("--plain", action="store_true", help="http and ws instead of https and wss")

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """Ends the process where they are wrong."""
        asked = self.parse_args(words)
        if asked.at is not None and asked.at.tzinfo is None:
            self.error(f"--at {asked.at.isoformat()} has no zone: write {asked.at.isoformat()}{self._zone}")
        return asked


Told = Callable[[Server[ServedT], str, str, Path], Mapping[str, str]]


def serve(
    asked: argparse.Namespace,
    made: Callable[[], ServedT],
    control: Control[ServedT],
    told: Told[ServedT],
    pulse_s: float = PULSE_S,
) -> None:
    """Until it is ended. `told` makes the printed line from the server, its HTTP and socket roots, and the folder."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory() as folder:
        certificates = None if asked.plain else make_certificates(Path(folder))
        server, s = Server(asked.port, made, control, certificates, pulse_s), "" if asked.plain else "s"
        root, sockets = f"http{s}://{server.place}", f"ws{s}://{server.place}"
        line = {
            "root": root,
            "control": f"{root}{CONTROL_PATH}",
            "authority": str(certificates.authority) if certificates else "",
            **told(server, root, sockets, Path(folder)),
        }
        print(json.dumps(line), flush=True)  # noqa: T201 - whoever starts it reads it
        server.serve_forever()
