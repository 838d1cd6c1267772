"""Bots, policies and commands as the API writes them, read; and a bot's document as the service first makes it.

Used by the control plane. The engine's own fields of a bot are in documents.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from engine.adapters.firestore.kinds import decimal_of
from engine.domain.account import (
    AccountSpec,
    BotSpec,
    Building,
    BuildingPolicy,
    Desired,
    Exits,
    RiskPolicy,
    Sizing,
    SizingKind,
)
from engine.domain.errors import InvalidValue
from engine.domain.events import CommandReceived
from engine.domain.execution import EntryStyle, Execution, ExitStyle
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
        "sizing": {"kind": spec.sizing.kind.value, "value": float(spec.sizing.value)},
        "exits": {"stop_pct": _number(spec.exits.stop_pct), "target_pct": _number(spec.exits.target_pct)},
        "building": building_fields(spec.building),
        "execution": execution_fields(spec.execution),
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
            sizing=Sizing(SizingKind(fields["sizing"]["kind"]), _decimal(fields["sizing"]["value"])),
            exits=_exits(fields.get("exits") or {}),
            building=_building(fields.get("building") or {}),
            execution=_execution(fields.get("execution") or {}),
        )
        desired = Desired(fields["desired"])
        return BotDocument(spec, desired, int(fields["generation"]), bool(fields.get("deleted", False)))
    except InvalidValue:
        raise
    except KeyError as error:
        raise InvalidValue(str(error.args[0]), "is missing") from error
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise InvalidValue("bot", f"can't be read: {error}") from error


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


def policy_fields(policy: RiskPolicy) -> Fields:
    """A risk policy's own fields."""
    return {
        "notional_max_pct": float(policy.notional_max_pct),
        "at_risk_max_pct": float(policy.at_risk_max_pct),
        "positions_max": policy.positions_max,
        "quote_age_max_s": policy.quote_age_max_s,
        "notional_min": float(policy.notional_min),
    }


def read_policy(fields: Mapping[str, Any]) -> RiskPolicy:
    """A risk policy from its document; what it leaves out is as it is by default. Raises InvalidValue."""
    default = RiskPolicy()
    try:
        return RiskPolicy(
            notional_max_pct=_decimal(fields.get("notional_max_pct", default.notional_max_pct)),
            at_risk_max_pct=_decimal(fields.get("at_risk_max_pct", default.at_risk_max_pct)),
            positions_max=int(fields.get("positions_max", default.positions_max)),
            quote_age_max_s=int(fields.get("quote_age_max_s", default.quote_age_max_s)),
            notional_min=_decimal(fields.get("notional_min", default.notional_min)),
        )
    except InvalidValue:
        raise
    except (TypeError, ValueError, ArithmeticError) as error:
        raise InvalidValue("risk_policy", f"can't be read: {error}") from error


def read_command(fields: Mapping[str, Any]) -> CommandReceived:
    """A command from its document (its id under `id`). Raises InvalidValue naming the field that can't be read."""
    try:
        arguments = {str(name): str(value) for name, value in (fields.get("arguments") or {}).items()}
        return CommandReceived(fields["id"], fields["kind"], arguments)
    except KeyError as error:
        raise InvalidValue(str(error.args[0]), "is missing") from error
    except AttributeError as error:
        raise InvalidValue("arguments", "must be a map") from error


def _exits(fields: Mapping[str, Any]) -> Exits:
    stop, target = fields.get("stop_pct"), fields.get("target_pct")
    return Exits(None if stop is None else _decimal(stop), None if target is None else _decimal(target))


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


def _decimal(value: float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else decimal_of(value)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
