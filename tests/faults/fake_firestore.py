"""A Firestore that fails as told: a gRPC server on loopback, its documents in a MemoryWire. Fed by GrpcWire and tests.

The emulator answers as it likes; this one answers any code, loses a reply, hangs or is slow, call by call. Everything
else is what the twin does: preconditions, masks, limits. `applied` keeps what really got in, in the order it did;
`looks` counts what was verified and not written.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Lock
from typing import Any

import grpc

from engine.adapters.firestore.decoder import fields_of
from engine.adapters.firestore.memory import MemoryWire
from engine.adapters.firestore.messages import (
    BatchGetDocumentsRequest,
    BatchGetDocumentsResponse,
    CommitRequest,
    CommitResponse,
    Message,
    RunQueryRequest,
    RunQueryResponse,
)
from engine.adapters.firestore.verify import verified_name
from engine.domain.errors import OperatingError
from engine.ports import Fields
from tests.faults.faults import Fault, Hang, Late, LoseReply, Refuse, Slow

METHODS = ("commit", "get", "query")
_HELD_S = 60.0  # a scripted wait that nobody ends is a broken test


@dataclass(frozen=True, slots=True)
class Applied:
    """One write that got in; `fields` is empty for a deletion."""

    collection: str
    document_id: str
    fields: Fields


class FakeFirestore:
    """`standing` is asked for every call that no script is left for; None lets it pass."""

    def __init__(self, project: str = "demo-fake", message_bytes_max: int = -1) -> None:
        self.documents = MemoryWire(project)
        self.applied: list[Applied] = []
        self.looks = 0
        self.calls: Counter[str] = Counter()
        self.standing: Callable[[str, Message], Fault | None] = lambda method, request: None
        self._scripts: dict[str, deque[Fault | None]] = {method: deque() for method in METHODS}
        self._message_bytes_max = message_bytes_max
        self._lock = Lock()
        self._port = 0
        self.start()

    @property
    def host(self) -> str:
        """`127.0.0.1:port`; the port outlasts `stop`."""
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        """Serve, on the port of the first start."""
        self._ended = Event()
        self._server = grpc.server(
            ThreadPoolExecutor(max_workers=8, thread_name_prefix="fake-firestore"),
            options=(("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", self._message_bytes_max)),
        )
        self._server.add_generic_rpc_handlers((_handlers(self),))
        self._port = self._server.add_insecure_port(self.host)
        self._server.start()

    def stop(self) -> None:
        """Close the port and every connection; the documents stay."""
        self._ended.set()
        self._server.stop(grace=None).wait()

    def script(self, method: str, *faults: Fault | None) -> None:
        """What the next calls of a method meet, one each; None is a call that passes."""
        self._scripts[method].extend(faults)

    def is_through(self, method: str) -> bool:
        """Whether every scripted call of a method has been made."""
        return not self._scripts[method]

    def applied_to(self, collection: str, document_id: str) -> list[Fields]:
        """The fields of every write to a document, in the order in which they got in; deletions left out."""
        of = (collection, document_id)
        return [write.fields for write in self.applied if (write.collection, write.document_id) == of and write.fields]

    def commit(self, request: Message, context: Any) -> Message:
        """Commit."""
        response, fault = self._answer("commit", request, context, lambda: self._apply(request))
        _lose(fault, context)
        return response

    def get(self, request: Message, context: Any) -> Iterator[Message]:
        """BatchGetDocuments."""
        names = list(request.documents)
        found, fault = self._answer("get", request, context, lambda: self.documents.get(names))
        replies = [
            BatchGetDocumentsResponse(missing=name) if document is None else BatchGetDocumentsResponse(found=document)
            for name, document in zip(names, found, strict=True)
        ]
        yield from _streamed(replies, fault, context)

    def query(self, request: Message, context: Any) -> Iterator[Message]:
        """RunQuery; a query that finds nothing still answers once, as Firestore's does."""
        found, fault = self._answer("query", request, context, lambda: self.documents.query(request.structured_query))
        replies = [RunQueryResponse(document=document) for document in found] or [RunQueryResponse()]
        yield from _streamed(replies, fault, context)

    def _answer(self, method: str, request: Message, context: Any, call: Callable[[], Any]) -> tuple[Any, Fault | None]:
        with self._lock:
            self.calls[method] += 1
            script = self._scripts[method]
            fault = script.popleft() if script else self.standing(method, request)
        if isinstance(fault, Refuse):
            context.abort(fault.code, fault.details)
        if isinstance(fault, Hang):
            self._until_given_up(context)
            context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "hung as scripted")
        if isinstance(fault, Slow):
            self._ended.wait(fault.seconds)
        if isinstance(fault, Late):
            fault.released.wait(_HELD_S)
        try:
            result = call()
        except OperatingError as error:
            if isinstance(fault, Late):
                fault.outcome.append(str(error))
            code, _, details = str(error).partition(": ")
            context.abort(grpc.StatusCode[code], details)
        if isinstance(fault, Late):
            fault.outcome.append("applied")
        return result, fault

    def _until_given_up(self, context: Any) -> None:
        given_up = Event()
        if context.add_callback(given_up.set):
            while not given_up.wait(0.05) and not self._ended.is_set():
                pass

    def _apply(self, request: Message) -> Message:
        with self._lock:
            response = self.documents.commit(request)
            written = [write for write in request.writes if verified_name(write) is None]
            self.looks += len(request.writes) - len(written)
            self.applied += map(_applied, written)
        return response


def _streamed(replies: list[Message], fault: Fault | None, context: Any) -> Iterator[Message]:
    yield from replies[:-1]
    _lose(fault, context)
    yield replies[-1]


def _lose(fault: Fault | None, context: Any) -> None:
    if isinstance(fault, LoseReply):
        context.abort(fault.code, "applied, and the reply lost, as scripted")


def _applied(write: Message) -> Applied:
    name = write.delete or write.update.name
    *_, collection, document_id = name.split("/")
    return Applied(collection, document_id, fields_of(write.update.fields))


def _handlers(fake: FakeFirestore) -> grpc.GenericRpcHandler:
    return grpc.method_handlers_generic_handler(
        "google.firestore.v1.Firestore",
        {
            "Commit": grpc.unary_unary_rpc_method_handler(
                fake.commit, CommitRequest.FromString, CommitResponse.SerializeToString
            ),
            "BatchGetDocuments": grpc.unary_stream_rpc_method_handler(
                fake.get, BatchGetDocumentsRequest.FromString, BatchGetDocumentsResponse.SerializeToString
            ),
            "RunQuery": grpc.unary_stream_rpc_method_handler(
                fake.query, RunQueryRequest.FromString, RunQueryResponse.SerializeToString
            ),
        },
    )
