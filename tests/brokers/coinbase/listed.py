"""Lists that come in pages: orders, fills, accounts, with the filters of their queries. Fed by routes; feeds them.

A cursor is the place after the last row of a page, by the row's own number: rows that come in between shift nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from tests.brokers.coinbase.account import Account
from tests.brokers.coinbase.desk import Desk
from tests.brokers.coinbase.envelopes import invalid
from tests.brokers.coinbase.orders import OPEN, Order
from tests.brokers.coinbase.words import moment
from tests.brokers.loopback.answers import Answer, told

ACCOUNTS_PAGE = 49
FIRST_STATUSES = frozenset({"OPEN", "PENDING", "FILLED", "CANCELLED", "EXPIRED", "FAILED", "QUEUED", "CANCEL_QUEUED"})
OTHER_FILTERS = ("product_ids", "order_status", "start_date", "end_date", "order_side")

Query = Mapping[str, list[str]]
RowT = TypeVar("RowT")


def orders(desk: Desk, query: Query, at: datetime) -> Answer:
    """The orders that a query wants, newest first."""
    statuses, wanted = query.get("order_status", []), set(query.get("order_ids", []))
    if not set(statuses) <= FIRST_STATUSES:
        return invalid("invalid order_status")
    if OPEN in statuses and len(statuses) > 1:
        return invalid("cannot pass OPEN status with other statuses")
    if wanted and any(name in query for name in OTHER_FILTERS):
        return invalid("cannot pass order_ids with other filters")
    try:
        since, until = _moment(query, "start_date"), _moment(query, "end_date")
    except ValueError:
        return invalid("start_date and end_date must be RFC3339 timestamps")
    products, sides = query.get("product_ids", []), query.get("order_side", [])
    found = [
        order for order in desk.visible(at)
        if (not wanted or order.order_id in wanted)
        and (not statuses or order.status in statuses)
        and (not products or order.product.product_id in products)
        and (not sides or order.side in sides)
        and (since is None or order.created_at >= since)
        and (until is None or order.created_at <= until)
    ]  # fmt: skip
    page = _page(found, query, desk.terms.page_max, lambda order: -order.number)
    if isinstance(page, Answer):
        return page
    rows, cursor = page
    found_rows = [{**one.row(), "cursor": str(one.number)} for one in rows]
    return told({"orders": found_rows, "sequence": "0", "has_next": bool(cursor), "cursor": cursor})


def fills(desk: Desk, query: Query, at: datetime) -> Answer:
    """The executions that a query wants, newest first. There is no has_next: an empty cursor is the end."""
    wanted = {*query.get("order_ids", []), *query.get("order_id", [])}
    names = ("product_ids", "product_id", "trade_ids", "start_sequence_timestamp", "end_sequence_timestamp")
    if wanted and any(name in query for name in names):
        return invalid("cannot pass order_ids with other filters")
    try:
        since, until = _moment(query, "start_sequence_timestamp"), _moment(query, "end_sequence_timestamp")
    except ValueError:
        return invalid("start_sequence_timestamp and end_sequence_timestamp must be RFC3339 timestamps")
    products = {*query.get("product_ids", []), *query.get("product_id", [])}
    trades = query.get("trade_ids", [])
    found = [
        (fill.number, row)
        for order in desk.visible(at)
        if (not wanted or order.order_id in wanted) and (not products or order.product.product_id in products)
        for fill, row in order.fill_rows(at)
        if (not trades or row["trade_id"] in trades)
        and (since is None or fill.at >= since)
        and (until is None or fill.at <= until)
    ]
    found.sort(key=lambda one: -one[0])
    page = _page(found, query, desk.terms.page_max, lambda one: -one[0])
    if isinstance(page, Answer):
        return page
    rows, cursor = page
    return told({"fills": [{**row, "cursor": str(number)} for number, row in rows], "cursor": cursor})


def accounts(account: Account, query: Query, most: int) -> Answer:
    """Every currency's balance, in the order they were opened."""
    numbered = list(enumerate(account.rows(), 1))
    page = _page(numbered, {"limit": [str(ACCOUNTS_PAGE)], **query}, most, lambda one: one[0])
    if isinstance(page, Answer):
        return page
    rows, cursor = page
    found = [row for _, row in rows]
    return told({"accounts": found, "has_next": bool(cursor), "cursor": cursor, "size": len(found)})


def order_row(desk: Desk, order_id: str, at: datetime) -> Order | None:
    """One order, if the routes show it yet."""
    order = desk.orders.get(order_id)
    return order if order is not None and order.visible_at <= at else None


def _page(
    rows: Sequence[RowT], query: Query, most: int, number: Callable[[RowT], int]
) -> tuple[Sequence[RowT], str] | Answer:
    """As many as asked for past the cursor, in rising order of `number`, and the cursor behind them."""
    try:
        limit = int(query.get("limit", [str(most)])[0])
        cursor = query.get("cursor", [""])[0]
        after = int(cursor) if cursor else None
    except ValueError:
        return invalid("invalid limit or cursor")
    rest = [row for row in rows if after is None or number(row) > after]
    page = rest[: min(limit, most) if limit > 0 else most]
    return page, str(number(page[-1])) if len(page) < len(rest) else ""


def _moment(query: Query, name: str) -> datetime | None:
    return moment(query[name][0]) if query.get(name, [""])[0] else None
