"""persist-queue takes rows as large as the journal's; prints one JSON line. Started by contender.

`SQLiteAckQueue` is its durable queue with acknowledgements: WAL, SQLite's own `synchronous=FULL`, a transaction a put.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from persistqueue import SQLiteAckQueue


def main(folder: Path, rows: int, row_bytes: int) -> None:
    """Put so many rows, each of which is on the disk when its put is back."""
    queue = SQLiteAckQueue(str(folder / "peer"), auto_commit=True)
    payloads = [str(number).encode().zfill(row_bytes) for number in range(rows)]
    taken = []
    began = time.perf_counter()
    for payload in payloads:
        before = time.perf_counter()
        queue.put(payload)
        taken.append(time.perf_counter() - before)
    seconds = time.perf_counter() - began
    assert queue.qsize() == rows
    taken.sort()
    print(json.dumps({
        "durable_p50_us": taken[rows // 2] * 1e6, "durable_p99_us": taken[rows * 99 // 100] * 1e6,
        "rows_per_s": rows / seconds,
    }))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
