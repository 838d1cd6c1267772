"""Firestore in memory: the twin of GrpcWire, for tests and simulations. Called by all that call a Wire.

Store, lease, control plane and reader run on it unchanged, so what they do to documents, preconditions and queries is
the production code doing it. A document that is kept is never written to again, so readers are given the kept one: they
must not write to it either.

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
from engine.adapters.firestore.messages import CommitResponse, Document, Message, StructuredQuery
from engine.adapters.firestore.paths import remove_path, segments_of, set_path, value_at
from engine.adapters.firestore.verify import verified_name
from engine.adapters.firestore.wire import TIMEOUT_S

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
        self._bytes_most: dict[str, int] = {}  # no document is longer than this
        self._lock = Lock()

    def commit(self, request: Message, timeout_s: float = TIMEOUT_S) -> Message:
        """See Wire."""
        self.before("commit")
        size = request.ByteSize()
        if size > _COMMIT_BYTES_MAX:
            raise error_of("RESOURCE_EXHAUSTED", "gRPC message exceeds maximum size")
        with self._lock:
            staged: dict[str, Message | None] = {}
            response = CommitResponse()
            writes = [(write, write.WhichOneof("operation")) for write in request.writes]
            looked_at = [None if operation else verified_name(write) for write, operation in writes]
            _refuse_looking_and_writing(writes, looked_at)
            self.commits += 1
            _stamp(response.commit_time, self.commits)
            for (write, operation), verified in zip(writes, looked_at, strict=True):
                if verified is not None:
                    self._verify(write, verified, response)
                else:
                    self._apply(write, operation, size, staged, response)
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
            found = [self._documents.get(name) for name in names]
        self.after("get")
        return found

    def query(self, query: Message, timeout_s: float = TIMEOUT_S) -> list[Message]:
        """See Wire. Knows equality, IN, orders, start_at and limit: what queries.py makes."""
        self.before("query")
        collection = query.from_[0].collection_id
        prefix = f"{self.database}/documents/{collection}/"
        with self._lock:
            documents = [found for name, found in self._documents.items() if name.startswith(prefix)]
        orders = [(segments_of(step.field.field_path), step.direction) for step in query.order_by]
        allowed = _allowed(query)
        documents = [found for found in documents if _matches(found, allowed, orders)]
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
            return [self._documents[name] for name in sorted(self._documents)]

    def _apply(
        self, write: Message, operation: str | None, size: int, staged: dict[str, Message | None], response: Message
    ) -> None:
        result = response.write_results.add()
        name = write.delete if operation == "delete" else write.update.name
        now = staged[name] if name in staged else self._documents.get(name)
        _check(write, name, now)
        if operation == "delete":
            staged[name] = None
            return
        changed = _written(name, now, write)
        most = self._bytes_most[name] = self._bytes_most.get(name, 0) + size
        if most > _DOCUMENT_BYTES_MAX:  # it may be: it has never been given more than so much
            self._bytes_most[name] = most = changed.ByteSize()
            if most > _DOCUMENT_BYTES_MAX:
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


def _written(name: str, now: Message | None, write: Message) -> Message:
    """The document that a write makes of what is there, its times as they were."""
    changed = Document()
    if not write.HasField("update_mask"):
        changed.CopyFrom(write.update)
        if now is not None:
            changed.create_time.CopyFrom(now.create_time)
            changed.update_time.CopyFrom(now.update_time)
        return changed
    if now is None:
        changed.name = name
    else:
        changed.CopyFrom(now)
    given, kept, paths = write.update.fields, changed.fields, list(write.update_mask.field_paths)
    if len(paths) == len(given) and all("." not in path and path in given for path in paths):
        changed.MergeFrom(write.update)  # a field each, whole, as nearly all writes are: a map's values are replaced
        return changed
    for path in paths:
        if path in given and "." not in path:
            kept[path].CopyFrom(given[path])
            continue
        segments = segments_of(path)
        value = value_at(given, segments)
        if value is None:
            remove_path(kept, segments)
        else:
            set_path(kept, segments, value)
    return changed


def _check(write: Message, name: str, now: Message | None) -> None:
    condition = write.current_document.WhichOneof("condition_type") if write.HasField("current_document") else None
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


def _refuse_looking_and_writing(writes: Sequence[tuple[Message, str | None]], looked_at: Sequence[str | None]) -> None:
    verified = set(looked_at) - {None}
    if verified and any((write.delete or write.update.name) in verified for write, operation in writes if operation):
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


def _allowed(query: Message) -> list[tuple[tuple[str, ...], list[tuple[int, Any]]]]:
    """What a query's filters let pass: by path, the values that are wanted there."""
    found = []
    for part in query.where.composite_filter.filters:
        wanted, op = part.field_filter.value, part.field_filter.op
        values = wanted.array_value.values if op == StructuredQuery.FieldFilter.IN else [wanted]
        path = segments_of(part.field_filter.field.field_path)
        found.append((path, [_order_key(value_of(value)) for value in values]))
    return found


def _matches(
    document: Message,
    allowed: list[tuple[tuple[str, ...], list[tuple[int, Any]]]],
    orders: list[tuple[tuple[str, ...], int]],
) -> bool:
    for path, values in allowed:
        found = value_at(document.fields, path)
        if found is None or _order_key(value_of(found)) not in values:
            return False
    return all(path == ("__name__",) or value_at(document.fields, path) is not None for path, _ in orders)


def _is_after(document: Message, orders: list[tuple[tuple[str, ...], int]], start: list[Any]) -> bool:
    for (path, direction), bound in zip(orders, start, strict=True):
        here, there = _order_key(_at(document, path)), _order_key(bound)
        if here != there:
            return here < there if direction == StructuredQuery.DESCENDING else here > there
    return False
