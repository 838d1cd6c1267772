"""A signal that no strategy gave, taken all the way a strategy's would go: sizing, risk, order. Called by engine.py.

Only a rehearsal takes one. Anywhere else it breaks an invariant: the account halts, and nothing was decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.core.decide import act_on_signal
from engine.core.indicators import IndicatorKey
from engine.core.state import State
from engine.core.strategy import Verdict
from engine.domain.errors import InvalidValue, InvariantBroken
from engine.domain.events import SignalSimulated
from engine.domain.market import Bar
from engine.domain.signal import SignalType

SCORE = 100.0  # as sure as a signal can be: a sizing by temperature makes its largest entry
_REASON = "Simulated: a person asked for it. Nothing of it counts."


class ByHand:
    """The strategy of a rehearsed bot: quiet at every bar. What else it is asked is as the real one's."""

    needs: tuple[IndicatorKey, ...] = ()
    confirm_us = 0

    def __init__(self, *, allow_short: bool, cooldown_s: int) -> None:
        self.allow_short = allow_short
        self.cooldown_s = cooldown_s

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """See Strategy."""
        return Verdict("quiet", 0.0)

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """See Decider."""
        return (_REASON,)


def on_signal_simulated(state: State, event: SignalSimulated) -> None:
    """Act on it at the last price. Its bar is no bar: opened and closed at the instant of now.

    Raises InvalidValue where there is no such bot or price.
    """
    if not state.account.rehearses:
        raise InvariantBroken(f"a simulated signal came to {state.account.account_id}, which is no rehearsal")
    bot, tape = state.bots.get(event.bot_id), state.tapes.get(event.symbol)
    stance = None if bot is None else bot.stances.get(event.symbol)
    if bot is None or stance is None or tape is None:
        raise InvalidValue("symbol", f"{event.bot_id} does not trade {event.symbol}")
    if tape.last_price <= 0:
        raise InvalidValue("symbol", f"{event.symbol} has no price yet")
    at, price = state.reach_now(), tape.last_price
    score = SCORE if event.type is SignalType.BUY else -SCORE
    stance.verdict = Verdict("signal", score, event.type)
    bar = Bar(event.symbol, bot.spec.timeframe, at, at, price, price, price, price, 0.0)
    act_on_signal(state, bot, bar, stance.verdict, event.signal_id)


HANDLERS: dict[type, Callable[[State, Any], None]] = {SignalSimulated: on_signal_simulated}
