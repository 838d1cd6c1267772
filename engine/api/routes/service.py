"""The emergency stop of the whole service, for its owner alone; and that a screen is being watched."""

from __future__ import annotations

from flask import Response

from engine.api.authentication import caller
from engine.api.controls import SERVICE, set_halt, watch
from engine.api.described import WRITE_PROBLEMS, problem_responses, resource
from engine.api.kills import resume as lift
from engine.api.kills import set_kill
from engine.api.models.answers import PresenceAnswer
from engine.api.models.bodies import AccountBody, KillBody, ReasonBody
from engine.api.models.stops import HaltAnswer, KillAnswer, ResumeAnswer
from engine.api.ownership import owner_only
from engine.api.services import services

service = resource("service", "The whole service, and who watches it.")


@service.post("/service/halt", responses={200: HaltAnswer, **WRITE_PROBLEMS, **problem_responses(403)})
def halt(body: ReasonBody) -> Response:
    """Halt every account of the service. Owner only."""
    owner_only(caller().uid, services().deps.owner_uid)
    return set_halt(SERVICE, body.reason)


@service.post("/service/kill", responses={200: KillAnswer, **WRITE_PROBLEMS, **problem_responses(403)})
def kill(body: KillBody) -> Response:
    """Kill every account of the service. Owner only."""
    owner_only(caller().uid, services().deps.owner_uid)
    return set_kill(SERVICE, body.reason, body.flatten)


@service.post("/service/resume", responses={200: ResumeAnswer, **WRITE_PROBLEMS, **problem_responses(403)})
def resume() -> Response:
    """Lift the service's halt or kill; accounts that have one of their own keep it. A 409 while a kill of your accounts
    is not done. Owner only.
    """
    owner_only(caller().uid, services().deps.owner_uid)
    return lift(SERVICE, services().ownership.accounts_of(caller().uid))


@service.post("/presence", responses={200: PresenceAnswer, **WRITE_PROBLEMS})
def presence(body: AccountBody) -> Response:
    """Say that a screen is being watched; prices come every second then. Say it again within the minute."""
    return watch(services().ownership.account_to_write(caller().uid, body.account_id))
