"""A broker is left in order, and one that does not answer keeps nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

from engine.bootstrap.leaving import leave_the_broker
from tests.runtime.world import eventually


class Leaving:
    """A broker and the client's lease, and what was done with them, in order."""

    name = "angelone"

    def __init__(self, answers: Callable[[], object] = lambda: None) -> None:
        self._answers = answers
        self.done: list[str] = []

    def close(self) -> None:
        self._answers()
        self.done.append("logged out")

    def release(self) -> None:
        self.done.append("let go")


def leave(leaving: Any, within_s: float) -> bool:
    return leave_the_broker(leaving, leaving, within_s)


def test_the_client_is_let_go_of_after_the_logout() -> None:
    leaving = Leaving()
    assert leave(leaving, 60.0)
    assert leaving.done == ["logged out", "let go"]


def test_a_broker_that_does_not_answer_keeps_nobody_and_the_client_stays_ours_until_it_has() -> None:
    answered = threading.Event()
    leaving = Leaving(answered.wait)
    began = monotonic()
    assert not leave(leaving, 0.05)
    assert monotonic() - began < 30.0
    assert leaving.done == []
    answered.set()
    eventually(lambda: leaving.done == ["logged out", "let go"], "what was begun goes on")


def test_a_logout_that_fails_lets_nobody_else_in_and_ends_the_wait() -> None:
    def fails() -> None:
        raise OSError("the connection is gone")

    leaving = Leaving(fails)
    assert leave(leaving, 60.0)
    assert leaving.done == []


def test_where_there_is_no_broker_there_is_nothing_to_leave() -> None:
    assert leave_the_broker(None, None, 0.0)
