"""What any broker in memory has: a lock, a clock, faults, limits, what was called. Brokers stand on it; fed by server.

Every method of a broker takes the lock itself.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from tests.brokers.loopback.answers import Answer, nothing
from tests.brokers.loopback.clocks import ScriptedClock
from tests.brokers.loopback.faults import Fault, Faults, Kinds
from tests.brokers.loopback.sliding_windows import SlidingWindows
from tests.brokers.loopback.wire import Hub, Wire

LOG_MAX = 2_000

Acted = Callable[[datetime, float, int], Answer]  # when the broker acts, how long an order is hidden, how often it acts


class InMemory:
    """`counts` are calls by route, `log` the last of them without bodies. `sockets` are its hubs by their paths."""

    def __init__(self, at: datetime, speed: float, kinds: Kinds, limits: SlidingWindows) -> None:
        self.lock = threading.RLock()
        self.clock, self.faults = ScriptedClock(at, speed), Faults(kinds)
        self.limits: SlidingWindows | None = limits
        self.sockets: dict[str, Hub[Any]] = {}
        self.counts: Counter[str] = Counter()
        self.log: deque[tuple[str, str, str]] = deque(maxlen=LOG_MAX)
        self._beat_at = 0.0
        self._on_their_way: list[tuple[datetime, Callable[[], object]]] = []

    def answered(self, route: str, at: datetime, acted: Acted) -> tuple[Answer, Fault | None]:
        """A call of a route: counted, met by the fault script, acted on or not, and written down."""
        self.counts[route] += 1
        fault = self.faults.take(route)
        kind, answer = "" if fault is None else fault.kind, nothing(502)
        if fault is None or self.faults.is_applied(fault):
            hidden_s, times = 0.0, 2 if kind == "applied_twice" else 1
            if fault is not None:
                hidden_s = fault.seconds if kind == "hidden" else fault.hidden_s
            if fault is not None and fault.late_s:
                arrives_at = at + timedelta(seconds=fault.late_s)
                self._on_their_way.append((arrives_at, lambda: acted(arrives_at, hidden_s, times)))
            else:
                answer = acted(at, hidden_s, times)
        self.log.append((at.isoformat(), route, kind or str(answer.status)))
        return answer, fault

    def arrived(self, at: datetime) -> list[tuple[datetime, Callable[[], object]]]:
        """Calls that were on their way until now, and when each came: to be acted on in that order."""
        found = sorted((one for one in self._on_their_way if one[0] <= at), key=lambda one: one[0])
        self._on_their_way = [one for one in self._on_their_way if one[0] > at]
        return found

    def passes(self, bucket: str) -> bool:
        """Whether the limits let one more call of this bucket pass."""
        passes = self.limits is None or not bucket or self.limits.passes(bucket)
        if not passes:
            self.counts["too fast"] += 1
        return passes

    def called(self) -> dict[str, Any]:
        """What a report says of calls and faults."""
        return {"calls": dict(self.counts), "faults_waiting": len(self.faults.waiting), "log": list(self.log)}

    def wires(self) -> Iterable[Wire]:
        """Of every connection to a socket."""
        raise NotImplementedError

    def cut_all(self) -> None:
        """Every socket ends, without a frame."""
        with self.lock:
            for wire in self.wires():
                wire.abort()
