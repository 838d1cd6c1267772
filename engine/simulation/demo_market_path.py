"""Where the demo market's prices go: a close for every day, and a path through the day to it, minute by minute.

Fed by demo_market_noise; feeds demo_market_ticks. Moves are whole numbers of 1e-8 of a price (a basis point is 10,000).
Any day can be made alone: a close is a sum over the noise of the last 512 days, not a walk from the beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from engine.simulation.demo_market_noise import Whole, bell, bell_at, below, key_of, scaled

ONE = 100_000_000  # a whole price, in moves
BASIS_POINT = ONE // 10_000
MINUTES = 375  # of a day, 09:15 to 15:30

_MEMORY_DAYS = 512
_SETTLES_FROM = 70  # 10:25: only from here on is the path bent towards the day's close, so the opening keeps its shape


@dataclass(frozen=True, slots=True)
class Character:
    """How a symbol moves: its price (units), a day's move beside the market's, how much of the market's it follows.

    `day_sd` and `minute_sd` in moves, `follows_pct` in percent.
    """

    price: int
    day_sd: int
    minute_sd: int
    follows_pct: int


class Regime(Enum):
    """What a stretch of a day looks like: (percent of the ordinary noise, drift a minute in percent of it)."""

    RANGE = (80, 0)
    UP = (70, 52)
    DOWN = (70, -52)
    VOLATILE = (170, 0)


# One stretch in three goes nowhere; trends up and down are as frequent as each other, or every bot would win.
_REGIMES = (Regime.RANGE, Regime.RANGE, Regime.UP, Regime.DOWN, Regime.UP, Regime.DOWN, Regime.VOLATILE)

# A decay of 1 % a day: a symbol wanders some 8 % around its price, for years, and never away from it.
_WEIGHTS = [ONE]
for _ in range(_MEMORY_DAYS - 1):
    _WEIGHTS.append(_WEIGHTS[-1] * 99 // 100)
_DECAY = np.array(_WEIGHTS, dtype=np.int64)


def close_of(seed: int, symbol: str, character: Character, day: int) -> int:
    """The close of a day in price units, before rounding to the tick size. Days may be negative."""
    days = np.arange(day, day - _MEMORY_DAYS, -1)
    own = scaled(bell_at(key_of(seed, symbol, "days"), days), character.day_sd)
    market = scaled(bell_at(key_of(seed, "market", "days"), days), 70 * BASIS_POINT)
    moves = own + market * character.follows_pct // 100
    level = int((moves * _DECAY // ONE).sum())
    return character.price * (ONE + max(level, -ONE // 2)) // ONE


def minute_path(seed: int, symbol: str, character: Character, day: int, climb_from: int | None) -> Whole:
    """A day's moves from the close before: at the open, then at the end of each minute; MINUTES + 1 of them.

    `climb_from`: the minute at which a steady climb begins after a quiet range (the demo's opening), None for none.
    """
    before = close_of(seed, symbol, character, day - 1)
    target = (close_of(seed, symbol, character, day) - before) * ONE // before
    steps = _steps(seed, symbol, character, day)
    gap = target // 5 + int(scaled(bell(key_of(seed, symbol, day, "gap"), 1), character.day_sd // 6)[0])
    if climb_from is not None:
        steps = _with_climb(symbol, character, steps, climb_from)
        gap //= 8  # a large one would still be in the averages when the climb begins
    path = np.concatenate([[0], np.cumsum(steps)]) + gap
    settling = np.clip(np.arange(MINUTES + 1) - _SETTLES_FROM, 0, None)
    bent: Whole = path + (target - int(path[-1])) * settling // int(settling[-1])
    return bent


def _steps(seed: int, symbol: str, character: Character, day: int) -> Whole:
    """The moves of a day's minutes: regimes of 12 to 45 minutes, noise that is largest at the open, and rare jumps."""
    regimes = _regimes(key_of(seed, symbol, day, "regimes"))
    noise_pct = np.array([regime.value[0] for regime in regimes], dtype=np.int64)
    drift_pct = np.array([regime.value[1] for regime in regimes], dtype=np.int64)
    sd = character.minute_sd * noise_pct // 100 * liveliness_pct() // 100
    own = scaled(bell(key_of(seed, symbol, day, "minutes"), MINUTES), sd)
    market = scaled(bell(key_of(seed, "market", day, "minutes"), MINUTES), BASIS_POINT) * character.follows_pct // 100
    reverting = np.where(noise_pct == Regime.RANGE.value[0], own - np.concatenate([[0], own[:-1]]) // 2, own)
    steps: Whole = reverting + market + character.minute_sd * drift_pct // 100
    return steps + _jumps(key_of(seed, symbol, day, "jumps"), character)


def _regimes(key: int) -> list[Regime]:
    draws = below(key, 2 * MINUTES // 12, 1 << 30).tolist()
    minutes: list[Regime] = []
    while len(minutes) < MINUTES:
        length, kind = 12 + draws.pop() % 34, _REGIMES[draws.pop() % len(_REGIMES)]
        minutes.extend([kind] * length)
    return minutes[:MINUTES]


def _jumps(key: int, character: Character) -> Whole:
    """News: about two minutes a day move by four to ten times the ordinary noise."""
    draws = below(key, MINUTES, 200)
    size = character.minute_sd * (4 + below(key + 1, MINUTES, 7))
    sign = 1 - 2 * below(key + 2, MINUTES, 2)
    return np.where(draws == 0, size * sign, 0)


def _with_climb(symbol: str, character: Character, steps: Whole, climb_from: int) -> Whole:
    """The day's steps with an opening put before them: quiet up to a minute, then a climb of 18 minutes.

    Its noise is the same for every seed, so that every demo confirms within the same minute or two.
    """
    climb_to = climb_from + 18
    noise = scaled(bell(key_of(symbol, "opening"), climb_to), character.minute_sd // 4)
    # Each quiet minute takes back most of the one before: a range, in which no measure of momentum finds anything.
    quiet = noise - np.concatenate([[0], noise[:-1]]) * 4 // 5
    climb = noise + character.minute_sd * 55 // 100
    shaped = steps.copy()
    shaped[:climb_to] = np.where(np.arange(climb_to) < climb_from, quiet, climb)
    return shaped


def liveliness_pct() -> Whole:
    """The day's U: how lively each minute is, in percent; 190 at the open, 75 in the middle, 130 at the close."""
    minute = np.arange(MINUTES)
    falling = 190 - minute * 115 // 90
    rising = 75 + (minute - 285) * 55 // 89
    u: Whole = np.maximum(np.maximum(falling, rising), 75)
    return u
