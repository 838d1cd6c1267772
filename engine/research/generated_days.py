"""Two generated days of two shares, for trying strategies on. Made by simulation/demo_market; feeds strategy_trial."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.domain.market import Bar, TradingSession
from engine.simulation.demo_market import DemoMarket

SEED, FIRST_DAY, DAYS = 5, 2, 2
SYMBOLS = ("RELIANCE", "TATAMOTORS")

Rows: TypeAlias = list[tuple[Bar, TradingSession]]


@dataclass(frozen=True, slots=True)
class Days:
    """Bars as numbers in one long text, a line each, the last first: none of them is a bar until its turn has come."""

    packed: str
    sessions: Mapping[str, TradingSession]

    def rows(self, part: float = 1.0) -> Rows:
        """The first part of the days' bars, in the order they close, whole moments."""
        every = list(self.streamed())
        kept = every[: int(len(every) * part)]
        if len(kept) < len(every):
            cut_at = every[len(kept)][0].close_at
            kept = [row for row in kept if row[0].close_at < cut_at]
        return kept

    def streamed(self) -> Iterator[tuple[Bar, TradingSession]]:
        """The bars in the order they close, each made when it is asked for."""
        packed = self.packed
        while packed:
            packed, _, line = packed.rpartition("\n")
            day, *numbers = json.loads(line)
            yield Bar(*numbers), self.sessions[day]


def generated_days() -> Days:
    """Two days of two shares; a bar a minute."""
    market = DemoMarket(SEED)
    made = [(market.session(day), market.bars(day)) for day in range(FIRST_DAY, FIRST_DAY + DAYS)]
    bars = [(bar, session.day) for session, made_bars in made for bar in made_bars if bar.symbol in SYMBOLS]
    bars.sort(key=lambda row: (row[0].close_at, row[0].symbol), reverse=True)
    packed = "\n".join(json.dumps([day, *numbers_of(bar)]) for bar, day in bars)
    return Days(packed, {session.day: session for session, _ in made})


def numbers_of(bar: Bar) -> list[Any]:
    """A bar's fields, in their order."""
    return [getattr(bar, name) for name in Bar.__slots__]
