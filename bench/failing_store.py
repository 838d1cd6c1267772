"""A Firestore that fails on a word, in a process of its own: `python -m bench.failing_store`. Run by outage_ticks.

Prints the addresses it serves on as one JSON line, then carries out each line it reads: `refused` closes the port,
`blackhole` swallows what goes through the proxy, `unavailable` answers so to every call. Says `done` after each.
"""

from __future__ import annotations

import json
import sys

import grpc

from tests.faults.fake_firestore import FakeFirestore
from tests.faults.fault_proxy import FaultProxy
from tests.faults.faults import Refuse


def main() -> None:
    """Serve until the input ends."""
    fake = FakeFirestore()
    proxy = FaultProxy(fake.host)
    faults = {
        "healthy": lambda: None,
        "refused": fake.stop,
        "blackhole": proxy.blackhole,
        "unavailable": lambda: setattr(fake, "standing", lambda method, request: Refuse(grpc.StatusCode.UNAVAILABLE)),
    }
    print(json.dumps({"direct": fake.host, "proxy": proxy.host}), flush=True)
    for line in sys.stdin:
        faults[line.strip()]()
        print("done", flush=True)
    proxy.close()
    fake.stop()


if __name__ == "__main__":
    main()
