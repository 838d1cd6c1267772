"""Bots and commands as the API writes them, read; and a bot's document as the service first makes it.

Used by the control plane. The engine's own fields of a bot are in documents.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.adapters.firestore.kinds import decimal_of
from engine.domain.account import AccountSpec, BotSpec, Building, BuildingPolicy, Desired
from engine.domain.canary import Canary
from engine.domain.errors import InvalidValue
from engine.domain.events import CommandReceived
from engine.domain.execution import EntryStyle, Execution, ExitStyle
from engine.domain.exits import Exits
from engine.domain.sizing import ByTemperature, Sizing, SizingKind
from engine.ports import BotDocument, Fields


def new_bot(account: AccountSpec, spec: BotSpec, now: datetime) -> Fields:
    """The document of a bot that the service brings with it, wanted running. `now` is wall time."""
    return {
        "user_id": account.user_id,
        "account_id": account.account_id,
        "mode": account.mode.value,
        "name": spec.name or spec.bot_id,
        "strategy": spec.strategy,
        "parameters": dict(spec.parameters),
        "symbols": list(spec.symbols),
        "timeframe": spec.timeframe,
        "sizing": spec.sizing.plain(),
        "exits": exits_fields(spec.exits),
        "building": building_fields(spec.building),
        "execution": execution_fields(spec.execution),
        "canary": canary_fields(spec.canary),
        "desired": Desired.RUNNING.value,
        "generation": 1,
        "created_at": now,
        "deleted": False,
    }


def read_bot(fields: Mapping[str, Any]) -> BotDocument:
    """A bot from its document (its id under `id`). Raises InvalidValue naming the field that can't be read."""
    try:
        spec = BotSpec(
            bot_id=fields["id"],
            strategy=fields["strategy"],
            symbols=tuple(fields["symbols"]),
            name=fields.get("name", ""),
            parameters=dict(fields.get("parameters") or {}),
            timeframe=fields["timeframe"],
            sizing=_sizing(fields["sizing"]),
            exits=_exits(fields.get("exits") or {}),
            building=_building(fields.get("building") or {}),
            execution=_execution(fields.get("execution") or {}),
            canary=_canary(fields.get("canary") or {}),
        )
        desired = Desired(fields["desired"])
        return BotDocument(spec, desired, int(fields["generation"]), bool(fields.get("deleted", False)))
    except InvalidValue:
        raise
    except KeyError as error:
        raise InvalidValue(str(error.args[0]), "is missing") from error
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise InvalidValue("bot", f"can't be read: {error}") from error


def exits_fields(exits: Exits) -> Fields:
    """How a bot leaves its positions, in its document."""
    return {
        "stop_pct": _number(exits.stop_pct),
        "target_pct": _number(exits.target_pct),
        "trail_pct": _number(exits.trail_pct),
        "break_even_at_pct": _number(exits.break_even_at_pct),
        "break_even_plus_bps": float(exits.break_even_plus_bps),
        "time_exit_s": exits.time_exit_s,
    }


def building_fields(building: Building) -> Fields:
    """How a bot adds to its positions, in its document."""
    return {
        "policy": building.policy.value,
        "tranches_max": building.tranches_max,
        "step_pct": float(building.step_pct),
        "factor": float(building.factor),
        "notional_max_pct": _number(building.notional_max_pct),
    }


def execution_fields(execution: Execution) -> Fields:
    """How a bot's orders go to the venue, in its document."""
    return {
        "entries": execution.entries.value,
        "exits": execution.exits.value,
        "offset_bps": float(execution.offset_bps),
        "collar_bps": float(execution.collar_bps),
        "replace_after_s": execution.replace_after_s,
        "replacements_max": execution.replacements_max,
    }


def canary_fields(canary: Canary) -> Fields:
    """The caps of a bot that is new on a live account, in its document."""
    return {
        "notional_max": _number(canary.notional_max),
        "leverage_max": float(canary.leverage_max),
        "symbols": list(canary.symbols),
        "trades": canary.trades,
    }


def read_command(fields: Mapping[str, Any]) -> CommandReceived:
    """A command from its document (its id under `id`). Raises InvalidValue naming the field that can't be read."""
    try:
        arguments = {str(name): str(value) for name, value in (fields.get("arguments") or {}).items()}
        return CommandReceived(fields["id"], fields["kind"], arguments)
    except KeyError as error:
        raise InvalidValue(str(error.args[0]), "is missing") from error
    except AttributeError as error:
        raise InvalidValue("arguments", "must be a map") from error


def _sizing(fields: Mapping[str, Any]) -> Sizing:
    scale, default = fields.get("by_temperature"), Sizing()
    return Sizing(
        kind=SizingKind(fields["kind"]),
        value=_decimal(fields["value"]),
        atr_period=int(fields.get("atr_period", default.atr_period)),
        slippage_bps=_decimal(fields.get("slippage_bps", default.slippage_bps)),
        by_temperature=None if scale is None else ByTemperature(**{name: _decimal(scale[name]) for name in scale}),
    )


def _exits(fields: Mapping[str, Any]) -> Exits:
    """What the document leaves out is not set."""
    names = ("stop_pct", "target_pct", "trail_pct", "break_even_at_pct", "break_even_plus_bps")
    given = {name: _decimal(fields[name]) for name in names if fields.get(name) is not None}
    time_exit_s = fields.get("time_exit_s")
    return Exits(**given, time_exit_s=None if time_exit_s is None else int(time_exit_s))


def _building(fields: Mapping[str, Any]) -> Building:
    """What the document leaves out is as it is by default."""
    default = Building()
    tranches_max, notional_max = fields.get("tranches_max"), fields.get("notional_max_pct")
    return Building(
        policy=BuildingPolicy(fields.get("policy", default.policy.value)),
        tranches_max=None if tranches_max is None else int(tranches_max),
        step_pct=_decimal(fields.get("step_pct", default.step_pct)),
        factor=_decimal(fields.get("factor", default.factor)),
        notional_max_pct=None if notional_max is None else _decimal(notional_max),
    )


def _execution(fields: Mapping[str, Any]) -> Execution:
    """What the document leaves out is as it is by default."""
    default = Execution()
    return Execution(
        entries=EntryStyle(fields.get("entries", default.entries.value)),
        exits=ExitStyle(fields.get("exits", default.exits.value)),
        offset_bps=_decimal(fields.get("offset_bps", default.offset_bps)),
        collar_bps=_decimal(fields.get("collar_bps", default.collar_bps)),
        replace_after_s=int(fields.get("replace_after_s", default.replace_after_s)),
        replacements_max=int(fields.get("replacements_max", default.replacements_max)),
    )


def _canary(fields: Mapping[str, Any]) -> Canary:
    """What the document leaves out is as it is by default."""
    default = Canary()
    most = fields.get("notional_max")
    return Canary(
        notional_max=None if most is None else _decimal(most),
        leverage_max=_decimal(fields.get("leverage_max", default.leverage_max)),
        symbols=tuple(fields.get("symbols", default.symbols)),
        trades=int(fields.get("trades", default.trades)),
    )


def _decimal(value: float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else decimal_of(value)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
