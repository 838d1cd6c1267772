"""Signals and temperature: what a strategy said.

Made by core/decide and core/copied_signals from a strategy's verdict; feeds risk and records.
"""

from __future__ import annotations

from enum import StrEnum


class SignalType(StrEnum):
    """The direction a strategy asks for."""

    BUY = "BUY"
    SELL = "SELL"


class Outcome(StrEnum):
    """What became of a signal."""

    ORDERED = "ordered"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    WATCH = "watch"


class Temperature(StrEnum):
    """How near a score is to acting, by its size: FROZEN < 20 <= COOL < 40 <= WARM < 60 <= HOT."""

    FROZEN = "FROZEN"
    COOL = "COOL"
    WARM = "WARM"
    HOT = "HOT"

    @staticmethod
    def of(score: float) -> Temperature:
        """The temperature of a score in -100..100."""
        size = abs(score)
        if size < 20:
            return Temperature.FROZEN
        if size < 40:
            return Temperature.COOL
        return Temperature.WARM if size < 60 else Temperature.HOT
