"""The least that an order of a live account costs: one fenced commit of its intent, then one HTTP round trip to the
broker. Started by tick_to_order, beside order_engine; prints one JSON line.

Nothing else goes on in this process: no engine, no journal, no other thread. The commit is the production's (its store
and its lease), and so is the connection; the broker answers its cheapest route, over the same kind of connection.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from engine.adapters.brokers.connection.wire import Answer, Request, Wire
from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.domain.account import AccountSpec, Mode
from engine.domain.instant import instant_of
from engine.domain.order import OrderState, OrderType, Purpose, Side
from engine.domain.records import OrderRecord, OrderStep
from engine.ports import Pending

PAUSE_S = 0.1
ACCOUNT = AccountSpec("live-floor", "bench", Mode.LIVE)


def intent(number: int, clock: SystemClock) -> OrderRecord:
    """An entry's, as it is written down before it leaves."""
    now = instant_of(clock.now())
    return OrderRecord(
        order_id=f"FLOOR{number:010d}", bot_id="floor", signal_id=f"SIGNAL{number:014d}", symbol="SBIN", side=Side.BUY,
        order_type=OrderType.LIMIT, quantity=Decimal(1), limit_price=Decimal("824.10"), state=OrderState.SENT,
        filled_quantity=Decimal(0), average_price=None, venue_order_id=None, reason=None, purpose=Purpose.ENTRY,
        exit_reason=None, stop_price=None, created_at=now,
        history=(OrderStep(OrderState.CREATED, now), OrderStep(OrderState.SENT, now)),
    )  # fmt: skip


def main(told: Mapping[str, str], host: str, warm: int, orders: int) -> dict[str, Any]:
    """As many as the engine sends; percentiles of the whole, and the medians of its two parts."""
    clock, store_wire = SystemClock(), connect("demo-bench", host)
    lease = FirestoreLease(store_wire, clock)
    grant = lease.acquire(ACCOUNT, "floor", "none", old_holder_dead=True)
    store = FirestoreRecordStore(store_wire, lease, clock, lambda symbol: 2)
    broker_wire = Wire(Path(told["authority"]), clock)
    asked = Request("GET", told["address"])
    took, commits = [], []
    for number in range(warm + orders):
        time.sleep(PAUSE_S)
        written = intent(number, clock)
        began = time.monotonic_ns()
        store.commit(grant, [Pending(number + 1, number + 1, written, 1)])
        committed = time.monotonic_ns()
        if not isinstance(broker_wire.carry(asked), Answer):
            raise SystemExit("the loopback broker does not answer")
        took.append((time.monotonic_ns() - began) // 1_000)
        commits.append((committed - began) // 1_000)
    broker_wire.close()
    store_wire.close()
    counted = np.array(took[warm:])
    return {
        "orders": len(counted),
        "p50_us": float(np.percentile(counted, 50)),
        "p99_us": float(np.percentile(counted, 99)),
        "commit_p50_us": float(np.percentile(commits[warm:], 50)),
    }


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
