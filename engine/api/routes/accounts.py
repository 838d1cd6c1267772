"""An account's limits, and the ways to stop it: halt, resume, flatten."""

from __future__ import annotations

from flask import Response

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.controls import set_halt
from engine.api.described import API, WRITE_PROBLEMS, resource
from engine.api.models.answers import CommandAnswer, HaltAnswer, PolicyAnswer
from engine.api.models.bodies import PolicyBody, ReasonBody
from engine.api.models.queries import IdPath, WaitQuery
from engine.api.policies import policy_fields, replace_policy
from engine.api.reads import stored
from engine.api.services import services
from engine.api.writing import commanded

accounts = resource("accounts", "An account's limits and its emergency stop.", prefix=f"{API}/accounts")


def _own(path: IdPath) -> str:
    return services().ownership.account_to_write(caller().uid, path.id)


@accounts.get("/<string:id>/risk-policy", responses={200: PolicyAnswer})
def policy(path: IdPath) -> Response:
    """The account's limits."""
    account_id = _own(path)
    return answered({"account_id": account_id, **policy_fields(stored("risk_policies", account_id))})


@accounts.put("/<string:id>/risk-policy", responses={200: PolicyAnswer, **WRITE_PROBLEMS})
def change_policy(path: IdPath, body: PolicyBody) -> Response:
    """Set the account's limits. A policy that can't be obeyed is a 422, and the old one stays."""
    return replace_policy(_own(path), body)


@accounts.post("/<string:id>/halt", responses={200: HaltAnswer, **WRITE_PROBLEMS})
def halt(path: IdPath, body: ReasonBody) -> Response:
    """Halt the account: no new orders until someone resumes it."""
    return set_halt(_own(path), True, body.reason)


@accounts.post("/<string:id>/resume", responses={200: HaltAnswer, **WRITE_PROBLEMS})
def resume(path: IdPath) -> Response:
    """Lift a halt of the account."""
    return set_halt(_own(path), False, "")


@accounts.post("/<string:id>/flatten", responses={200: CommandAnswer, 202: CommandAnswer, **WRITE_PROBLEMS})
def flatten(path: IdPath, query: WaitQuery) -> Response:
    """Close every position of the account at the market."""
    return commanded(_own(path), "flatten", {})
