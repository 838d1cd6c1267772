"""What many schedules together should have reached: faults, order transitions, differences, ways to start, overlaps.
Asked by run.py; a run that is long enough and has not met one of them has failed.

A world that never gets somewhere proves nothing about it, and nobody sees that in a count of schedules.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

from engine.proof.chance import Faults
from engine.proof.fleet import FATES

ENOUGH = 5_000  # schedules; what is listed below was met at least twelve times in 10,000

_TRANSITIONS = {
    "created": ("sent", "cancelled"),
    "sent": ("in_flight", "unknown", "expired"),
    "in_flight": ("accepted", "rejected", "unknown", "expired"),
    "unknown": ("accepted", "expired", "rejected"),
    "accepted": ("partially_filled", "filled", "cancel_requested", "cancelled"),
    "partially_filled": ("filled", "cancel_requested", "cancelled"),
    "cancel_requested": ("cancelled", "filled", "accepted"),
}
_DIFFERENCES = {
    "foreign_order": ("open", "flattened", "gone"),
    "foreign_position": ("open", "adopted", "gone"),
    "lapsed_order": ("open", "adopted"),
    "missed_fill": ("open", "adopted", "gone"),
    "missed_status": ("open", "adopted", "gone"),
    "quantity_mismatch": ("open", "adopted"),
    "unknown_order": ("open", "gone"),
}
_STARTS = ("anew", "from the journal", "from the store", "the journal is overtaken", "stood by")

WANTED = (
    *(fault.name for fault in fields(Faults)),
    *(f"order: {before} to {after}" for before, ends in _TRANSITIONS.items() for after in ends),
    *(f"difference: {kind} {state}" for kind, states in _DIFFERENCES.items() for state in states),
    *(f"start: {how}" for how in _STARTS),
    *(f"successor: {fate}" for fate in FATES),
    "store_takes_few",
    "woke up beside another",
    "an exit amid a difference",
    "night",
)


def unreached(met: Counter[str], schedules: int) -> tuple[str, ...]:
    """What should have been met by so many schedules and was not; nothing where they are too few to tell."""
    return tuple(name for name in WANTED if not met[name]) if schedules >= ENOUGH else ()
