"""The three calls we make of Firestore, in protobuf messages, each bounded in time and sent once. Built by client.py.

Everything else in this folder talks to a `Wire`: over gRPC in production and on the emulator (`GrpcWire`), in memory
in tests and simulations (`memory.MemoryWire`). The Python client library is not used for calls: its message wrapping
is 86% of a write's cost, and its own retries turn a lost reply into a second write.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, Protocol
from urllib.parse import quote

import grpc

from engine.adapters.firestore.errors import classify
from engine.adapters.firestore.messages import (
    BatchGetDocumentsRequest,
    BatchGetDocumentsResponse,
    CommitRequest,
    CommitResponse,
    Message,
    RunQueryRequest,
    RunQueryResponse,
)

TIMEOUT_S = 5.0


class Wire(Protocol):
    """Firestore, as far as we need it. Every method raises an OperatingError as errors.py sorts them."""

    @property
    def database(self) -> str:
        """`projects/{project}/databases/(default)`."""

    def commit(self, request: Message, timeout_s: float = TIMEOUT_S) -> Message:
        """Apply the writes of a CommitRequest, all or none, in their order; the CommitResponse."""

    def get(self, names: Sequence[str], timeout_s: float = TIMEOUT_S) -> list[Message | None]:
        """Documents by full name, in the order asked for; None where there is none."""

    def query(self, query: Message, timeout_s: float = TIMEOUT_S) -> list[Message]:
        """The documents that a StructuredQuery finds, in its order."""


class GrpcWire:
    """Firestore over one gRPC channel, opened at the first call and again in a forked child."""

    def __init__(
        self, project: str, open_channel: Callable[[], grpc.Channel], metadata: Sequence[tuple[str, str]]
    ) -> None:
        self.database = f"projects/{project}/databases/(default)"
        routing = ("x-goog-request-params", f"database={quote(self.database, safe='')}")
        self._metadata = (("google-cloud-resource-prefix", self.database), routing, *metadata)
        self._open_channel = open_channel
        self._lock = Lock()
        self._channel: grpc.Channel | None = None
        self._pid = 0

    def commit(self, request: Message, timeout_s: float = TIMEOUT_S) -> Message:
        """See Wire."""
        return self._call("commit", request, timeout_s)

    def get(self, names: Sequence[str], timeout_s: float = TIMEOUT_S) -> list[Message | None]:
        """See Wire."""
        request = BatchGetDocumentsRequest(database=self.database, documents=names)
        found = {
            reply.found.name: reply.found
            for reply in self._call("batch_get", request, timeout_s)
            if reply.WhichOneof("result") == "found"
        }
        return [found.get(name) for name in names]

    def query(self, query: Message, timeout_s: float = TIMEOUT_S) -> list[Message]:
        """See Wire."""
        request = RunQueryRequest(parent=f"{self.database}/documents", structured_query=query)
        return [reply.document for reply in self._call("run_query", request, timeout_s) if reply.HasField("document")]

    def close(self) -> None:
        """Close the channel; a later call opens another."""
        with self._lock:
            if self._channel is not None and self._pid == os.getpid():
                self._channel.close()
            self._channel = None

    def _call(self, method: str, request: Message, timeout_s: float) -> Any:
        try:
            reply = self._stub(method)(request, timeout=timeout_s, metadata=self._metadata)
            return reply if method == "commit" else list(reply)
        except Exception as error:
            raise classify(error) from error

    def _stub(self, method: str) -> Callable[..., Any]:
        with self._lock:
            if self._channel is None or self._pid != os.getpid():
                self._channel, self._pid = self._open_channel(), os.getpid()
                self._stubs = _stubs(self._channel)
            return self._stubs[method]


def _stubs(channel: grpc.Channel) -> dict[str, Callable[..., Any]]:
    service = "/google.firestore.v1.Firestore/"
    return {
        "commit": channel.unary_unary(service + "Commit", CommitRequest.SerializeToString, CommitResponse.FromString),
        "batch_get": channel.unary_stream(
            service + "BatchGetDocuments",
            BatchGetDocumentsRequest.SerializeToString,
            BatchGetDocumentsResponse.FromString,
        ),
        "run_query": channel.unary_stream(
            service + "RunQuery", RunQueryRequest.SerializeToString, RunQueryResponse.FromString
        ),
    }
