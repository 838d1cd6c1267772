"""What a strategy is: a small class with typed parameters and one `on_bar`. Called by engine.py at each bar close.

A strategy sees a bar and its indicators' values, nothing else: no clock, no account, no other symbol.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.core.indicators import IndicatorKey
from engine.domain.instant import Instant
from engine.domain.market import Bar
from engine.domain.signal import SignalType


@dataclass(slots=True)
class Verdict:
    """What a strategy made of a bar.

    code: `warming` (no score yet), `quiet`, `candidate` (a signal may follow), `ended` (the candidate is gone),
    `signal` score: -100 to 100, None while warming. candidate_since: the close that began the candidate.
    """

    code: str
    score: float | None = None
    signal: SignalType | None = None
    candidate: SignalType | None = None
    candidate_since: Instant | None = None
    inputs: Mapping[str, float] = field(default_factory=dict)


class Strategy(Protocol):
    """One bot's strategy on one symbol."""

    @property
    def needs(self) -> tuple[IndicatorKey, ...]:
        """The indicators it reads."""

    @property
    def cooldown_s(self) -> int:
        """No entry within so many seconds of the bot's last fill on the symbol."""

    @property
    def allow_short(self) -> bool:
        """Whether SELL may open a position."""

    @property
    def confirm_us(self) -> int:
        """How long a candidate must live to become a signal, microseconds; 0 where there is none."""

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """Judge a closed bar."""

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """The verdict's reasons as sentences with numbers."""
