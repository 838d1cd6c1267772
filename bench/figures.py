"""Every figure, in the order of BENCHMARKS.md. Fed by the figures' files; read by __main__ and page."""

from __future__ import annotations

from bench import api_reads, append, drain_beside_add, engine_bars, engine_ticks, outage_ticks
from bench.figure import Figure

FIGURES: tuple[Figure, ...] = (
    engine_ticks.FIGURE,
    engine_bars.FIGURE,
    append.FIGURE,
    drain_beside_add.FIGURE,
    outage_ticks.FIGURE,
    api_reads.FIGURE,
)
