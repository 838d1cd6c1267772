"""A bot as a person filled it in, checked whole: every field that is wrong is named, not the first alone. Fed by the
bots routes with a form, the market's instruments and the strategy registry; gives them the document's fields.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from engine.api.models.bodies import (
    BotBody,
    BotChangeBody,
    BuildingBody,
    CanaryBody,
    ExecutionBody,
    ExitsBody,
    PromoteBody,
    SizingBody,
)
from engine.api.problems import FieldError, invalid
from engine.domain.account import BotSpec, Building
from engine.domain.canary import Canary
from engine.domain.errors import InvalidValue
from engine.domain.execution import Execution
from engine.domain.exits import Exits
from engine.domain.sizing import ByTemperature, Sizing, require_stop
from engine.ports import Fields
from engine.strategies import registry

T = TypeVar("T")

SLUG_MAX = 33  # and a hyphen and 6 characters make the 40 of a bot's id
NAMED_MAX = 10  # symbols named in a message


@dataclass(frozen=True, slots=True)
class BotForm:
    """Everything of a bot that a person decides but what is desired of it."""

    bot_id: str
    name: str
    strategy: str
    parameters: dict[str, Any]
    symbols: tuple[str, ...]
    timeframe: str
    sizing: SizingBody
    exits: ExitsBody
    building: BuildingBody
    execution: ExecutionBody
    canary: CanaryBody


def new_form(body: BotBody, account_id: str, salt: str) -> BotForm:
    """The form of a new bot. Without an id it gets one from its name and `salt`, which tells creations apart."""
    name = body.name or body.id or f"{body.strategy} {', '.join(body.symbols[:3])}"
    return BotForm(
        bot_id=body.id if body.id is not None else _made_id(name, account_id, salt),
        name=name[:80],
        strategy=body.strategy,
        parameters=body.parameters,
        symbols=tuple(body.symbols),
        timeframe=body.timeframe,
        sizing=body.sizing,
        exits=body.exits,
        building=body.building,
        execution=body.execution,
        canary=body.canary,
    )


def changed_form(bot: Fields, body: BotChangeBody) -> BotForm:
    """The form of a bot as it would be after a change; `bot` is its document."""
    return BotForm(
        bot_id=bot["id"],
        name=body.name or bot["name"],
        strategy=body.strategy or bot["strategy"],
        parameters=bot["parameters"] if body.parameters is None else body.parameters,
        symbols=tuple(bot["symbols"] if body.symbols is None else body.symbols),
        timeframe=body.timeframe or bot["timeframe"],
        sizing=body.sizing or SizingBody.model_validate(bot["sizing"]),
        exits=body.exits or ExitsBody.model_validate(bot["exits"]),
        building=body.building or BuildingBody.model_validate(bot.get("building") or {}),
        execution=body.execution or ExecutionBody.model_validate(bot.get("execution") or {}),
        canary=body.canary or CanaryBody.model_validate(bot.get("canary") or {}),
    )


def promoted_form(bot: Fields, body: PromoteBody, account_id: str, salt: str) -> BotForm:
    """The form of a bot that does on another account what this one does; `bot` is its document."""
    name = body.name or bot["name"]
    bot_id = body.id if body.id is not None else _made_id(name, account_id, salt)
    return replace(changed_form(bot, BotChangeBody.model_validate({})), bot_id=bot_id, name=name)


def checked_fields(form: BotForm, instruments: Sequence[Fields] | None) -> Fields:
    """The document's fields of a sound form. Raises a 400 that names every field that is not.

    `instruments` are those of the account's market; None where the symbols were checked before.
    """
    errors: list[FieldError] = []
    sizing = _tried(errors, lambda: _sizing(form.sizing))
    exits = _tried(errors, lambda: Exits(**_set(form.exits)))
    building = _tried(errors, lambda: Building(**dict(form.building)))
    execution = _tried(errors, lambda: Execution(**dict(form.execution)))
    if sizing is not None and exits is not None:
        _tried(errors, lambda: require_stop(sizing, exits))
    canary = _tried(errors, lambda: Canary(**{**dict(form.canary), "symbols": tuple(form.canary.symbols)}))
    _tried(errors, lambda: registry.make(form.strategy, form.parameters))
    _tried(errors, lambda: BotSpec(form.bot_id, form.strategy, form.symbols, form.name, timeframe=form.timeframe))
    errors += [] if instruments is None else _unknown_symbols(form.symbols, instruments)
    if errors or sizing is None or exits is None or building is None or execution is None or canary is None:
        raise invalid(errors)
    return {
        "name": form.name,
        "strategy": form.strategy,
        "parameters": registry.without_preset(form.strategy, form.parameters),
        "symbols": list(form.symbols),
        "timeframe": form.timeframe,
        "sizing": sizing.plain(),
        "exits": {
            "stop_pct": _float(exits.stop_pct),
            "target_pct": _float(exits.target_pct),
            "trail_pct": _float(exits.trail_pct),
            "break_even_at_pct": _float(exits.break_even_at_pct),
            "break_even_plus_bps": float(exits.break_even_plus_bps),
            "time_exit_s": exits.time_exit_s,
        },
        "building": {
            "policy": building.policy.value,
            "tranches_max": building.tranches_max,
            "step_pct": float(building.step_pct),
            "factor": float(building.factor),
            "notional_max_pct": _float(building.notional_max_pct),
        },
        "execution": {
            "entries": execution.entries.value,
            "exits": execution.exits.value,
            "offset_bps": float(execution.offset_bps),
            "collar_bps": float(execution.collar_bps),
            "replace_after_s": execution.replace_after_s,
            "replacements_max": execution.replacements_max,
        },
        "canary": {
            "notional_max": _float(canary.notional_max),
            "leverage_max": float(canary.leverage_max),
            "symbols": list(canary.symbols),
            "trades": canary.trades,
        },
    }


def _sizing(body: SizingBody) -> Sizing:
    scale = None if body.by_temperature is None else ByTemperature(**dict(body.by_temperature))
    return Sizing(body.kind, body.value, body.atr_period, body.slippage_bps, scale)


def _set(exits: ExitsBody) -> dict[str, Any]:
    return {name: value for name, value in dict(exits).items() if value is not None}


def _tried(errors: list[FieldError], make: Callable[[], T]) -> T | None:
    try:
        return make()
    except InvalidValue as error:
        errors.append(FieldError(error.field, error.message))
        return None


def _unknown_symbols(symbols: Sequence[str], instruments: Sequence[Fields]) -> list[FieldError]:
    known = sorted(str(instrument["symbol"]) for instrument in instruments)
    return [
        FieldError(f"symbols[{place}]", f"unknown symbol {symbol!r}; {_what_exists(symbol, known)}")
        for place, symbol in enumerate(symbols)
        if symbol not in known
    ]


def _what_exists(symbol: str, known: list[str]) -> str:
    if len(known) <= NAMED_MAX:
        return f"this account's market carries {', '.join(known)}"
    near = difflib.get_close_matches(symbol.upper(), known, n=3)
    hint = f", such as {', '.join(near)}" if near else ""
    return f"this account's market carries {len(known)} others{hint}"


def _made_id(name: str, account_id: str, salt: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:SLUG_MAX].strip("-") or "bot"
    digest = hashlib.sha256(f"{account_id}\x1f{name}\x1f{salt}".encode()).hexdigest()
    return f"{slug}-{digest[:6]}"


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
