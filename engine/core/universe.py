"""A bot whose strategy judges all its symbols together: its bars wait here until those of their moment are closed.

Each symbol of the bot has a seat, which is a strategy like any other to whoever feeds it bars: the running market, the
history, a recovery. A seat only notes the bar with what its indicators are then. Called by minute.py, control.py and
rederive.py, which let the moments be judged, oldest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Strategy, UniverseStrategy, Verdict
from engine.domain.instant import NEVER, Instant
from engine.domain.market import Bar

Values = Mapping[IndicatorKey, float | None]


@dataclass(slots=True)
class _Noted:
    """A bar, and its indicators as they were at its close."""

    bar: Bar
    values: Values


class Universe:
    """What of a bot's bars is not judged yet, by the moment they closed, and what was `said` last of each symbol."""

    __slots__ = ("_judged_at", "_waiting", "said", "strategy")

    def __init__(self, strategy: UniverseStrategy) -> None:
        self.strategy = strategy
        self._waiting: dict[Instant, dict[str, _Noted]] = {}
        self._judged_at: Instant = -NEVER
        self.said: dict[str, Verdict] = {}

    def note(self, bar: Bar, values: Values) -> None:
        """Take a closed bar. One of a moment that was judged without it comes too late, and is passed over."""
        if bar.close_at > self._judged_at:
            needed = {key: values[key] for key in self.strategy.needs}
            self._waiting.setdefault(bar.close_at, {})[bar.symbol] = _Noted(bar, needed)

    def judged(self) -> Iterator[list[tuple[Bar, Verdict]]]:
        """Judge every moment noted, oldest first. Its verdicts come by symbol, what only closes first."""
        for at in sorted(self._waiting):
            noted = self._waiting.pop(at)
            self._judged_at = at
            symbols = sorted(noted)
            verdicts = self.strategy.on_bars(
                at,
                {symbol: noted[symbol].bar for symbol in symbols},
                {symbol: noted[symbol].values for symbol in symbols},
            )
            pairs = [(noted[symbol].bar, verdicts[symbol]) for symbol in symbols if symbol in verdicts]
            self.said.update((bar.symbol, verdict) for bar, verdict in pairs)
            yield sorted(pairs, key=lambda pair: not pair[1].closes_only)


class Seat:
    """One symbol's place: notes its bars, and answers for the strategy in everything else."""

    __slots__ = ("_universe",)

    def __init__(self, universe: Universe) -> None:
        self._universe = universe

    @property
    def needs(self) -> tuple[IndicatorKey, ...]:
        return self._universe.strategy.needs

    @property
    def cooldown_s(self) -> int:
        return self._universe.strategy.cooldown_s

    @property
    def allow_short(self) -> bool:
        return self._universe.strategy.allow_short

    @property
    def confirm_us(self) -> int:
        return self._universe.strategy.confirm_us

    def on_bar(self, bar: Bar, values: Values) -> Verdict:
        """Note the bar, and repeat what was said last; what is made of this one comes when its moment is judged."""
        self._universe.note(bar, values)
        return self._universe.said.get(bar.symbol) or Verdict("warming")

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        return self._universe.strategy.explain(verdict)


def seated(
    make: Callable[[], Strategy | UniverseStrategy], symbols: Iterable[str]
) -> tuple[dict[str, Strategy], Universe | None]:
    """A strategy for each symbol: one of its own, or a seat at the one that they share, which is given too."""
    made = make()
    strategies: dict[str, Strategy] = {}
    if hasattr(made, "on_bars") and isinstance(made, UniverseStrategy):  # the second alone asks for every name
        universe = Universe(made)
        for symbol in symbols:
            strategies[symbol] = Seat(universe)
        return strategies, universe
    for number, symbol in enumerate(symbols):
        strategies[symbol] = made if number == 0 else cast(Strategy, make())
    return strategies, None
