"""An account and its bots, as configured. Read from bot files and Firestore; given to the core by events."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from engine.domain.canary import Canary
from engine.domain.copy_rules import DEFAULT_COPY_RULES, CopyRules
from engine.domain.errors import InvalidValue
from engine.domain.execution import Execution
from engine.domain.exits import Exits
from engine.domain.fill_terms import DEFAULT_FILLS, FillTerms
from engine.domain.given_number import AMOUNT_MAX
from engine.domain.risk import DEFAULT_POLICY, NO_HARD_LIMITS, HardLimits, RiskPolicy
from engine.domain.sizing import Sizing, require_stop
from engine.domain.timeframe import timeframe_us

_LIVE = "live-"
_BOT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def is_live(account_id: str) -> bool:
    """Whether an account trades real money, by its id."""
    return account_id.startswith(_LIVE)


class Mode(StrEnum):
    """Paper and live never share an account, an id or a number."""

    PAPER = "paper"
    LIVE = "live"


class TradingState(StrEnum):
    """What the account may do: everything, only reduce, nothing new at all."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"


class Desired(StrEnum):
    """What a person wants of a bot."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class BuildingPolicy(StrEnum):
    """How further entries add to a position that is open; core/building.py has the rules."""

    EQUAL_SIZE = "equal_size"
    PYRAMID_UP = "pyramid_up"
    PYRAMID_DOWN = "pyramid_down"
    ADAPTIVE = "adaptive"


@dataclass(frozen=True, slots=True)
class Building:
    """When and how much a bot adds to what it holds. The default adds the base size at every signal, as risk allows.

    tranches_max        entries that may be open at once, the first included; None: as many as risk allows
    step_pct            how far the price must be from the last entry's, %
    factor              each further entry's size is this many times the one before (the pyramids alone)
    notional_max_pct    worth of the whole position after the entry, % of equity; None: as risk allows
    """

    policy: BuildingPolicy = BuildingPolicy.EQUAL_SIZE
    tranches_max: int | None = None
    step_pct: Decimal = Decimal(0)
    factor: Decimal = Decimal("0.5")
    notional_max_pct: Decimal | None = None

    def __post_init__(self) -> None:
        if self.tranches_max is not None and not 1 <= self.tranches_max <= 100:
            raise InvalidValue("building.tranches_max", f"must be 1 to 100, is {self.tranches_max}")
        if not self.step_pct.is_finite() or not 0 <= self.step_pct < 100:
            raise InvalidValue("building.step_pct", f"must be at least 0 and below 100, is {self.step_pct}")
        if not self.factor.is_finite() or not 0 < self.factor <= 2:
            raise InvalidValue("building.factor", f"must be above 0 and at most 2, is {self.factor}")
        most = self.notional_max_pct
        if most is not None and (not most.is_finite() or not 0 < most <= 100):
            raise InvalidValue("building.notional_max_pct", f"must be above 0 and at most 100, is {most}")
        if self.policy is BuildingPolicy.PYRAMID_UP and self.factor > 1:
            raise InvalidValue("building.factor", f"pyramid_up gets smaller: at most 1, is {self.factor}")
        if self.policy is BuildingPolicy.PYRAMID_DOWN:
            self._check_bounds()

    @property
    def always(self) -> bool:
        """Whether nothing but risk bounds what is added: the default."""
        bounded = self.tranches_max is not None or self.notional_max_pct is not None or self.step_pct > 0
        return self.policy is BuildingPolicy.EQUAL_SIZE and not bounded

    def _check_bounds(self) -> None:
        """What buys into a fall must say where it stops."""
        if self.tranches_max is None:
            raise InvalidValue("building.tranches_max", "pyramid_down needs one")
        if self.notional_max_pct is None:
            raise InvalidValue("building.notional_max_pct", "pyramid_down needs one")
        if self.step_pct == 0:
            raise InvalidValue("building.step_pct", "pyramid_down needs one above 0")


class ReduceBy(StrEnum):
    """Which part of a position an exit takes: all entries alike, or the oldest first."""

    AVERAGE = "average"
    FIFO = "fifo"


@dataclass(frozen=True, slots=True)
class BotSpec:
    """One bot: a strategy with its parameters on some symbols. Parameters are checked by the strategy's registry."""

    bot_id: str
    strategy: str
    symbols: tuple[str, ...]
    name: str = ""
    parameters: Mapping[str, float | int | bool | str] = field(default_factory=dict)
    timeframe: str = "1m"
    sizing: Sizing = field(default=Sizing())
    exits: Exits = field(default=Exits())
    building: Building = field(default=Building(), repr=False)  # out of repr: see BotList.digest
    execution: Execution = field(default=Execution(), repr=False)
    canary: Canary = field(default=Canary(), repr=False)  # obeyed on a live account alone

    def __post_init__(self) -> None:
        if not _BOT_ID.fullmatch(self.bot_id):
            raise InvalidValue(
                "id",
                f"{self.bot_id!r}: 1 to 40 letters, digits, hyphens and underscores, starting with a letter or digit",
            )
        if not self.symbols:
            raise InvalidValue("symbols", "at least one symbol is needed")
        if len(set(self.symbols)) != len(self.symbols):
            raise InvalidValue("symbols", "a symbol is named twice")
        timeframe_us(self.timeframe)
        require_stop(self.sizing, self.exits)


@dataclass(frozen=True, slots=True)
class AccountSpec:
    """A person's money at one venue, paper or live, as it starts. A live one's id begins with `live-`, no other does.

    charge_schedule    what its orders pay, by a name of core/charges
    venue_charges      another schedule's name, by the venue of the instrument
    reduce_by          which part of a position an exit takes
    on_difference      how a kind of difference is resolved without asking: adopt, ignore or flatten
    hard_limits        what no risk policy of the account exceeds: the deployment's
    copy_rules         whom its bots may follow: the deployment's
    fills              how its venue fills, where that is simulated
    limits_only        its venue takes no order at the market: what a bot wants there goes at a marketable limit
    rehearses          the account whose bots' signals are tried here (domain/rehearsal); empty for every other account
    """

    account_id: str
    user_id: str
    mode: Mode = Mode.PAPER
    name: str = "Practice"
    market: str = "replay"
    currency: str = "INR"
    cash: Decimal = Decimal(1_000_000)
    charge_schedule: str = "nse_intraday"
    seed: int = 1
    risk_policy: RiskPolicy = DEFAULT_POLICY
    venue_charges: Mapping[str, str] = field(default_factory=dict, hash=False)
    reduce_by: ReduceBy = ReduceBy.AVERAGE
    on_difference: Mapping[str, str] = field(default_factory=dict, hash=False)
    hard_limits: HardLimits = NO_HARD_LIMITS
    fills: FillTerms = DEFAULT_FILLS
    copy_rules: CopyRules = DEFAULT_COPY_RULES
    limits_only: bool = False
    rehearses: str = ""

    def __post_init__(self) -> None:
        if not self.cash.is_finite() or self.cash <= 0:
            raise InvalidValue("cash", f"must be above 0, is {self.cash}")
        if self.cash > AMOUNT_MAX:
            raise InvalidValue("cash", f"must be at most {AMOUNT_MAX:f}, is {self.cash}")
        if self.rehearses and self.mode is Mode.LIVE:
            raise InvalidValue("rehearses", f"{self.account_id!r} is live: a rehearsal is on paper")
        if (self.mode is Mode.LIVE) != is_live(self.account_id):
            raise InvalidValue("account_id", f"{self.account_id!r} is no {self.mode} account's id: {_LIVE} marks live")
