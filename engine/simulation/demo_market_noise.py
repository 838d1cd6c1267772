"""Noise for the demo market: numbers that depend on what they are for, never on what was drawn before.

Fed by a seed and names; feeds demo_market_path and demo_market_ticks. All of it is whole-number arithmetic (SplitMix64
by Steele, Lea and Flood, 2014), so the same seed gives the same market on every machine, with every version of numpy.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Whole: TypeAlias = npt.NDArray[np.int64]

BELL_SD = 37_837  # standard deviation of a bell number: 65536 x sqrt(4 / 12)

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def key_of(*names: object) -> int:
    """A stream of noise for what these names say, e.g. (seed, "RELIANCE", day, "gaps")."""
    return int.from_bytes(sha256("/".join(map(str, names)).encode()).digest()[:8], "big")


def below(key: int, count: int, limit: int) -> Whole:
    """`count` whole numbers from 0 to below `limit` (at most 2**31), evenly spread."""
    numbers: Whole = ((_bits(key, np.arange(count)) >> np.uint64(33)) % np.uint64(limit)).astype(np.int64)
    return numbers


def bell(key: int, count: int) -> Whole:
    """`count` whole numbers around 0 in the shape of a bell, with a standard deviation of BELL_SD."""
    return bell_at(key, np.arange(count))


def bell_at(key: int, places: Whole) -> Whole:
    """The bell numbers at these places of a stream; places may be negative."""
    bits = _bits(key, places)
    sixteen = np.uint64(0xFFFF)
    # The sum of four even numbers is close enough to a normal one, and needs no logarithm that machines differ about.
    parts = [(bits >> np.uint64(shift)) & sixteen for shift in (0, 16, 32, 48)]
    total: Whole = (parts[0] + parts[1] + parts[2] + parts[3]).astype(np.int64) - 2 * 65_535
    return total


def scaled(noise: Whole, standard_deviation: int | Whole) -> Whole:
    """Bell numbers stretched to a standard deviation, in its unit."""
    stretched: Whole = noise * standard_deviation // BELL_SD
    return stretched


def _bits(key: int, places: Whole) -> npt.NDArray[np.uint64]:
    mixed = np.asarray(places, dtype=np.int64).astype(np.uint64) * _GOLDEN + np.uint64(key)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    bits: npt.NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
    return bits
