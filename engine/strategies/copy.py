"""Copy: do what a leader does, another bot or a whole account. Bars decide nothing here; core/copying does the work.

    fills      quantity = scale x what the leader added x own equity / leader's equity; a part left for a part left
    signals    entry = scale x the bot's own sizing; closed by a signal of the leader's the other way

No entry on what is older than max_delay_s, at a price beyond the risk policy's slippage, or from a leader that trades
too often (it waits for a person then) or is gone. Exits are followed however late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Verdict
from engine.domain.copying import CopyTerms, Follow, LeaderName, WhenGone
from engine.domain.market import Bar
from engine.strategies.parameters import DAY_S, check_bounds, choice, cooldown, flag, number, text

FOLLOWING = "following"


@dataclass(frozen=True, slots=True)
class Parameters:
    """`leader` is `bot`, `account/bot`, `account/*` or `*`: all bots of the account that follow nobody."""

    leader: str = text("*", means="whom it follows: a bot, account/bot, account/* or * for the whole account")
    follow: str = choice("fills", "fills", "signals", means="what the leader trades, or what its strategy says")
    scale: float = number(1.0, 0.01, 10, "times", means="how much of it")
    max_delay_s: int = number(30, 1, 3_600, "seconds", means="no entry on what is older")
    max_per_minute: int = number(10, 1, 1_000, means="entries of the leader within a minute, beyond which it waits")
    max_per_day: int = number(200, 1, 100_000, means="entries of the leader within a day, beyond which it waits")
    leader_silent_s: int = number(180, 30, DAY_S, "seconds", means="a leader's engine silent for longer is gone")
    when_gone: str = choice("keep", "keep", "close", means="what becomes of copied positions when the leader is gone")
    close_after_s: int = number(900, 0, DAY_S, "seconds", means="how long it is gone before they are closed")
    cooldown_s: int = cooldown(0)
    allow_short: bool = flag(False, "whether SELL may open a position")

    def __post_init__(self) -> None:
        check_bounds(self)
        LeaderName.read(self.leader)


PRESETS = {
    "conservative": Parameters(scale=0.5, max_delay_s=10, max_per_minute=3, when_gone="close"),
    "balanced": Parameters(),
    "aggressive": Parameters(scale=2.0, max_delay_s=120, max_per_minute=30),
}


class Copy:
    """One symbol of a follower. It has nothing to say of a bar."""

    __slots__ = ("_parameters",)

    needs: tuple[IndicatorKey, ...] = ()
    confirm_us = 0

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters

    @property
    def cooldown_s(self) -> int:
        return self._parameters.cooldown_s

    @property
    def allow_short(self) -> bool:
        return self._parameters.allow_short

    @property
    def terms(self) -> CopyTerms:
        """What core/copying goes by."""
        given = self._parameters
        return CopyTerms(
            leader=LeaderName.read(given.leader),
            follow=Follow(given.follow),
            scale=Decimal(repr(given.scale)),
            max_delay_s=given.max_delay_s,
            max_per_minute=given.max_per_minute,
            max_per_day=given.max_per_day,
            leader_silent_s=given.leader_silent_s,
            when_gone=WhenGone(given.when_gone),
            close_after_s=given.close_after_s,
        )

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        """Bars decide nothing."""
        return Verdict(FOLLOWING)

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        """A follower's signals name the leader's fact instead."""
        return (f"Follows {LeaderName.read(self._parameters.leader).words()}",)
