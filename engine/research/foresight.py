"""What bots say of a stretch of one symbol's bars, asked before the engine's clock comes there. Used by skip_bars.py.

A strategy sees its symbol's bars and their indicators, nothing else, so what it will say of bars that are known already
does not depend on what the account does meanwhile. Each bar is given to the strategy's own `on_bar`, in order, once;
what it said waits in `Foreseen`, which stands in for it, until the engine asks at that bar's close.

A strategy may have `plan(columns, close_at)`, whose `after(row)` names the next bar that it must be asked about once it
was asked about `row`: at all bars between, it would give no signal and stay as it is. Others are asked about every bar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import intern  # a year's signals say the same few sentences a hundred thousand times
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.core.bars import Series
from engine.core.bot import Bot, Stance
from engine.core.execution import goes_at_market
from engine.core.indicators import IndicatorKey
from engine.core.indicators.stretch import Column, Stretch
from engine.core.state import State
from engine.core.strategy import Strategy, Verdict
from engine.domain.instant import NEVER, Instant
from engine.domain.market import Bar

Ints = npt.NDArray[np.int64]

_NOTHING = Verdict("quiet")


class StretchBars(Sequence[Bar]):
    """Bars of one symbol and timeframe as columns; prices in units. A bar is made when it is asked for."""

    __slots__ = (
        "_close", "_high", "_low", "_open", "_volume", "_width", "close_at", "symbol", "timeframe",
    )  # fmt: skip

    def __init__(
        self, symbol: str, timeframe: str, close_at: Ints, width: int, values: Sequence[npt.NDArray[Any]]
    ) -> None:
        self.symbol, self.timeframe = symbol, timeframe
        self.close_at: list[Instant] = close_at.tolist()
        self._width = width
        self._open, self._high, self._low, self._close, self._volume = values

    def __len__(self) -> int:
        return len(self.close_at)

    def __getitem__(self, row: int) -> Bar:  # type: ignore[override]
        close_at = self.close_at[row]
        return Bar(
            self.symbol, self.timeframe, close_at - self._width, close_at,
            self._open.item(row), self._high.item(row), self._low.item(row), self._close.item(row),
            self._volume.item(row),
        )  # fmt: skip


@dataclass(slots=True)
class _Said:
    """A verdict with a signal and the reasons given with it, or what was raised instead of either."""

    verdict: Verdict | Exception
    reasons: tuple[str, ...] | Exception = ()


class Foreseen:
    """A strategy that was asked ahead. Of bars it was not asked about yet, it is asked as ever."""

    __slots__ = ("_said", "_strategy", "_told", "_until")

    def __init__(self, strategy: Strategy) -> None:
        self._strategy = strategy
        self._said: dict[Instant, _Said] = {}
        self._told: _Said | None = None
        self._until: Instant = -NEVER

    @property
    def needs(self) -> tuple[IndicatorKey, ...]:
        return self._strategy.needs

    @property
    def cooldown_s(self) -> int:
        return self._strategy.cooldown_s

    @property
    def allow_short(self) -> bool:
        return self._strategy.allow_short

    @property
    def confirm_us(self) -> int:
        return self._strategy.confirm_us

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """What was said of this bar. Of one without a signal no more is kept than that it had none."""
        if bar.close_at > self._until:
            return self._strategy.on_bar(bar, values)
        said = self._said.pop(bar.close_at, None)
        if said is None:
            return _NOTHING
        if isinstance(said.verdict, Exception):
            raise said.verdict
        self._told = said
        return said.verdict

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """The reasons as they were when the verdict was given."""
        told = self._told
        if told is None or told.verdict is not verdict:
            return self._strategy.explain(verdict)
        if isinstance(told.reasons, Exception):
            raise told.reasons
        return told.reasons

    def ask(self, bars: StretchBars, columns: Mapping[IndicatorKey, Column]) -> list[int]:
        """Let the strategy judge bars to come; returns the rows at which the engine must listen."""
        strategy = self._strategy
        needs = [(key, columns[key].tolist()) for key in strategy.needs]
        self._until = bars.close_at[-1]
        heard: list[int] = []
        plan = getattr(strategy, "plan", None)
        after = _next_row if plan is None else plan(columns, bars.close_at).after
        row, count = 0, len(bars)
        while row < count:
            values = {key: value if (value := column[row]) == value else None for key, column in needs}
            try:
                verdict = strategy.on_bar(bars[row], values)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the bot's, and comes when its bar closes
                self._said[bars.close_at[row]] = _Said(error)
                return [*heard, row]
            if verdict.signal is not None:
                self._said[bars.close_at[row]] = _Said(verdict, self._reasons(verdict))
                heard.append(row)
            row = after(row)
        return heard

    def _reasons(self, verdict: Verdict) -> tuple[str, ...] | Exception:
        try:
            return tuple(intern(str(reason)) for reason in self._strategy.explain(verdict))
        except Exception as error:  # noqa: BLE001 - as above: it is raised when the engine asks
            return error


def _next_row(row: int) -> int:
    return row + 1


def foreseeable(state: State) -> bool:
    """Whether every bot's strategy sees bars of one symbol alone, and every order is at the market.

    Orders with a limit are looked after minute by minute, and what they are decided on is the newest verdict.
    """
    return not (state.views or state.legs or state.protects) and all(
        bot.universe is None and bot.following is None and goes_at_market(state.account, bot.spec)
        for bot in state.bots.values()
    )


def asked_ahead(bots: Sequence[Bot], series: Series, bars: StretchBars, stretch: Stretch) -> list[int]:
    """Take a stretch into a series ahead of the clock and ask its bots; returns the rows with a signal, ascending."""
    columns = series.indicators.take_ahead(stretch)
    heard: set[int] = set()
    for bot in bots:
        if bot.error is None:
            heard.update(_foreseen(bot.stances[bars.symbol]).ask(bars, columns))
    return sorted(heard)


def _foreseen(stance: Stance) -> Foreseen:
    """The stance's strategy as one that can be asked ahead."""
    if not isinstance(stance.strategy, Foreseen):
        stance.strategy = Foreseen(stance.strategy)
    return stance.strategy
