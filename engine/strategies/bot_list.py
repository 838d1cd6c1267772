"""An account's bots as people write them down, the same for `backtest --bots` and `make run BOTS=`. Read by the CLI.

As JSON (or the same in TOML):

    {"cash": 1000000, "charge_schedule": "nse_intraday", "venue_charges": {"COINBASE": "coinbase_taker"},
     "reduce_by": "average", "seed": 1, "risk_policy": {"preset": "balanced", "at_risk_max_pct": 15},
     "fills": {"slippage_bps": 1, "latency_ms": 0, "partial_pct": 0, "unfilled_pct": 0},
     "bots": [{"id": "banks", "strategy": "confluence", "parameters": {"confirm_s": 300}, "symbols": ["SBIN"],
               "timeframe": "1m", "sizing": {"kind": "equity_pct", "value": 5}, "exits": {"stop_pct": 0.5},
               "building": {"policy": "pyramid_up", "tranches_max": 3, "step_pct": 0.5, "factor": 0.5},
               "execution": {"entries": "limit", "offset_bps": 5, "exits": "marketable_limit", "collar_bps": 50}}]}

All but `bots` is optional; a bot needs `id`, `strategy` and `symbols`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any

from engine.core.charges import schedule
from engine.domain.account import BotSpec, Building, ReduceBy
from engine.domain.errors import InvalidValue
from engine.domain.execution import Execution
from engine.domain.fill_terms import DEFAULT_FILLS, FillTerms
from engine.domain.given_number import AMOUNT_MAX, number_of
from engine.domain.risk import DEFAULT_POLICY, RiskPolicy, later_limits
from engine.domain.risk_presets import read_policy
from engine.strategies.bot_settings import (
    object_of,
    parse_building,
    parse_execution,
    parse_exits,
    parse_fills,
    parse_sizing,
    word_of,
)
from engine.strategies.registry import brought, checked_parameters, make

DEFAULT_CASH = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class BotList:
    """What the file says: the account's money, charges, seed and policy, and its bots."""

    bots: tuple[BotSpec, ...]
    cash: Decimal = DEFAULT_CASH
    charge_schedule: str = "nse_intraday"
    seed: int = 1
    risk_policy: RiskPolicy = DEFAULT_POLICY
    venue_charges: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    reduce_by: ReduceBy = field(default=ReduceBy.AVERAGE, repr=False)
    fills: FillTerms = field(default=DEFAULT_FILLS, repr=False)

    def digest(self) -> str:
        """SHA-256 of what it says, whatever its layout and the order of its keys.

        Settings that came later than the first lists count only where they are not the default, so that what was said
        without them keeps its digest, and the account named after it its books.
        """
        later: list[object] = [(bot.bot_id, bot.building) for bot in self.bots if bot.building != Building()]
        later += [(bot.bot_id, bot.execution) for bot in self.bots if bot.execution != Execution()]
        later += [(bot.bot_id, bot.exits.later) for bot in self.bots if bot.exits.later]
        later += [(bot.bot_id, bot.sizing.later) for bot in self.bots if bot.sizing.later]
        later += sorted(self.venue_charges.items())
        later += later_limits(self.risk_policy)
        later += [self.reduce_by] if self.reduce_by is not ReduceBy.AVERAGE else []
        later += [self.fills] if self.fills != DEFAULT_FILLS else []
        return sha256((repr(self) + (repr(later) if later else "")).encode()).hexdigest()


def parse_bots(said: Any, *, lenient: bool = False) -> BotList:
    """The file's content as values; raises InvalidValue with the path of the field that is wrong.

    A `lenient` reader takes a bot whose strategy broke when it was loaded, with the parameters as they are: the engine
    shows its error, and looks after what it holds.
    """
    known = ("bots", "cash", "charge_schedule", "charges", "fees", "venue_charges", "reduce_by", "seed", "risk_policy",
             "risk", "fills")  # fmt: skip
    top = object_of("", said, known)
    listed = top.get("bots")
    if not isinstance(listed, list) or not listed:
        raise InvalidValue("bots", "must be a list of at least one bot")
    bots = tuple(parse_bot(item, f"bots[{number}].", lenient=lenient) for number, item in enumerate(listed))
    names = [bot.bot_id for bot in bots]
    for name in names:
        if names.count(name) > 1:
            raise InvalidValue("bots", f"the id {name!r} is used twice")
    charges = str(_first(top, ("charge_schedule", "charges", "fees"), "nse_intraday"))
    schedule(charges)
    cash = number_of("cash", top.get("cash", DEFAULT_CASH))
    if cash <= 0:
        raise InvalidValue("cash", f"must be above 0, is {cash}")
    if cash > AMOUNT_MAX:
        raise InvalidValue("cash", f"must be at most {AMOUNT_MAX:f}, is {cash}")
    seed = top.get("seed", 1)
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise InvalidValue("seed", f"must be a whole number, is {seed!r}")
    policy = parse_policy(_first(top, ("risk_policy", "risk"), {}))
    venue_charges = _venue_charges(top.get("venue_charges") or {})
    reduce_by = ReduceBy(word_of("reduce_by", top.get("reduce_by", ReduceBy.AVERAGE.value), ReduceBy))
    fills = parse_fills(top.get("fills") or {})
    return BotList(bots, cash, charges, seed, policy, venue_charges, reduce_by, fills)


def parse_bot(said: Any, prefix: str = "", *, lenient: bool = False) -> BotSpec:
    """One bot; raises InvalidValue, its field after `prefix`. The strategy and its parameters are checked too."""
    known = ("id", "bot_id", "name", "strategy", "parameters", "symbols", "timeframe", "sizing", "exits", "building",
             "execution")  # fmt: skip
    bot = object_of(prefix, said, known)
    try:
        parameters = object_of("parameters", bot.get("parameters") or {}, None)
        strategy = _text(bot, "strategy", "")
        broken = lenient and strategy in brought().broken
        symbols = bot.get("symbols")
        if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
            raise InvalidValue("symbols", "must be a list of symbols")
        spec = BotSpec(
            bot_id=_text(bot, "id", _text(bot, "bot_id", "")),
            name=_text(bot, "name", ""),
            strategy=strategy,
            parameters=dict(parameters) if broken else checked_parameters(strategy, parameters),
            symbols=tuple(symbols),
            timeframe=_text(bot, "timeframe", "1m"),
            sizing=parse_sizing(bot.get("sizing") or {}),
            exits=parse_exits(bot.get("exits") or {}),
            building=parse_building(bot.get("building") or {}),
            execution=parse_execution(bot.get("execution") or {}),
        )
        if not broken:
            make(spec.strategy, spec.parameters)
    except InvalidValue as error:
        raise InvalidValue(prefix + error.field, error.message) from error
    return spec


def _venue_charges(said: Any) -> dict[str, str]:
    """Schedules by venue; raises InvalidValue for one that does not exist."""
    named = {str(venue): str(name) for venue, name in object_of("venue_charges", said, None).items()}
    for venue, name in named.items():
        try:
            schedule(name)
        except InvalidValue as error:
            raise InvalidValue(f"venue_charges.{venue}", error.message) from error
    return named


def parse_policy(said: Any) -> RiskPolicy:
    """A preset, if one is named, and the limits that differ from it."""
    return read_policy(object_of("risk_policy", said, None))


def _first(said: Mapping[str, Any], names: Sequence[str], default: Any) -> Any:
    return next((said[name] for name in names if name in said), default)


def _text(said: Mapping[str, Any], name: str, default: str) -> str:
    value = said.get(name, default)
    if not isinstance(value, str):
        raise InvalidValue(name, f"must be text, is {value!r}")
    return value
