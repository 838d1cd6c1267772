"""An account's risk policy as a document. Fed by routes/accounts; obeyed by the engine."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import Response

from engine.api.models.bodies import PolicyBody
from engine.api.problems import FieldError, invalid
from engine.api.services import services
from engine.api.writing import write_fields, written
from engine.domain.account import RiskPolicy
from engine.domain.errors import InvalidValue
from engine.ports import Fields, Transaction

_NAMES = tuple(item.name for item in fields(RiskPolicy))


def policy_fields(document: Fields) -> Fields:
    """The limits of a policy document, or the defaults where it has none."""
    defaults = _plain(RiskPolicy())
    return {name: document.get(name, defaults[name]) for name in _NAMES}


def replace_policy(account_id: str, body: PolicyBody) -> Response:
    """200 with the limits as they now stand; a 422 naming the bad one, and the old policy stays."""
    wanted = {name: value for name, value in body.model_dump().items() if value is not None}

    def work(transaction: Transaction) -> Fields:
        standing = transaction.get("risk_policies", account_id)
        policy = _plain(_changed(_read(standing or {}), wanted))
        born = {**write_fields(account_id, transaction), **policy}
        if standing is None:
            transaction.create("risk_policies", account_id, {**born, "sequence": 0})
        else:
            transaction.update("risk_policies", account_id, {**policy, "updated_at": services().deps.clock.now()})
        return {"account_id": account_id, **policy}

    return written(account_id, work)


def _changed(policy: RiskPolicy, wanted: dict[str, Any]) -> RiskPolicy:
    errors = []
    for name, value in wanted.items():
        try:
            policy = replace(policy, **{name: value})
        except InvalidValue as error:
            errors.append(FieldError(error.field.removeprefix("risk_policy."), error.message))
    if errors:
        raise invalid(errors, HTTPStatus.UNPROCESSABLE_ENTITY)
    return policy


def _read(document: Fields) -> RiskPolicy:
    found = policy_fields(document)
    return RiskPolicy(
        notional_max_pct=Decimal(str(found["notional_max_pct"])),
        at_risk_max_pct=Decimal(str(found["at_risk_max_pct"])),
        positions_max=int(found["positions_max"]),
        quote_age_max_s=int(found["quote_age_max_s"]),
        notional_min=Decimal(str(found["notional_min"])),
    )


def _plain(policy: RiskPolicy) -> Fields:
    values = {name: getattr(policy, name) for name in _NAMES}
    return {name: float(value) if isinstance(value, Decimal) else value for name, value in values.items()}
