"""Rotation: of all the bot's symbols it holds the few that have risen most, by how far each one usually moves.

strength = (close - close momentum_bars before) / (ATR x sqrt(momentum_bars)), of each symbol
ranks    the strongest first, equals by name; from_minutes after the open, then every rank_minutes until until_minutes,
         in the first session of each rank_days days (counted from Monday 1970-01-05 by the UTC date of the open)
holds    the best `hold` of them; one that it has keeps its place down to rank hold + slack. With rising_only what is
         not above its own past is left, and not taken
SELL     what falls out, at the ranking's close, or at the next it has
BUY      what comes in, at the ranking's close; one bar later where anything is sold, for the cash
score    = 60 x strength, at most 100 in size

The session's first ranking speaks of every symbol, so that what a flattened venue or a restart undid is put right; a
SELL only ends what is held, a BUY opens where nothing is. In between only what changes is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Verdict
from engine.domain.errors import InvalidValue
from engine.domain.instant import MINUTE, SECOND, Instant
from engine.domain.market import Bar
from engine.domain.signal import SignalType
from engine.strategies.parameters import DAY_S, check_bounds, cooldown, flag, number

SESSION: IndicatorKey = ("session_minutes",)
FIRST_MONDAY = 4  # 1970-01-05, in days since the epoch


@dataclass(frozen=True, slots=True)
class Parameters:
    """Bars are of the bot's timeframe, minutes count from the session's open."""

    hold: int = number(2, 1, 20, "symbols", means="how many are held at once")
    momentum_bars: int = number(60, 2, 500, "bars", means="how far back a symbol's rise is measured")
    atr_period: int = number(14, 2, 100, "bars", means="of the average true range that a rise is measured by")
    slack: int = number(1, 0, 20, "places", means="how far beyond the best a symbol that is held may fall")
    rising_only: bool = flag(True, "hold only what has risen, and stay out of the rest")
    rank_days: int = number(1, 1, 366, "days", means="how long a period is; it ranks in the first session of each")
    rank_minutes: int = number(60, 0, 1_440, "minutes", means="how long until it ranks again; 0: once a session")
    from_minutes: int = number(15, 1, 1_440, "minutes", means="how long after the open it ranks first")
    until_minutes: int = number(300, 1, 1_440, "minutes", means="no ranking after")
    cooldown_s: int = cooldown(0)

    def __post_init__(self) -> None:
        check_bounds(self)
        if self.until_minutes < self.from_minutes:
            raise InvalidValue(
                "parameters.until_minutes",
                f"must be at least from_minutes ({self.from_minutes}), is {self.until_minutes}",
            )


PRESETS = {
    "conservative": Parameters(hold=3, momentum_bars=120, slack=2, rank_minutes=0),
    "balanced": Parameters(),
    "aggressive": Parameters(hold=1, momentum_bars=30, slack=0, rank_minutes=30),
}


class Rotation:
    """How strong each symbol is, which are chosen, and what is still to be said."""

    __slots__ = (
        "_atr", "_buy_after", "_chosen", "_heard", "_momentum", "_opened_at", "_owed", "_parameters", "_period",
        "_rank_of", "_ranks", "_root", "_slot", "_strength", "needs",
    )  # fmt: skip

    confirm_us = 0
    allow_short = False

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._momentum: IndicatorKey = ("momentum", parameters.momentum_bars)
        self._atr: IndicatorKey = ("atr", parameters.atr_period)
        self._root = sqrt(parameters.momentum_bars)
        self.needs = (self._momentum, self._atr, SESSION)
        self._strength: dict[str, float] = {}
        self._heard: dict[str, Instant] = {}  # the open of the session that a symbol's strength is of
        self._opened_at: Instant | None = None
        self._slot: int | None = None  # of this session, the last that was ranked
        self._period: int | None = None
        self._ranks = False  # whether this session is one of those that rank
        self._rank_of: dict[str, int] = {}
        self._chosen: list[str] = []
        self._owed: dict[str, SignalType] = {}  # signals that wait for the symbol's bar
        self._buy_after: Instant = 0

    @property
    def cooldown_s(self) -> int:
        return self._parameters.cooldown_s

    def on_bars(
        self, at: Instant, bars: Mapping[str, Bar], values: Mapping[str, Mapping[IndicatorKey, float | None]]
    ) -> dict[str, Verdict]:
        """Measure every symbol that has a bar, rank them all where that is due, and say what follows."""
        minutes = [value for symbol in bars if (value := values[symbol][SESSION]) is not None]
        if minutes:
            self._in_session(at - round(min(minutes) * MINUTE))
        for symbol in bars:
            self._measure(symbol, values[symbol])
        if minutes:
            self._rank_if_due(at, min(minutes))
        return {symbol: self._verdict(symbol, at) for symbol in bars}

    def _in_session(self, opened_at: Instant) -> None:
        """Take note of a new session: whether it ranks, and that nothing is owed from the one before."""
        if self._opened_at is not None and opened_at <= self._opened_at:
            return
        self._opened_at, self._slot = opened_at, None
        self._owed.clear()
        every = self._parameters.rank_days
        day = opened_at // (DAY_S * SECOND) - FIRST_MONDAY
        self._ranks = day // every != self._period and (day % every == 0 or self._period is not None)
        if self._ranks or self._period is None:
            self._period = day // every

    def _measure(self, symbol: str, values: Mapping[IndicatorKey, float | None]) -> None:
        momentum, atr = values[self._momentum], values[self._atr]
        if momentum is not None and atr and self._opened_at is not None:
            self._strength[symbol] = momentum / (atr * self._root)
            self._heard[symbol] = self._opened_at

    def _rank_if_due(self, at: Instant, minutes: float) -> None:
        given = self._parameters
        if not given.from_minutes <= minutes <= given.until_minutes:
            return
        slot = int((minutes - given.from_minutes) // given.rank_minutes) if given.rank_minutes else 0
        if slot == self._slot:
            return
        first, self._slot = self._slot is None, slot
        if not self._ranks and not (first and self._rank_of):
            return  # amid a period: only the session's first word, on what was chosen before
        heard = [symbol for symbol in self._strength if self._heard[symbol] == self._opened_at]
        ranked = sorted(heard, key=lambda symbol: (-self._strength[symbol], symbol))
        before = self._chosen
        if self._ranks:
            self._choose(ranked)
        if first:
            leaves, comes = [one for one in ranked if one not in self._chosen], self._chosen
        else:
            leaves = [one for one in before if one not in self._chosen]
            comes = [one for one in self._chosen if one not in before]
        self._owed.update(dict.fromkeys(leaves, SignalType.SELL))
        self._owed.update(dict.fromkeys(comes, SignalType.BUY))
        self._buy_after = at if leaves else at - 1

    def _choose(self, ranked: list[str]) -> None:
        """Keep what is still good enough, and fill up with the best. What was not traded today keeps its place."""
        given = self._parameters
        self._rank_of = {symbol: place for place, symbol in enumerate(ranked, start=1)}
        most = given.hold + given.slack
        kept = [
            symbol for symbol in self._chosen
            if symbol not in self._rank_of or (self._rank_of[symbol] <= most and self._rises(symbol))
        ]  # fmt: skip
        fresh = [symbol for symbol in ranked if symbol not in kept and self._rises(symbol)]
        self._chosen = kept + fresh[: max(0, given.hold - len(kept))]

    def _rises(self, symbol: str) -> bool:
        return not self._parameters.rising_only or self._strength[symbol] > 0

    def _verdict(self, symbol: str, at: Instant) -> Verdict:
        strength = self._strength.get(symbol)
        if strength is None:
            return Verdict("warming")
        owed = self._owed.get(symbol)
        signal = None if owed is SignalType.BUY and at <= self._buy_after else owed
        if signal is not None:
            del self._owed[symbol]
        inputs = {
            "strength": strength,
            "rank": float(self._rank_of.get(symbol, 0)),
            "ranked": float(len(self._rank_of)),
            "chosen": float(symbol in self._chosen),
        }
        score = round(max(-100.0, min(100.0, 60.0 * strength)), 6)
        return Verdict(
            "signal" if signal else "quiet", score, signal, inputs=inputs,
            closes_only=signal is SignalType.SELL, opens_only=signal is SignalType.BUY,
        )  # fmt: skip

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """How strong the symbol is, and where it stood when they were ranked."""
        if verdict.score is None:
            return ("Too few bars yet to measure its rise",)
        given, inputs = self._parameters, verdict.inputs
        moved = f"Moved {inputs['strength']:+.2f} times what {given.momentum_bars} bars usually bring"
        if not inputs["rank"]:
            return (moved, "Not ranked yet")
        stands = "held" if inputs["chosen"] else "not held"
        place = f"Ranked {inputs['rank']:.0f} of {inputs['ranked']:.0f}"
        return (moved, f"{place}, the best {given.hold} are held: {stands}")
