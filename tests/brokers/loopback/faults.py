"""The fault script: what the next calls of a route meet instead of a plain answer. Fed by control; feeds the server.

Every fault is a shape of the reply; whether the broker did what was asked before it is `applied`, which the script may
turn round: a page of HTML may hide an order that was taken. Each broker adds kinds of its own dialect to these.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.brokers.loopback.answers import Answer, nothing, page, told

ANY = "*"


@dataclass
class Fault:
    """`times` calls of `route` (or `*`) past the first `after`. `seconds` pass before the reply, or before the cut.

    `hidden_s`: an order taken by the call is shown so much later, whatever becomes of the reply. `late_s`: the call was
    on its way for so long by the broker's clock: it is acted on then, the reply tells nothing of it.
    """

    route: str
    kind: str
    times: int = 1
    after: int = 0
    seconds: float = 0.0
    code: str = ""
    message: str = ""
    status: int = 0
    applied: bool | None = None
    hidden_s: float = 0.0
    late_s: float = 0.0


Shape = Callable[[Fault, Answer], Answer | None]
Kinds = Mapping[str, tuple[bool, Shape]]  # kind: (whether the broker acts on the call, what goes back; None: a cut)


class Faults:
    """The script, in the order it was written."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self.waiting: list[Fault] = []
        self.hurry = threading.Event()  # set: nobody waits for a fault's `seconds` any longer

    def add(self, fault: Fault) -> None:
        """Raises KeyError for a kind that there is not."""
        _ = self._kinds[fault.kind]
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

    def is_applied(self, fault: Fault) -> bool:
        """Whether the broker acts on the call."""
        return self._kinds[fault.kind][0] if fault.applied is None else fault.applied

    def shaped(self, fault: Fault, answer: Answer) -> Answer | None:
        """What goes back where the plain answer were `answer`; None: the connection is cut."""
        return self._kinds[fault.kind][1](fault, answer)


def changed(answer: Answer, change: Callable[[Any], Any]) -> Answer:
    """The answer with other JSON."""
    return Answer(answer.status, json.dumps(change(answer.json())).encode())


def _short(fault: Fault, answer: Answer) -> Answer:
    """Half the body under the whole one's length, then the connection ends."""
    length = {"Content-Length": str(len(answer.body))}
    return Answer(answer.status, answer.body[: len(answer.body) // 2], answer.content_type, length)


ANYWHERE: dict[str, tuple[bool, Shape]] = {
    "drop": (False, lambda fault, answer: None),  # cut; after `seconds` it is a call that hangs
    "lose_reply": (True, lambda fault, answer: None),
    "slow": (True, lambda fault, answer: answer),
    "page": (False, lambda fault, answer: page(fault.status or 502, fault.message or "Bad Gateway")),
    "empty": (False, lambda fault, answer: nothing(fault.status or 400)),
    "not_json": (True, lambda fault, answer: Answer(200, b"upstream connect error")),
    "cut_json": (True, lambda fault, answer: Answer(200, answer.body[: len(answer.body) // 2])),
    "short_body": (True, _short),
    "wrong_shape": (True, lambda fault, answer: told([])),
    "applied_twice": (True, lambda fault, answer: answer),  # the server makes the call twice
    "hidden": (True, lambda fault, answer: answer),  # an order that the book shows `seconds` later
}
