"""The fault script: what the next calls of a route meet instead of a plain answer. Fed by control; feeds the server.

Every fault is a shape of the reply; whether the broker did what was asked before it is `applied`, which the script may
turn round: a page of HTML may hide an order that was taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.brokers.angelone.envelopes import TOO_FAST, Answer, nothing, page, plain, refused, told, turned_away

ANY = "*"


@dataclass
class Fault:
    """`times` calls of `route` (or `*`) past the first `after`. `seconds` pass before the reply, or before the cut."""

    route: str
    kind: str
    times: int = 1
    after: int = 0
    seconds: float = 0.0
    code: str = ""
    message: str = ""
    status: int = 0
    applied: bool | None = None

    @property
    def is_applied(self) -> bool:
        """Whether the broker acts on the call."""
        return KINDS[self.kind][0] if self.applied is None else self.applied


class Faults:
    """The script, in the order it was written."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Raises KeyError for a kind that there is not."""
        _ = KINDS[fault.kind]
        self.waiting.append(fault)

    def take(self, route: str) -> Fault | None:
        """What this call meets; used up by it."""
        for fault in self.waiting:
            if fault.route not in (route, ANY):
                continue
            if fault.after:
                fault.after -= 1
                return None
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
            return fault
        return None


def shaped(fault: Fault, answer: Answer) -> Answer | None:
    """What goes back where the plain answer were `answer`; None: the connection is cut."""
    return KINDS[fault.kind][1](fault, answer)


def _as_text(fault: Fault, answer: Answer) -> Answer:
    """`status` as a string, as the documentation's samples have it."""
    return _with(answer, lambda body: {**body, "status": str(body.get("status", body.get("success"))).lower()})


def _without_message(fault: Fault, answer: Answer) -> Answer:
    return told({"status": False, "errorcode": fault.code or "AB2001", "data": None})


def _rows_twice(fault: Fault, answer: Answer) -> Answer:
    return _with(answer, lambda body: {**body, "data": (body["data"] or []) * 2})


def _half_the_rows(fault: Fault, answer: Answer) -> Answer:
    """The first half is missing and nothing says so, as candle downloaders report."""
    return _with(answer, lambda body: {**body, "data": body["data"] and body["data"][len(body["data"]) // 2 :]})


def _with(answer: Answer, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Answer:
    return Answer(answer.status, json.dumps(change(answer.json())).encode())


def _short(fault: Fault, answer: Answer) -> Answer:
    """Half the body under the whole one's length, then the connection ends."""
    length = {"Content-Length": str(len(answer.body))}
    return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.content_type, length)


Shape = Callable[[Fault, Answer], Answer | None]

# kind: (whether the broker acts on the call, what goes back)
KINDS: dict[str, tuple[bool, Shape]] = {
    "drop": (False, lambda fault, answer: None),  # cut; after `seconds` it is a call that hangs
    "lose_reply": (True, lambda fault, answer: None),
    "slow": (True, lambda fault, answer: answer),
    "page": (False, lambda fault, answer: page(fault.status or 502, fault.message or "Bad Gateway")),
    "empty": (False, lambda fault, answer: nothing(fault.status or 400)),
    "too_fast": (False, lambda fault, answer: plain(403, TOO_FAST)),
    "gateway": (False, lambda fault, answer: turned_away(fault.code or "AG8001", fault.message)),
    "refused": (False, lambda fault, answer: refused(fault.code or "AB1004", fault.message)),
    "no_message": (False, _without_message),
    "status_text": (True, _as_text),
    "data_null": (True, lambda fault, answer: _with(answer, lambda body: {**body, "data": None})),
    "not_json": (True, lambda fault, answer: Answer(200, b"upstream connect error")),
    "cut_json": (True, lambda fault, answer: Answer(200, answer.body[: len(answer.body) // 2])),
    "short_body": (True, _short),
    "wrong_shape": (True, lambda fault, answer: told([])),
    "rows_twice": (True, _rows_twice),
    "half_the_rows": (True, _half_the_rows),
    "applied_twice": (True, lambda fault, answer: answer),  # the server makes the call twice
    "hidden": (True, lambda fault, answer: answer),  # an order that the book shows `seconds` later
}
