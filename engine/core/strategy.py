"""What a strategy is: a small class with typed parameters and one `on_bar`. Called by minute.py at each bar close.

A strategy sees a bar and its indicators' values, nothing else: no clock, no account, no other symbol. One that compares
symbols has `on_bars` instead, and sees the bars of all its bot's symbols that closed at one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias, runtime_checkable

from engine.core.indicators import IndicatorKey
from engine.domain.copying import CopyTerms
from engine.domain.instant import Instant
from engine.domain.market import Bar
from engine.domain.signal import SignalType


@dataclass(slots=True)
class Verdict:
    """What a strategy made of a bar.

    code: `warming` (no score yet), `quiet`, `candidate` (a signal may follow), `ended` (the candidate is gone),
    `signal`, `following` (bars decide nothing). score: -100 to 100, None while warming. candidate_since: the close that
    began the candidate. closes_only: the signal ends a position of the other side, and never opens one. opens_only: it
    opens a position where nothing is held, and never adds to one. Where there is nothing to do, its outcome is `watch`.
    """

    code: str
    score: float | None = None
    signal: SignalType | None = None
    candidate: SignalType | None = None
    candidate_since: Instant | None = None
    inputs: Mapping[str, float] = field(default_factory=dict)
    closes_only: bool = False
    opens_only: bool = False


class Decider(Protocol):
    """What the core asks of a strategy besides its verdicts."""

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

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """The verdict's reasons as sentences with numbers."""


class Strategy(Decider, Protocol):
    """One bot's strategy on one symbol."""

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """Judge a closed bar."""


Gauge: TypeAlias = Callable[[Mapping[IndicatorKey, float | None]], float | None]


class Sleep(NamedTuple):
    """What a strategy need not be asked about: bars that read from `low` to `high` and close before `until`, and with
    `unread` those that read nothing.

    Where `stay_us` is not 0, bars beyond `low` or `high` mean nothing to it either until they have stayed there for so
    long, from the close of the first to that of the last.
    """

    low: float
    high: float
    until: Instant
    unread: bool = False
    stay_us: int = 0


@runtime_checkable
class Sleeps(Strategy, Protocol):
    """What a strategy may have besides, where one number says whether a bar means anything to it.

    Without it, or where its `gauge` is None, it is asked about every bar. Strategies that have the same gauge share its
    readings: it is a function of a module, and knows no parameters.
    """

    @property
    def gauge(self) -> Gauge | None:
        """What makes that number of a bar's indicators."""

    def sleeps(self) -> Sleep:
        """How long it sleeps as it is now: at every such bar `on_bar` would give no signal and leave it as it is.

        Beyond its bounds, where it waits for a stay, it would give none either, and after any bar within be as it is.
        """

    def stayed(self, since: Instant, above: bool) -> None:
        """Bars have stayed above, or below, its bounds since one that closed then: become what they would have made."""


@runtime_checkable
class UniverseStrategy(Decider, Protocol):
    """One bot's strategy on all its symbols together."""

    def on_bars(
        self, at: Instant, bars: Mapping[str, Bar], values: Mapping[str, Mapping[IndicatorKey, float | None]]
    ) -> Mapping[str, Verdict]:
        """Judge the bars that closed at a moment, both by symbol, sorted; a symbol that was not traded has none.

        A verdict on a symbol without a bar counts for nothing. Moments come in their order, each once.
        """


@runtime_checkable
class Follows(Protocol):
    """What a strategy has besides, where its bot acts on what a leader does and no bar decides anything."""

    @property
    def terms(self) -> CopyTerms:
        """Whom it follows, and on what terms."""
