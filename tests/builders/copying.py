"""A leader that does what a test wrote down, and followers of it, in one account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.core.state import MakeStrategy
from engine.core.strategy import Strategy
from engine.domain.account import BotSpec
from engine.domain.instant import SECOND, Instant
from engine.domain.market import Tick
from engine.domain.signal import SignalType
from engine.strategies.copy import Copy, Parameters
from engine.strategies.registry import checked_parameters
from tests.builders.market import tick
from tests.builders.paper import bot
from tests.builders.scripted import Script, Scripted
from tests.builders.times import at

BUY, SELL = SignalType.BUY, SignalType.SELL
COPY = "copy"


def copying(scripts: Mapping[str, Script], *, allow_short: bool = False) -> MakeStrategy:
    """A maker of the real `copy`, and of scripted strategies for every other name."""

    def make(strategy: str, parameters: Mapping[str, Any]) -> Strategy:
        if strategy == COPY:
            return Copy(Parameters(**checked_parameters(COPY, parameters)))
        return Scripted(scripts.get(strategy, {}), allow_short=allow_short)

    return make


def script(**closes: SignalType) -> dict[Instant, SignalType]:
    """Signals by time of day, written `at_0930`."""
    return {at(f"{name[3:5]}:{name[5:7]}"): signal for name, signal in closes.items()}


def leader(bot_id: str = "leader", quantity: int = 100, symbols: Sequence[str] = ("ACME",), **more: Any) -> BotSpec:
    """A bot that does what the script of its name says."""
    return bot(bot_id, symbols, strategy=bot_id, quantity=quantity, **more)


def follower(bot_id: str = "follower", symbols: Sequence[str] = ("ACME",), **parameters: Any) -> BotSpec:
    """A bot that copies `leader`, unless told another."""
    return bot(bot_id, symbols, strategy=COPY, **{"leader": "leader", **parameters})


def minute(clock: str, price: float = 500, symbol: str = "ACME") -> tuple[Tick, ...]:
    """A tick that makes the bar that closes then, and three after it: the leader's fill, the follower's, and rest."""
    return tuple(tick(at(clock) + offset * SECOND, price, symbol) for offset in (-5, 0, 1, 2))
