"""One-off commands to the engine: a document that it carries out once, and the wait for its result. Fed by routes; read
by the engine's control plane, which writes `state` and `result`.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, g

from engine.api.answers import answered, json_response
from engine.domain.errors import OperatingError
from engine.ports import Clock, Documents, Fields, Transaction

WAIT_MAX_S = 30
WAITERS_MAX = 4  # of gunicorn's 8 threads: the rest stay free for people who do not wait
FIRST_LOOK_S = 0.1
LATER_LOOKS_S = 0.25
_FINISHED = frozenset({"done", "failed"})


def accept(transaction: Transaction, fields: Mapping[str, Any], kind: str, arguments: Mapping[str, str]) -> Fields:
    """Create a command in state `accepted`; returns the answer's body. `fields` are those of writing.write_fields."""
    command_id = uuid.uuid4().hex
    transaction.create("commands", command_id, {
        **fields, "kind": kind, "arguments": dict(arguments), "state": "accepted", "result": {},
        "requested_by": fields["user_id"], "requested_at": fields["updated_at"], "sequence": 0,
    })  # fmt: skip
    return {"command_id": command_id, "kind": kind, "state": "accepted", "result": {}}


class CommandDesk:
    """Answers commands, at once or with their result. Safe to share between threads."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock
        self._seats = threading.BoundedSemaphore(WAITERS_MAX)

    def answer(self, accepted: Fields, wait_s: int) -> Response:
        """200 with the result once the engine has written it, 202 when it has not within `wait_s`.

        A store that goes away meanwhile is a 202 too: the command was accepted, and that stays true.
        """
        command = self._result(accepted["command_id"], wait_s) if wait_s else None
        if command is None:
            return json_response(accepted, HTTPStatus.ACCEPTED)
        return answered({**accepted, "state": command["state"], "result": command.get("result", {})})

    def _result(self, command_id: str, wait_s: int) -> Fields | None:
        if not self._seats.acquire(blocking=False):
            return None
        begun = self._clock.monotonic()
        try:
            return self._watch(command_id, begun + wait_s)
        except OperatingError:
            return None
        finally:
            self._seats.release()
            g.waited_s += self._clock.monotonic() - begun

    def _watch(self, command_id: str, until: float) -> Fields | None:
        pause_s = FIRST_LOOK_S
        while (left_s := until - self._clock.monotonic()) > 0:
            self._clock.wait(min(pause_s, left_s))
            command = self._documents.get("commands", command_id)
            if command is not None and command["state"] in _FINISHED:
                return command
            pause_s = LATER_LOOKS_S
        return None
