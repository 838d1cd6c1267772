"""An account's limits, and the ways to stop it: halt, resume, flatten."""

from __future__ import annotations

from flask import Response

from engine.api import arming
from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.controls import set_halt
from engine.api.described import API, WRITE_PROBLEMS, resource
from engine.api.kills import resume as lift
from engine.api.kills import set_kill
from engine.api.models.answers import ArmAnswer, CommandAnswer, ReadOnlyAnswer
from engine.api.models.bodies import ArmBody, KillBody, ReadOnlyBody, ReasonBody
from engine.api.models.queries import IdPath, WaitQuery
from engine.api.models.risk import PolicyAnswer, PolicyBody
from engine.api.models.stops import HaltAnswer, KillAnswer, ResumeAnswer
from engine.api.policies import policy_answer, replace_policy
from engine.api.reads import account_state, stored
from engine.api.services import services
from engine.api.writing import commanded

accounts = resource("accounts", "An account's limits and its emergency stop.", prefix=f"{API}/accounts")


def _own(path: IdPath) -> str:
    return services().ownership.account_to_write(caller().uid, path.id)


@accounts.get("/<string:id>/risk-policy", responses={200: PolicyAnswer})
def policy(path: IdPath) -> Response:
    """The account's limits as they were set last, those in force, and what waits for the next session."""
    account_id = _own(path)
    return answered(policy_answer(account_id, stored("risk_policies", account_id), account_state(account_id).fields))


@accounts.put("/<string:id>/risk-policy", responses={200: PolicyAnswer, **WRITE_PROBLEMS})
def change_policy(path: IdPath, body: PolicyBody) -> Response:
    """Set the account's limits: tighter ones hold at once, looser ones from the next session on.

    A policy that can't be obeyed is a 422, and the old one stays.
    """
    return replace_policy(_own(path), body)


@accounts.post("/<string:id>/halt", responses={200: HaltAnswer, **WRITE_PROBLEMS})
def halt(path: IdPath, body: ReasonBody) -> Response:
    """Halt the account: no new orders until someone resumes it."""
    return set_halt(_own(path), body.reason)


@accounts.post("/<string:id>/kill", responses={200: KillAnswer, **WRITE_PROBLEMS})
def kill(path: IdPath, body: KillBody) -> Response:
    """Kill the account: no entries, open orders cancelled, positions closed if asked; its `kill` shows each step."""
    return set_kill(_own(path), body.reason, body.flatten)


@accounts.post("/<string:id>/resume", responses={200: ResumeAnswer, **WRITE_PROBLEMS})
def resume(path: IdPath) -> Response:
    """Lift a halt or a kill of the account; a 409 while a kill is not done."""
    account_id = _own(path)
    return lift(account_id, [account_id])


@accounts.post("/<string:id>/arm", responses={200: ArmAnswer, **WRITE_PROBLEMS})
def arm(path: IdPath, body: ArmBody) -> Response:
    """Arm a live account for some hours: its bots' entries are sent to the broker while all else is well.

    A 403 `recent-sign-in` asks for a fresh sign-in, a 409 says what is lacking.
    """
    return arming.arm(_own(path), float(body.hours))


@accounts.post("/<string:id>/disarm", responses={200: ArmAnswer, **WRITE_PROBLEMS})
def disarm(path: IdPath) -> Response:
    """Disarm the account: no entries any more; exits go on."""
    return arming.disarm(_own(path))


@accounts.put("/<string:id>/broker-connection", responses={200: ReadOnlyAnswer, **WRITE_PROBLEMS})
def read_only(path: IdPath, body: ReadOnlyBody) -> Response:
    """Say whether the account's broker connection may trade, or only look."""
    return arming.set_read_only(_own(path), body.read_only)


@accounts.post("/<string:id>/flatten", responses={200: CommandAnswer, 202: CommandAnswer, **WRITE_PROBLEMS})
def flatten(path: IdPath, query: WaitQuery) -> Response:
    """Close every position of the account at the market."""
    return commanded(_own(path), "flatten", {})
