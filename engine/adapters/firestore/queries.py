"""Every query that the service makes of Firestore, as data, and its protobuf form.

Used by the reader, the control plane and recovery; a test holds firestore.indexes.json to the table.
Reads by document id are no queries and stand nowhere here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine.adapters.firestore.encoder import set_value
from engine.adapters.firestore.messages import Message, StructuredQuery
from engine.domain.errors import InvariantBroken


@dataclass(frozen=True, slots=True)
class QueryShape:
    """Documents of `collection` whose `equal` fields have given values (and any of the `optional` ones too), newest
    first by `order`, or by id where that is None. `one_of` is a field that may have any of several values.
    """

    collection: str
    equal: tuple[str, ...]
    optional: tuple[str, ...] = ()
    order: str | None = None
    one_of: str | None = None


_OWN = ("user_id", "account_id")
_TRADED = ("bot_id", "symbol")

QUERIES: tuple[QueryShape, ...] = (
    # the API's lists
    QueryShape("accounts", ("user_id",)),
    QueryShape("bots", _OWN, optional=("deleted",)),
    QueryShape("open_positions", _OWN, optional=_TRADED),
    QueryShape("profits", _OWN),
    QueryShape("trading_signals", _OWN, optional=(*_TRADED, "outcome"), order="confirmed_at"),
    QueryShape("orders", _OWN, optional=(*_TRADED, "state"), order="created_at"),
    QueryShape("fills", _OWN, optional=_TRADED, order="filled_at"),
    QueryShape("closed_trades", _OWN, optional=_TRADED, order="exit_at"),
    QueryShape("alerts", _OWN, optional=("severity", "kind"), order="at"),
    QueryShape("audit_log", _OWN, optional=("action", "actor", "subject"), order="number"),
    QueryShape("dead_letters", _OWN),
    QueryShape("differences", _OWN, optional=("state",), order="found_at"),
    QueryShape("decisions", (*_OWN, "bot_id", "day")),
    # the engine's own, on one account
    QueryShape("bots", ("account_id",)),
    QueryShape("commands", ("account_id", "state")),
    QueryShape("open_positions", ("account_id",)),
    QueryShape("profits", ("account_id",)),
    QueryShape("orders", ("account_id",), one_of="state"),
    QueryShape("differences", ("account_id",), one_of="state"),
    QueryShape("equity_days", ("account_id", "day")),
    QueryShape("bars", ("account_id", "day")),
    # the engine's, on the account of a leader
    QueryShape("fills", _OWN, optional=("bot_id",), order="sequence"),
    QueryShape("trading_signals", _OWN, optional=("bot_id",), order="sequence"),
    # sealing all anew
    QueryShape("broker_credentials", ("broker",)),
)


def declared(collection: str, fields: Sequence[str], order: str | None, one_of: str | None = None) -> QueryShape:
    """The declared shape of a query. Raises InvariantBroken for one that QUERIES does not have: it has no index."""
    asked = set(fields)
    for shape in QUERIES:
        if (shape.collection, shape.order, shape.one_of) != (collection, order, one_of):
            continue
        if set(shape.equal) <= asked <= {*shape.equal, *shape.optional}:
            return shape
    raise InvariantBroken(f"no query of {collection} by {', '.join(sorted(asked))} in the order of {order} is declared")


def structured_query(
    collection: str,
    where: Mapping[str, Any],
    *,
    order: str | None = None,
    one_of: tuple[str, Sequence[Any]] | None = None,
    limit: int | None = None,
    after: tuple[Any, str] | None = None,
) -> Message:
    """The protobuf of a declared query.

    `after` is the order field's value (None without an order) and the full name of the document to go on after.
    """
    query = StructuredQuery()
    wanted = tuple((field, type(value), value) for field, value in where.items())  # 1 and True are equal, and differ
    query.CopyFrom(_asked(collection, wanted, order, None if one_of is None else (one_of[0], tuple(one_of[1]))))
    if limit is not None:
        query.limit.value = limit
    if after is not None:
        if order is not None:
            set_value(query.start_at.values.add(), after[0])
        query.start_at.values.add().reference_value = after[1]
        query.start_at.before = False
    return query


@lru_cache(maxsize=1024)  # an engine asks the same few questions, of its account and bots
def _asked(
    collection: str,
    where: tuple[tuple[str, type, Any], ...],
    order: str | None,
    one_of: tuple[str, tuple[Any, ...]] | None,
) -> Message:
    """The part of a query that is asked again and again. Not to be changed."""
    declared(collection, tuple(field for field, _, _ in where), order, one_of[0] if one_of else None)
    query = StructuredQuery()
    query.from_.add().collection_id = collection
    filters = query.where.composite_filter
    filters.op = StructuredQuery.CompositeFilter.AND
    for field, _, value in where:
        equal = filters.filters.add().field_filter
        equal.field.field_path = field
        equal.op = StructuredQuery.FieldFilter.EQUAL
        set_value(equal.value, value)
    if one_of is not None:
        among = filters.filters.add().field_filter
        among.field.field_path = one_of[0]
        among.op = StructuredQuery.FieldFilter.IN
        set_value(among.value, list(one_of[1]))
    direction = StructuredQuery.ASCENDING if order is None else StructuredQuery.DESCENDING
    for path in ((order,) if order is not None else ()) + ("__name__",):
        step = query.order_by.add()
        step.field.field_path = path
        step.direction = direction
    return query
