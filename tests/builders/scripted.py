"""A strategy that says what a test wrote down for it. Stands where a real strategy would, with the same protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.indicators import IndicatorKey
from engine.core.state import MakeStrategy
from engine.core.strategy import Strategy, Verdict
from engine.domain.instant import Instant
from engine.domain.market import Bar
from engine.domain.signal import SignalType

Script = Mapping[Instant, SignalType]


class Scripted:
    """Signals at the closes its script names; remembers the bars it saw."""

    needs: tuple[IndicatorKey, ...] = ()
    confirm_us = 0

    def __init__(self, script: Script, *, cooldown_s: int = 0, allow_short: bool = False) -> None:
        self.script = script
        self.cooldown_s = cooldown_s
        self.allow_short = allow_short
        self.seen: list[Bar] = []

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """What the script says at this bar's close."""
        self.seen.append(bar)
        signal = self.script.get(bar.close_at)
        score = {None: 0.0, SignalType.BUY: 80.0, SignalType.SELL: -80.0}[signal]
        return Verdict("signal" if signal else "quiet", score, signal)

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """Nothing to explain."""
        return ("as written",)


def scripted(scripts: Mapping[str, Script], made: list[Scripted] | None = None, **options: Any) -> MakeStrategy:
    """A maker of scripted strategies: a bot's `strategy` names its script. `made` collects them."""

    def make(strategy: str, parameters: Mapping[str, Any]) -> Strategy:
        one = Scripted(scripts.get(strategy, {}), **options)
        if made is not None:
            made.append(one)
        return one

    return make
