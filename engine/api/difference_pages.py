"""Pages of differences between broker and books: the open ones first, then the others, newest first in each part.
Fed by the differences route; feeds Documents.

Two lists make one: a cursor's first letter says which of them it goes on with.
"""

from __future__ import annotations

from engine.api.authentication import caller
from engine.api.models.queries import PageQuery
from engine.api.services import services
from engine.domain.errors import InvalidValue
from engine.domain.records import DifferenceState
from engine.ports import Fields, Page

_OPEN, _REST = "o", "r"


def difference_page(query: PageQuery) -> Page:
    """A page of the caller's differences; raises InvalidValue for a cursor that no page answered with."""
    uid = caller().uid
    account_id = services().ownership.account_to_read(uid, query.account_id)
    if account_id is None:
        return Page([], None)
    where: dict[str, object] = {"user_id": uid, "account_id": account_id}
    part, cursor = _read(query.cursor)
    items: list[Fields] = []
    if part == _OPEN:
        page = _listed({**where, "state": DifferenceState.OPEN.value}, query.limit, cursor)
        items, cursor = page.items, page.cursor
        if cursor is not None:
            return Page(items, f"{_OPEN}{cursor}")
        if len(items) == query.limit:
            return Page(items, _REST)
    while True:
        page = _listed(where, query.limit - len(items), cursor)
        items += [item for item in page.items if item["state"] != DifferenceState.OPEN]
        cursor = page.cursor
        if cursor is None:
            return Page(items, None)
        if items:  # it may be shorter than asked for: what is open stood on a page before
            return Page(items, f"{_REST}{cursor}")


def _listed(where: dict[str, object], limit: int, cursor: str | None) -> Page:
    return services().deps.documents.page("differences", where, "found_at", limit, cursor)


def _read(cursor: str | None) -> tuple[str, str | None]:
    """Which part a cursor goes on with, and the cursor within it: None at the part's beginning."""
    if cursor is None:
        return _OPEN, None
    part, within = cursor[0], cursor[1:]
    if part not in (_OPEN, _REST) or (part == _OPEN and not within):
        raise InvalidValue("cursor", "is not one that a list answered with")
    return part, within or None
