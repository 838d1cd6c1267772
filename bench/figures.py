"""Every figure, in the order of BENCHMARKS.md. Fed by the figures' files; read by __main__ and page."""

from __future__ import annotations

from bench import (
    angelone_frames,
    api_reads,
    append,
    drain_beside_add,
    engine_bars,
    engine_ticks,
    listened_ticks,
    many_bots,
    outage_ticks,
    year_of_bars,
)
from bench.figure import Figure

FIGURES: tuple[Figure, ...] = (
    engine_ticks.FIGURE,
    engine_bars.FIGURE,
    year_of_bars.FIGURE,
    many_bots.FIGURE,
    append.FIGURE,
    drain_beside_add.FIGURE,
    outage_ticks.FIGURE,
    listened_ticks.FIGURE,
    angelone_frames.FIGURE,
    api_reads.FIGURE,
)
