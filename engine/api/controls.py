"""Writes to controls/{account_id} and controls/service: halts, and until when a screen is watched. Fed by routes;
polled by the engine.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Response

from engine.api.authentication import caller
from engine.api.services import services
from engine.api.writing import write_fields, written
from engine.ports import Fields, Transaction

SERVICE = "service"
WATCHED_FOR = timedelta(seconds=90)  # a screen says so each minute: one that comes late changes nothing
NO_REASON = "halted by hand"
LIFTED: Fields = {
    "halted": False, "halted_reason": None, "halted_at": None, "halted_by": None,
    "killed": False, "killed_reason": None, "killed_at": None, "killed_by": None, "kill_flatten": False,
}  # fmt: skip


def set_halt(control_id: str, reason: str) -> Response:
    """200 with the halt as it now stands. Halting again replaces the reason; kills.resume lifts it."""
    now = services().deps.clock.now()
    halted_by = caller().uid
    state = {"halted": True, "halted_reason": reason.strip() or NO_REASON, "halted_at": now, "halted_by": halted_by}

    def work(transaction: Transaction) -> Fields:
        put_control(transaction, control_id, state)
        return {"id": control_id, **state}

    return written(control_id, work)


def watch(account_id: str) -> Response:
    """200 with the wall time until which the account counts as watched."""
    until = services().deps.clock.now() + WATCHED_FOR

    def work(transaction: Transaction) -> Fields:
        put_control(transaction, account_id, {"watched_until": until})
        return {"account_id": account_id, "watched_until": until}

    return written(account_id, work)


def put_control(transaction: Transaction, control_id: str, fields: Fields) -> None:
    """Write these fields of a control, which comes into being where it was not there."""
    standing = transaction.get("controls", control_id)
    if standing is not None:
        transaction.update("controls", control_id, {**fields, "updated_at": services().deps.clock.now()})
        return
    transaction.create("controls", control_id, {
        **write_fields(control_id, transaction), **LIFTED, "sequence": 0, **fields,
    })  # fmt: skip
