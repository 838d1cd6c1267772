"""A wire on which a commit's reply is lost, or the commit itself is late. Used by the tests of fence and lease."""

from collections import deque
from collections.abc import Sequence
from typing import Any

from engine.adapters.firestore.errors import error_of
from engine.adapters.firestore.messages import CommitRequest, Message
from engine.adapters.firestore.wire import TIMEOUT_S, Wire
from engine.domain.errors import OperatingError

LOST = "lost"  # applied, and the caller hears nothing of it
LATE = "late"  # on its way until `arrive`
PASSES = "passes"


class LateWire:
    """See wire.Wire. `fates` are those of the next commits; all later ones pass."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.database = wire.database
        self.fates: deque[str] = deque()
        self.under_way: list[Message] = []

    def commit(self, request: Message, timeout_s: float = TIMEOUT_S) -> Message:
        fate = self.fates.popleft() if self.fates else PASSES
        if fate == LATE:
            kept = CommitRequest()
            kept.CopyFrom(request)
            self.under_way.append(kept)
            raise error_of("DEADLINE_EXCEEDED", "given up")
        response = self.wire.commit(request, timeout_s)
        if fate == LOST:
            raise error_of("UNAVAILABLE", "the reply was lost")
        return response

    def get(self, names: Sequence[str], timeout_s: float = TIMEOUT_S) -> list[Any]:
        return self.wire.get(names, timeout_s)

    def query(self, query: Message, timeout_s: float = TIMEOUT_S) -> list[Any]:
        return self.wire.query(query, timeout_s)

    def arrive(self, number: int = 0) -> bool:
        """One that was given up reaches the store after all; whether the store takes it."""
        try:
            self.wire.commit(self.under_way.pop(number))
        except OperatingError:
            return False
        return True
