"""Firestore in memory: the twin of GrpcWire, for tests and simulations. Called by all that call a Wire.

Store, lease, control plane and reader run on it unchanged, so what they do to documents, preconditions and queries is
the production code doing it.

Deterministic: commit times count microseconds from a fixed instant. `before` and `after` are called with the method's
name around every call and may raise: `before` is a refused call, `after` a reply lost once the call was applied.
It passes the contract tests that the emulator passes (tests/contracts).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import Any

from engine.adapters.firestore.decoder import value_of
from engine.adapters.firestore.errors import error_of
from engine.adapters.firestore.paths import remove_path, segments_of, set_path, value_at
from engine.adapters.firestore.queries import StructuredQuery
from engine.adapters.firestore.verify import verified_name
from engine.adapters.firestore.wire import TIMEOUT_S, CommitResponse, Document, Message

_FIRST_SECOND = 1_700_000_000
_DOCUMENT_BYTES_MAX = 1_048_576
_COMMIT_BYTES_MAX = 10 * 1_048_576


def nothing(_method: str) -> None:
    """The hook that lets every call pass."""


class MemoryWire:
    """A whole Firestore database; see Wire for its methods. Any thread may call it."""

    def __init__(self, project: str = "twin") -> None:
        self.database = f"projects/{project}/databases/(default)"
        self.before: Callable[[str], None] = nothing
        self.after: Callable[[str], None] = nothing
        self.commits = 0
        self._documents: dict[str, Message] = {}
        self._lock = Lock()

    def commit(self, request: Message, timeout_s: float = TIMEOUT_S) -> Message:
        """See Wire."""
        self.before("commit")
        if request.ByteSize() > _COMMIT_BYTES_MAX:
            raise error_of("RESOURCE_EXHAUSTED", "gRPC message exceeds maximum size")
        with self._lock:
            staged: dict[str, Message | None] = {}
            response = CommitResponse()
            _refuse_looking_and_writing(request)
            self.commits += 1
            _stamp(response.commit_time, self.commits)
            for write in request.writes:
                self._apply(write, staged, response)
            for name, document in staged.items():
                if document is None:
                    self._documents.pop(name, None)
                else:
                    self._documents[name] = document
        self.after("commit")
        return response

    def get(self, names: Sequence[str], timeout_s: float = TIMEOUT_S) -> list[Message | None]:
        """See Wire."""
        self.before("get")
        with self._lock:
            found = [_copy(self._documents[name]) if name in self._documents else None for name in names]
        self.after("get")
        return found

    def query(self, query: Message, timeout_s: float = TIMEOUT_S) -> list[Message]:
        """See Wire. Knows equality, IN, orders, start_at and limit: what queries.py makes."""
        self.before("query")
        collection = query.from_[0].collection_id
        prefix = f"{self.database}/documents/{collection}/"
        with self._lock:
            documents = [_copy(found) for name, found in self._documents.items() if name.startswith(prefix)]
        orders = [(segments_of(step.field.field_path), step.direction) for step in query.order_by]
        documents = [found for found in documents if _matches(found, query, orders)]
        for path, direction in reversed(orders):
            descending = direction == StructuredQuery.DESCENDING
            documents = sorted(documents, key=partial(_order_key_at, path), reverse=descending)
        if query.HasField("start_at"):
            start = [_plain(value) for value in query.start_at.values]
            documents = [found for found in documents if _is_after(found, orders, start)]
        self.after("query")
        return documents[: query.limit.value] if query.HasField("limit") else documents

    def all(self) -> list[Message]:
        """Every document there is, by name; for whoever looks at the whole."""
        with self._lock:
            return [_copy(self._documents[name]) for name in sorted(self._documents)]

    def _apply(self, write: Message, staged: dict[str, Message | None], response: Message) -> None:
        verified = verified_name(write)
        if verified is not None:
            self._verify(write, verified, response)
            return
        result = response.write_results.add()
        deleted = write.WhichOneof("operation") == "delete"
        name = write.delete if deleted else write.update.name
        now = staged[name] if name in staged else self._documents.get(name)
        _check(write, name, now)
        if deleted:
            staged[name] = None
            return
        changed = _written(Document(name=name) if now is None else _copy(now), write)
        if changed.ByteSize() > _DOCUMENT_BYTES_MAX:
            raise error_of("INVALID_ARGUMENT", f"{name} is longer than {_DOCUMENT_BYTES_MAX} bytes")
        if now is None:
            changed.create_time.CopyFrom(response.commit_time)
        if now is None or changed != now:
            changed.update_time.CopyFrom(response.commit_time)
        staged[name] = changed
        result.update_time.CopyFrom(changed.update_time)

    def _verify(self, write: Message, name: str, response: Message) -> None:
        if write.current_document.WhichOneof("condition_type") is None:
            raise error_of("INVALID_ARGUMENT", "a verify must contain a precondition")
        now = self._documents.get(name)
        _check(write, name, now)
        result = response.write_results.add()
        if now is not None:
            result.update_time.CopyFrom(now.update_time)


def _stamp(target: Message, number: int) -> None:
    target.seconds, micros = divmod(_FIRST_SECOND * 1_000_000 + number, 1_000_000)
    target.nanos = micros * 1000


def _copy(document: Message) -> Message:
    copy = Document()
    copy.CopyFrom(document)
    return copy


def _written(document: Message, write: Message) -> Message:
    if not write.HasField("update_mask"):
        document.ClearField("fields")
        document.fields.MergeFrom(write.update.fields)
    given, kept = write.update.fields, document.fields
    for path in write.update_mask.field_paths:
        if path in given and "." not in path:  # a name of its own, as nearly all are
            kept[path].CopyFrom(given[path])
            continue
        segments = segments_of(path)
        value = value_at(given, segments)
        if value is None:
            remove_path(kept, segments)
        else:
            set_path(kept, segments, value)
    return document


def _check(write: Message, name: str, now: Message | None) -> None:
    condition = write.current_document.WhichOneof("condition_type")
    if condition == "exists":
        if write.current_document.exists and now is None:
            raise error_of("NOT_FOUND", f"no document {name}")
        if not write.current_document.exists and now is not None:
            raise error_of("ALREADY_EXISTS", f"{name} exists")
    if condition == "update_time":
        stated = write.current_document.update_time
        if now is not None and (stated.seconds, stated.nanos) > (now.update_time.seconds, now.update_time.nanos):
            raise error_of("INVALID_ARGUMENT", f"{name} was never of the stated time, which is to come")
        if now is None or now.update_time != stated:
            raise error_of("FAILED_PRECONDITION", f"{name} is not of the stated time")


def _refuse_looking_and_writing(request: Message) -> None:
    verified = {name for write in request.writes if (name := verified_name(write)) is not None}
    if verified and any((write.delete or write.update.name) in verified for write in request.writes):
        raise error_of("INVALID_ARGUMENT", "the same document can't be verified and then written in a single request")


def _at(document: Message, path: tuple[str, ...]) -> Any:
    if path == ("__name__",):
        return document.name
    value = value_at(document.fields, path)
    return None if value is None else _plain(value)


def _plain(value: Message) -> Any:
    return value.reference_value if value.WhichOneof("value_type") == "reference_value" else value_of(value)


def _order_key(value: Any) -> tuple[int, Any]:
    """Firestore's order of kinds, as far as we use them: null, boolean, number, time, text."""
    if value is None:
        return (0, 0)
    if isinstance(value, bool):
        return (1, value)
    if isinstance(value, (int, float)):
        return (2, value)
    return (4, value) if isinstance(value, str) else (3, value)


def _order_key_at(path: tuple[str, ...], document: Message) -> tuple[int, Any]:
    return _order_key(_at(document, path))


def _matches(document: Message, query: Message, orders: list[tuple[tuple[str, ...], int]]) -> bool:
    for part in query.where.composite_filter.filters:
        path = segments_of(part.field_filter.field.field_path)
        found = value_at(document.fields, path)
        if found is None:
            return False
        wanted = part.field_filter.value
        allowed = wanted.array_value.values if part.field_filter.op == StructuredQuery.FieldFilter.IN else [wanted]
        if _order_key(value_of(found)) not in [_order_key(value_of(value)) for value in allowed]:
            return False
    return all(path == ("__name__",) or value_at(document.fields, path) is not None for path, _ in orders)


def _is_after(document: Message, orders: list[tuple[tuple[str, ...], int]], start: list[Any]) -> bool:
    for (path, direction), bound in zip(orders, start, strict=True):
        here, there = _order_key(_at(document, path)), _order_key(bound)
        if here != there:
            return here < there if direction == StructuredQuery.DESCENDING else here > there
    return False
