"""Kills as people ask for them, and the resume that lifts halt and kill. Writes controls/{account_id} and
controls/service; fed by routes; the engine looks at both.

A kill is lifted only once its steps are proven: what the engine says of them (accounts/{account_id}, `kill`) is asked
before, and the engine asks itself once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response

from engine.api.authentication import caller
from engine.api.controls import LIFTED, SERVICE, put_control
from engine.api.problems import conflict
from engine.api.reads import account_state
from engine.api.services import services
from engine.api.writing import written
from engine.ports import Fields, Transaction

NO_REASON = "killed by hand"


def set_kill(control_id: str, reason: str, flatten: bool) -> Response:
    """200 with the kill as it was asked for. Asked again it is the same kill; positions, once asked for, stay asked for
    until somebody resumes.
    """

    def work(transaction: Transaction) -> Fields:
        standing = transaction.get("controls", control_id) or {}
        before = bool(standing.get("killed") and standing.get("kill_flatten"))
        state = {
            "killed": True,
            "killed_reason": reason.strip() or NO_REASON,
            "killed_at": services().deps.clock.now(),
            "killed_by": caller().uid,
            "kill_flatten": flatten or before,
        }
        put_control(transaction, control_id, state)
        return {"id": control_id, **state}

    return written(control_id, work)


def resume(control_id: str, account_ids: Iterable[str]) -> Response:
    """200 with halt and kill lifted. A 409 says what of a kill is not done yet in one of these accounts."""
    kills = [account_state(account_id).fields.get("kill") for account_id in account_ids]

    def work(transaction: Transaction) -> Fields:
        own = transaction.get("controls", control_id) or {}
        service = transaction.get("controls", SERVICE) or {}
        if control_id != SERVICE and service.get("killed"):
            raise conflict("The whole service is killed. Its owner resumes it, once every step is done.")
        if control_id != SERVICE and service.get("halted") and not (own.get("halted") or own.get("killed")):
            raise conflict("The whole service is halted, and this account with it. Its owner resumes it.")
        if control_id != SERVICE and own.get("killed") and not any(kills):
            raise conflict("The engine has not taken up the kill yet.")
        for kill in kills:
            if kill is not None:
                _refuse_undone(kill)
        state = {**LIFTED, "resumed_at": services().deps.clock.now(), "resumed_by": caller().uid}
        put_control(transaction, control_id, state)
        return {"id": control_id, **state}

    return written(control_id, work)


def _refuse_undone(kill: dict[str, Any]) -> None:
    if kill.get("switch"):
        raise conflict("The file KILL_SWITCH is still there. Remove it from the state folder, then resume.")
    if kill.get("state") != "done":
        undone = [step for step in kill.get("steps", ()) if step["state"] != "done"]
        raise conflict(f"The kill is not done yet: {'; '.join(step['detail'] for step in undone) or 'it has begun'}.")
