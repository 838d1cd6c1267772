"""What a process uses over a stretch of wall time. Asked by the outage tests and proofs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Cost:
    """Percent of a core, all threads, and MB of resident memory grown by."""

    cpu_pct: float
    grown_mb: float


def cost_of(process: psutil.Process, live: Callable[[], None]) -> Cost:
    """What it uses while `live` runs, which it must live through."""
    began, cpu, before = time.monotonic(), process.cpu_times(), process.memory_info().rss
    live()
    wall, used = time.monotonic() - began, process.cpu_times()
    spent = used.user + used.system - cpu.user - cpu.system
    return Cost(round(100 * spent / wall, 2), round((process.memory_info().rss - before) / 1e6, 1))
