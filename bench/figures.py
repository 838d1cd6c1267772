"""Every figure, in the order of BENCHMARKS.md. Fed by the figures' files; read by __main__ and page."""

from __future__ import annotations

from bench import (
    angelone_frames,
    api_beside_ticks,
    api_reads,
    append,
    drain_beside_add,
    drain_beside_ticks,
    engine_bars,
    engine_ticks,
    firestore_writes,
    listened_ticks,
    many_bots,
    outage_ticks,
    start_and_stop,
    thousand_bots,
    tick_to_order,
    tick_to_screen,
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
    drain_beside_ticks.FIGURE,
    api_beside_ticks.FIGURE,
    thousand_bots.FIGURE,
    angelone_frames.FIGURE,
    tick_to_order.FIGURE,
    tick_to_screen.FIGURE,
    firestore_writes.FIGURE,
    api_reads.FIGURE,
    start_and_stop.FIGURE,
)
