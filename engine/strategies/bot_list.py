"""An account's bots as people write them down, the same for `backtest --bots` and `make run BOTS=`. Read by the CLI.

As JSON (or the same in TOML):

    {"cash": 1000000, "charge_schedule": "nse_intraday", "seed": 1, "risk_policy": {"at_risk_max_pct": 15},
     "bots": [{"id": "banks", "strategy": "confluence", "parameters": {"confirm_s": 300}, "symbols": ["SBIN"],
               "timeframe": "1m", "sizing": {"kind": "equity_pct", "value": 5}, "exits": {"stop_pct": 0.5}}]}

All but `bots` is optional; a bot needs `id`, `strategy` and `symbols`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from engine.core.charges import schedule
from engine.domain.account import BotSpec, Exits, RiskPolicy, Sizing, SizingKind
from engine.domain.errors import InvalidValue
from engine.strategies.registry import checked_parameters, make

DEFAULT_CASH = Decimal(1_000_000)
DEFAULT_POLICY = RiskPolicy()


@dataclass(frozen=True, slots=True)
class BotList:
    """What the file says: the account's money, charges, seed and policy, and its bots."""

    bots: tuple[BotSpec, ...]
    cash: Decimal = DEFAULT_CASH
    charge_schedule: str = "nse_intraday"
    seed: int = 1
    risk_policy: RiskPolicy = DEFAULT_POLICY

    def digest(self) -> str:
        """SHA-256 of what it says, whatever its layout and the order of its keys."""
        return sha256(repr(self).encode()).hexdigest()


def parse_bots(said: Any) -> BotList:
    """The file's content as values; raises InvalidValue with the path of the field that is wrong."""
    top = _object("", said, ("bots", "cash", "charge_schedule", "charges", "fees", "seed", "risk_policy", "risk"))
    listed = top.get("bots")
    if not isinstance(listed, list) or not listed:
        raise InvalidValue("bots", "must be a list of at least one bot")
    bots = tuple(parse_bot(item, f"bots[{number}].") for number, item in enumerate(listed))
    names = [bot.bot_id for bot in bots]
    for name in names:
        if names.count(name) > 1:
            raise InvalidValue("bots", f"the id {name!r} is used twice")
    charges = str(_first(top, ("charge_schedule", "charges", "fees"), "nse_intraday"))
    schedule(charges)
    cash = number_of("cash", top.get("cash", DEFAULT_CASH))
    if cash <= 0:
        raise InvalidValue("cash", f"must be above 0, is {cash}")
    seed = top.get("seed", 1)
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise InvalidValue("seed", f"must be a whole number, is {seed!r}")
    policy = parse_policy(_first(top, ("risk_policy", "risk"), {}))
    return BotList(bots, cash, charges, seed, policy)


def parse_bot(said: Any, prefix: str = "") -> BotSpec:
    """One bot; raises InvalidValue, its field after `prefix`. The strategy and its parameters are checked too."""
    known = ("id", "bot_id", "name", "strategy", "parameters", "symbols", "timeframe", "sizing", "exits")
    bot = _object(prefix, said, known)
    try:
        parameters = _object("parameters", bot.get("parameters") or {}, None)
        strategy = _text(bot, "strategy", "")
        symbols = bot.get("symbols")
        if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
            raise InvalidValue("symbols", "must be a list of symbols")
        spec = BotSpec(
            bot_id=_text(bot, "id", _text(bot, "bot_id", "")),
            name=_text(bot, "name", ""),
            strategy=strategy,
            parameters=checked_parameters(strategy, parameters),
            symbols=tuple(symbols),
            timeframe=_text(bot, "timeframe", "1m"),
            sizing=parse_sizing(bot.get("sizing") or {}),
            exits=parse_exits(bot.get("exits") or {}),
        )
        make(spec.strategy, spec.parameters)
    except InvalidValue as error:
        raise InvalidValue(prefix + error.field, error.message) from error
    return spec


def parse_sizing(said: Any) -> Sizing:
    """`{kind, value}`; the default is 5 % of equity."""
    sizing = _object("sizing", said, ("kind", "value"))
    kinds = [kind.value for kind in SizingKind]
    kind = sizing.get("kind", SizingKind.EQUITY_PCT.value)
    if kind not in kinds:
        raise InvalidValue("sizing.kind", f"unknown kind {kind!r}; there are {', '.join(kinds)}")
    return Sizing(SizingKind(kind), number_of("sizing.value", sizing.get("value", 5)))


def parse_exits(said: Any) -> Exits:
    """`{stop_pct, target_pct}`, each absent or null where there is none."""
    exits = _object("exits", said, ("stop_pct", "target_pct"))
    given = {name: number_of(f"exits.{name}", value) for name, value in exits.items() if value is not None}
    return Exits(**given)


def parse_policy(said: Any) -> RiskPolicy:
    """The risk policy's fields that differ from the defaults."""
    policy = _object("risk_policy", said, tuple(field.name for field in fields(RiskPolicy)))
    given: dict[str, Any] = {}
    for name, value in policy.items():
        number = number_of(f"risk_policy.{name}", value)
        if name in ("positions_max", "quote_age_max_s"):
            if number != int(number):
                raise InvalidValue(f"risk_policy.{name}", f"must be a whole number, is {value}")
            given[name] = int(number)
        else:
            given[name] = number
    return RiskPolicy(**given)


def number_of(field: str, value: Any) -> Decimal:
    """A finite number, exactly as written; raises InvalidValue otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise InvalidValue(field, f"must be a number, is {value!r}")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise InvalidValue(field, f"must be a number, is {value!r}") from None
    if not number.is_finite():
        raise InvalidValue(field, f"must be a finite number, is {value!r}")
    return number


def _object(path: str, said: Any, known: Sequence[str] | None) -> Mapping[str, Any]:
    where = path.rstrip(".") or "the file"
    if not isinstance(said, Mapping):
        raise InvalidValue(where, "must be an object of named values")
    for name in said:
        if known is not None and name not in known:
            dotted = f"{path.rstrip('.')}.{name}".lstrip(".")
            raise InvalidValue(dotted, f"there is no such field; there are {', '.join(known)}")
    return said


def _first(said: Mapping[str, Any], names: Sequence[str], default: Any) -> Any:
    return next((said[name] for name in names if name in said), default)


def _text(said: Mapping[str, Any], name: str, default: str) -> str:
    value = said.get(name, default)
    if not isinstance(value, str):
        raise InvalidValue(name, f"must be text, is {value!r}")
    return value
