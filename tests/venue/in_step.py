"""What must be true between the practice venue's book and the store: judged by the kill tests, in words.

Fed by a running venue and a store; used by order_kills.py (the engine alone), by the kills of the service, and by the
long outage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.integration.engine_process import Store

UNSETTLED = ("sent", "in_flight", "unknown")


def out_of_step(book: Callable[[], dict[str, Any]], store: Store, account_id: str, since: datetime) -> list[str]:
    """What differs between venue and store, compared since an instant; empty when all is in step."""
    before = book()
    orders, fills = store.all_of("orders", account_id), store.all_of("fills", account_id)
    positions = store.all_of("open_positions", account_id)
    account = store.get("accounts", account_id) or {}
    if book() != before:
        return ["the venue is busy"]
    found = []
    booked = Counter(fill["venue_fill_id"] for fill in fills.values())
    theirs = {fill["venue_fill_id"] for fill in before["fills"]}
    if booked != Counter(theirs):
        found.append(f"fills differ by {sorted(set(booked) ^ theirs)}, twice {[k for k, n in booked.items() if n > 1]}")
    net: Counter[str] = Counter()
    for position in positions.values():
        net[position["symbol"]] += Decimal(repr(position["quantity"]))
    held = {position["symbol"]: Decimal(position["quantity"]) for position in before["positions"]}
    if {symbol: quantity for symbol, quantity in net.items() if quantity} != held:
        found.append(f"positions {dict(net)} here, {held} there")
    found += [f"order {name} is {one['state']}" for name, one in orders.items() if one["state"] in UNSETTLED]
    truth = account.get("truth", {})
    if truth.get("state") != "in_step" or truth["checked_at"] is None or truth["checked_at"] < since:
        found.append(f"truth {truth}")
    return found


def sent_wrongly(book: dict[str, Any], orders: dict[str, dict[str, Any]]) -> list[str]:
    """What may never be, at any moment: an id twice, an order of nobody's, two orders for one leg, one never sent."""
    ours = [order["client_order_id"] for order in book["orders"]]
    found = [f"sent twice: {name}" for name, count in Counter(ours).items() if count > 1]
    if None in ours:
        found.append("an order at the venue carries no id")
    found += [f"rejected, and at the venue: {name}" for name in ours if orders.get(name, {}).get("state") == "rejected"]
    legs = Counter(leg_of(orders[name]) for name in set(ours) if name in orders)
    return found + [f"{count} orders for one leg: {leg}" for leg, count in legs.items() if count > 1]


def leg_of(order: dict[str, Any]) -> tuple[Any, ...]:
    """Bot, symbol, bar and leg of an order."""
    created = order["created_at"].replace(second=0, microsecond=0)
    if order["purpose"] == "protect":  # one follows the other as the position grows
        return (order["id"],)
    return order["bot_id"], order["symbol"], created, order["purpose"], order.get("exit_reason")
