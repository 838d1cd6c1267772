"""An account's risk policy as a document. Fed by routes/accounts; obeyed by the engine."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response

from engine.api.models.risk import PolicyBody
from engine.api.problems import FieldError, invalid
from engine.api.services import services
from engine.api.writing import write_fields, written
from engine.core.risk.policy_change import change
from engine.domain.errors import InvalidValue
from engine.domain.risk import DEFAULT_POLICY, RiskPolicy, plain_policy
from engine.domain.risk_limits import BY_NAME
from engine.domain.risk_presets import policy_kept, try_policy
from engine.ports import Fields, Transaction

_SIZES = frozenset({"notional_max_pct", "notional_min", "preset"})


def policy_answer(account_id: str, document: Fields, account: Fields) -> Fields:
    """What a policy document says, what of it is in force, and what waits: `account` is the account's document."""
    wanted = services().deps.hard_limits.obeyed(policy_kept(document, DEFAULT_POLICY))
    return _answer(account_id, wanted, account)


def replace_policy(account_id: str, body: PolicyBody) -> Response:
    """200 with the limits as they now stand; a 422 naming the bad one, and the old policy stays."""
    said = body.model_dump(exclude_unset=True)

    def work(transaction: Transaction) -> Fields:
        standing = transaction.get("risk_policies", account_id)
        account = transaction.get("accounts", account_id) or {}
        policy = _changed(policy_kept(standing or {}, DEFAULT_POLICY), said, account)
        plain = plain_policy(policy)
        born = {**write_fields(account_id, transaction), **plain}
        if standing is None:
            transaction.create("risk_policies", account_id, {**born, "sequence": 0})
        else:
            transaction.update("risk_policies", account_id, {**plain, "updated_at": services().deps.clock.now()})
        return _answer(account_id, policy, account)

    return written(account_id, work)


def _answer(account_id: str, wanted: RiskPolicy, account: Fields) -> Fields:
    """The policy as it was set last. What holds now is reckoned as the engine does, which may not have seen it yet."""
    obeyed = account.get("policy_in_force")
    now = wanted if obeyed is None else change(policy_kept(obeyed, wanted), wanted)[0]
    plain, in_force = plain_policy(wanted), plain_policy(now)
    return {
        "account_id": account_id,
        **plain,
        "in_force": in_force,
        "pending": {name: value for name, value in plain.items() if in_force[name] != value},
        "adapted": account.get("policy_adapted"),
        "hard_limits": services().deps.hard_limits.plain(),
    }


def _changed(standing: RiskPolicy, said: dict[str, Any], account: Fields) -> RiskPolicy:
    """The policy with what was said, within the deployment's hard limits. Raises a 422 with every bad field."""
    hard = services().deps.hard_limits
    policy, errors = try_policy(said, hard.obeyed(standing))
    errors = errors or hard.exceeded(policy) or _without_room(policy, said, account)
    if errors:
        fields = [FieldError(error.field.removeprefix("risk_policy."), error.message) for error in errors]
        raise invalid(fields, HTTPStatus.UNPROCESSABLE_ENTITY)
    return policy


def _without_room(policy: RiskPolicy, said: dict[str, Any], account: Fields) -> list[InvalidValue]:
    """A smallest entry that is above the largest one at the account's present equity, if that was just set."""
    equity = account.get("equity")
    if equity is None or not said.keys() & _SIZES:
        return []
    most = float(policy.notional_max_pct) * equity / 100
    if float(policy.notional_min) <= most:
        return []
    name = "notional_min" if "notional_min" in said else "notional_max_pct"
    found = f"{policy.notional_min:f} at least and {policy.notional_max_pct:f} % of {equity:.2f} at most"
    return [InvalidValue(BY_NAME[name].path, f"leaves no entry: {found}")]
