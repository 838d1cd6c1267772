"""Pages of a user's documents. Fed by routes; feeds Documents. The queries here are those of
docs/contract/documents.md, and firestore.indexes.json covers them.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.models.queries import PageQuery
from engine.api.services import services
from engine.ports import Page


@dataclass(frozen=True, slots=True)
class ListShape:
    """How one collection is listed: newest first by `order_by` (None: by id), narrowed by these fields if asked."""

    order_by: str | None
    filters: tuple[str, ...] = ()


LISTS: dict[str, ListShape] = {
    "bots": ListShape(None),
    "open_positions": ListShape(None, ("bot_id", "symbol")),
    "orders": ListShape("created_at", ("bot_id", "symbol", "state")),
    "fills": ListShape("filled_at", ("bot_id", "symbol")),
    "closed_trades": ListShape("exit_at", ("bot_id", "symbol")),
    "trading_signals": ListShape("confirmed_at", ("bot_id", "symbol", "outcome")),
    "alerts": ListShape("at", ("severity", "kind")),
    "dead_letters": ListShape(None),
    "audit_log": ListShape("number", ("action", "actor", "subject")),
}


def listed(collection: str, query: PageQuery) -> Response:
    """A page of the caller's documents of one collection; an empty one for a caller without an account."""
    page = page_of(collection, query)
    return answered({"items": page.items, "cursor": page.cursor})


def page_of(collection: str, query: PageQuery) -> Page:
    """The same, before it becomes an answer."""
    uid = caller().uid
    account_id = services().ownership.account_to_read(uid, query.account_id)
    if account_id is None:
        return Page([], None)
    shape = LISTS[collection]
    where: dict[str, object] = {"user_id": uid, "account_id": account_id}
    if collection == "bots":
        where["deleted"] = False
    for name in shape.filters:
        wanted = getattr(query, name)
        if wanted is not None:
            where[name] = wanted
    return services().deps.documents.page(collection, where, shape.order_by, query.limit, query.cursor)
