"""What a schedule is made of: its account and bots, how long it trades, whether engines follow one another, whether
positions have stops, how tight the limits are. Drawn from the seed; used by world.py.

Most schedules are short. What goes wrong goes wrong around a few orders, and a short history is read to its end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.domain.account import AccountSpec, BotSpec, Building, Mode
from engine.domain.canary import Canary
from engine.domain.exits import Exits
from engine.domain.instant import MINUTE, SECOND, Instant, instant_of
from engine.domain.risk import RiskPolicy
from engine.domain.sizing import Sizing, SizingKind
from engine.proof.chance import Chance
from engine.proof.market import SYMBOLS
from engine.proof.occasions import BEGINS
from engine.proof.trims import Trims

CASH = Decimal(10_000_000)
LOOSE = RiskPolicy(notional_max_pct=Decimal(100), at_risk_max_pct=Decimal(100), quote_age_max_s=86_400)
# 20 shares at about 500 are 0.1 % of the cash: room for two entries, not for four.
TIGHT = RiskPolicy(
    notional_max_pct=Decimal("0.15"), at_risk_max_pct=Decimal("0.25"), leverage_max=Decimal("0.0025"),
    quote_age_max_s=86_400,
)  # fmt: skip
STOPS = Exits(stop_pct=Decimal("0.4"))


@dataclass(frozen=True, slots=True)
class Shape:
    """One schedule's. `closes`: so many minutes at whose end bots may give signals. `successors`: how many engines may
    come while another has the account. `stops`: positions have a stop that rests at the venue. `tight`: limits bind.
    `starved`: how often a step is one in which nothing has time for anything. Faults are on from `faults_from`, which
    may be before the first start or about the first signals, until `calm_at`.
    """

    account: AccountSpec
    bots: tuple[BotSpec, ...]
    closes: int
    successors: int
    stops: bool
    tight: bool
    starved: float
    faults_from: Instant
    calm_at: Instant

    @property
    def live(self) -> bool:
        """Whether the account is a live one, which a person has armed."""
        return self.account.mode is Mode.LIVE

    def trimmed(self, trims: Trims) -> Shape:
        """The same with what a shorter story does without left out."""
        bots = self.bots[:1] if trims.one_bot else self.bots
        if trims.one_symbol:
            bots = tuple(replace(bot, symbols=bot.symbols[:1]) for bot in bots)
        return replace(self, bots=bots, successors=0 if trims.no_successors else self.successors)


def shape_of(chance: Chance) -> Shape:
    """The shape that a seed begins with."""
    live, stops, tight = chance.happens(0.5), chance.happens(0.35), chance.happens(0.25)
    successors = chance.pick((0, 0, 1, 2)) if live else chance.pick((0, 0, 0, 1))
    account = AccountSpec(
        "live-proof" if live else "paper-proof",
        "ann",
        Mode.LIVE if live else Mode.PAPER,
        market="angelone",
        cash=CASH,
        risk_policy=TIGHT if tight else LOOSE,
        name="Proof",
    )
    names = ("alpha", "beta")[: chance.pick((1, 1, 1, 2))]
    symbols = SYMBOLS[: chance.pick((1, 1, 2))]
    bots = tuple(
        BotSpec(
            name,
            "told",
            symbols,
            sizing=Sizing(SizingKind.QUANTITY, Decimal(20)),
            exits=STOPS if stops else Exits(),
            building=Building(tranches_max=1) if successors else Building(),
            canary=Canary(trades=0),
        )
        for name in names
    )
    closes = chance.pick((1, 1, 1, 1, 1, 2, 3))
    last_close_at = instant_of(BEGINS) + closes * MINUTE
    return Shape(
        account,
        bots,
        closes,
        successors,
        stops,
        tight,
        starved=chance.pick((0.0, 0.0, 0.02) if live else (0.0, 0.02, 0.4)),
        faults_from=instant_of(BEGINS) + round(chance.pick((0.0, 59.0, 61.0, 62.0, 63.0, 64.0)) * SECOND),
        calm_at=last_close_at + round(chance.between(6, 30) * SECOND),
    )
