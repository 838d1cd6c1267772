"""Two Ray nodes on loopback, as a process of their own that says where their head is and ends with its standard input.

    python -m tests.research.sweep.two_nodes

Prints one line, `{"address": "127.0.0.1:…", "nodes": 2}`. Feeds the tests of sweeps on a cluster, by `two_nodes`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STORE_BYTES = 80 * 2**20  # the least that Ray takes is 75 MB
END_S = 60
ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def two_nodes() -> Iterator[str]:
    """The address of a running cluster of two nodes, one core each."""
    words = [sys.executable, "-m", __name__]
    with subprocess.Popen(
        words, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, "the cluster did not begin"
            said = json.loads(line)
            assert said["nodes"] == 2
            yield said["address"]
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=END_S)


def main() -> int:
    """Begin both nodes, say where, wait until standard input ends, end both."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    words = {"num_cpus": 1, "object_store_memory": STORE_BYTES, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args=words)
    cluster.add_node(num_cpus=1, object_store_memory=STORE_BYTES)
    sys.stdout.write(json.dumps({"address": cluster.address, "nodes": len(cluster.list_all_nodes())}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    cluster.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
