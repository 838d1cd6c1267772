"""A wire that gives a call up sooner than production does, so that a test of hanging calls is short."""

from collections.abc import Sequence

from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.wire import TIMEOUT_S, GrpcWire


class Hasty:
    """See wire.Wire; no call takes longer than `patience_s`."""

    def __init__(self, wire: GrpcWire, patience_s: float) -> None:
        self._wire = wire
        self._patience_s = patience_s
        self.database = wire.database

    def commit(self, request: Message, timeout_s: float = TIMEOUT_S) -> Message:
        return self._wire.commit(request, min(timeout_s, self._patience_s))

    def get(self, names: Sequence[str], timeout_s: float = TIMEOUT_S) -> list[Message | None]:
        return self._wire.get(names, min(timeout_s, self._patience_s))

    def query(self, query: Message, timeout_s: float = TIMEOUT_S) -> list[Message]:
        return self._wire.query(query, min(timeout_s, self._patience_s))

    def close(self) -> None:
        self._wire.close()
