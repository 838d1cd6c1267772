"""The text of a new strategy and of its test, for `lockstep strategy new`. It works as it is, and says what for.

Filled in by `text_of_strategy` and `text_of_test`; nothing here is run.
"""

from __future__ import annotations

STRATEGY = '''"""Buys when a fast average rises above a slow one, sells when it falls back below. Long only.

BUY    at the close at which EMA(fast) is above EMA(slow) by at least `gap` average true ranges, once a crossing
SELL   at the close at which EMA(fast) is below EMA(slow) again
score  = 60 x (EMA(fast) - EMA(slow)) / (gap x ATR), at most 100 in size
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Verdict
from engine.domain.errors import InvalidValue
from engine.domain.market import Bar
from engine.domain.signal import SignalType
from engine.strategies.parameters import check_bounds, cooldown, number


@dataclass(frozen=True, slots=True)
class Parameters:
    """What can be set: a default, the least, the most, and what it means. `--set fast=8` and the bot form read this."""

    fast: int = number(12, 2, 200, "bars", means="of the fast average")
    slow: int = number(26, 3, 400, "bars", means="of the slow average; more than fast")
    gap: float = number(0.25, 0.01, 5, means="how many average true ranges apart they must be for a BUY")
    cooldown_s: int = cooldown(900)

    def __post_init__(self) -> None:
        check_bounds(self)
        if self.fast >= self.slow:
            raise InvalidValue("parameters.fast", f"must be less than slow ({self.slow}), is {self.fast}")


# Named sets of parameters, for `--set preset=patient`. "balanced", the defaults, is there without being named.
PRESETS = {"patient": Parameters(fast=20, slow=60, gap=0.5, cooldown_s=1_800)}


class @CLASS@:
    """One symbol's crossing averages. There is one of these a bot and symbol: keep what you remember in `self`."""

    # True would let SELL open a short position; confirm_us is shown as a countdown by strategies that confirm first.
    allow_short = False
    confirm_us = 0

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        # The indicators you read, by kind and parameters. docs/STRATEGIES.md, Indicators, has them all.
        self._fast: IndicatorKey = ("ema", parameters.fast)
        self._slow: IndicatorKey = ("ema", parameters.slow)
        self._atr: IndicatorKey = ("atr", 14)
        self.needs = (self._fast, self._slow, self._atr)
        self._bought = False

    @property
    def cooldown_s(self) -> int:
        """No entry so many seconds after the bot's last fill on the symbol."""
        return self._parameters.cooldown_s

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """Judge a closed bar. Asked once a bar, in order; `values` are the indicators at its close, None until warm.

        A bar has open_at and close_at (microseconds, UTC), open, high, low, close (whole paise) and volume. That and
        `values` is all there is: no clock, no account, no other symbol.
        """
        fast, slow, atr = values[self._fast], values[self._slow], values[self._atr]
        if fast is None or slow is None or not atr:
            return Verdict("warming")
        apart = (fast - slow) / atr
        score = round(max(-100.0, min(100.0, 60.0 * apart / self._parameters.gap)), 6)
        signal = None
        if not self._bought and apart >= self._parameters.gap:
            self._bought, signal = True, SignalType.BUY
        elif self._bought and apart < 0:
            self._bought, signal = False, SignalType.SELL
        # `inputs` are written down with the decision, and come back in explain.
        inputs = {"fast": fast, "slow": slow, "apart": apart}
        return Verdict("signal" if signal else "quiet", score, signal, inputs=inputs)

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """Why, in sentences with numbers: shown beside the signal."""
        if verdict.score is None:
            return ("Too few bars yet for the averages",)
        given, inputs = self._parameters, verdict.inputs
        return (
            f"EMA {given.fast} is {inputs['fast']:.2f}, EMA {given.slow} is {inputs['slow']:.2f}",
            f"{inputs['apart']:+.2f} average true ranges apart, a BUY needs {given.gap:g}",
        )
'''

TEST = '''"""What @NAME@ must do. From the project's folder: .venv/bin/python -m pytest @FOLDER@"""

from __future__ import annotations

from pathlib import Path

from engine.research.hand_made import signals_on
from engine.research.strategy_check import check_strategy

FILE = Path(__file__).with_name("@NAME@.py")
FLAT, RISING, FALLING = [100.0] * 40, [100.0 + n for n in range(40)], [139.0 - n for n in range(60)]


def test_it_buys_a_rise_and_sells_the_fall_after_it() -> None:
    assert [kind for _, kind in signals_on(FILE, FLAT + RISING + FALLING)] == ["BUY", "SELL"]


def test_it_leaves_a_market_alone_that_goes_nowhere() -> None:
    assert signals_on(FILE, FLAT * 3) == []


def test_it_needs_more_of_a_rise_where_the_gap_is_wider() -> None:
    (near, _), (far, _) = (signals_on(FILE, FLAT + RISING, gap=gap)[0] for gap in (0.1, 2.0))
    assert near < far


def test_it_decides_by_its_bars_alone() -> None:
    checked = check_strategy(str(FILE), {})
    assert checked.findings == ()
    assert checked.signals > 0, "on the two generated days it says nothing at all"
'''


def text_of_strategy(name: str) -> str:
    """A new strategy's file; its class is named after it."""
    return STRATEGY.replace("@CLASS@", "".join(part.capitalize() for part in name.split("_")))


def text_of_test(name: str, folder: str) -> str:
    """The test beside it; `folder` as a person would type it."""
    return TEST.replace("@NAME@", name).replace("@FOLDER@", folder)
