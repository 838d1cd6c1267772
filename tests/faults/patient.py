"""A wire that waits longer for an answer than production does: a test that only looks fails for no busy machine."""

from __future__ import annotations

from collections.abc import Sequence

from engine.adapters.firestore.client import connect
from engine.adapters.firestore.encoder import add_set, commit_request, name_of
from engine.adapters.firestore.messages import Message
from engine.adapters.firestore.queries import structured_query
from engine.adapters.firestore.wire import GrpcWire

PATIENCE_S = 60.0


class Patient:
    """See wire.Wire; every call may take `patience_s`, whatever its caller thinks."""

    def __init__(self, wire: GrpcWire, patience_s: float = PATIENCE_S) -> None:
        self._wire = wire
        self._patience_s = patience_s
        self.database = wire.database

    def commit(self, request: Message, timeout_s: float = 0.0) -> Message:
        return self._wire.commit(request, self._patience_s)

    def get(self, names: Sequence[str], timeout_s: float = 0.0) -> list[Message | None]:
        return self._wire.get(names, self._patience_s)

    def query(self, query: Message, timeout_s: float = 0.0) -> list[Message]:
        return self._wire.query(query, self._patience_s)

    def close(self) -> None:
        self._wire.close()


def warm(host: str) -> None:
    """Have an emulator answer each kind of call once: it loads what that takes, for seconds where a machine is busy."""
    wire = Patient(connect("demo-warm", host))
    one = name_of(wire.database, "accounts", "one")
    request = commit_request(wire.database)
    add_set(request, one, {"user_id": "nobody"})
    wire.commit(request)
    wire.get([one])
    wire.query(structured_query("accounts", {"user_id": "nobody"}))
    wire.close()
