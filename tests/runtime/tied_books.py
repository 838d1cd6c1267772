"""What must be true of the books in a store, however often their writing was cut. Feeds the tests of recovery."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from engine.adapters.firestore.recovery import FirestorePast
from engine.domain.instrument import MONEY_UNIT
from engine.domain.records import AccountRecord, FillRecord, PositionRecord
from tests.runtime.small_market import SPEC
from tests.runtime.world import OWNER, Household

ZERO = Decimal(0)


def documents(household: Household, collection: str, order: str | None = None) -> list[dict[str, Any]]:
    """Every document of the account."""
    own = {"user_id": OWNER, "account_id": SPEC.account_id}
    page = household.documents.page(collection, own, order, 10_000, None)
    assert page.cursor is None
    return page.items


def money(value: float) -> Decimal:
    """A number of Firestore as the money it is."""
    return Decimal(repr(value))


def value_of(fill: FillRecord) -> Decimal:
    """What a fill was worth, signed as its side."""
    return (fill.price * fill.quantity).quantize(MONEY_UNIT) * fill.side.sign


def assert_books_tie(household: Household, *, lost: bool = False) -> None:
    """Cash and positions are the first cash and the fills, trades and positions share those, roll-ups are trades.

    `lost`: a closed trade may be there whose fills are lost; it counts for nothing.
    """
    past = FirestorePast(household.wire)
    facts, states = past.facts(SPEC, 0), past.states(SPEC.account_id).records
    (account,) = [record for record in states if isinstance(record, AccountRecord)]
    positions = [record for record in states if isinstance(record, PositionRecord)]
    assert account.cash == SPEC.cash - sum((value_of(fill) + fill.charges for fill in facts.fills), ZERO)
    assert not account.invariant_broken
    held: dict[tuple[str, str], Decimal] = {}
    for fill in facts.fills:
        key = (fill.bot_id, fill.symbol)
        held[key] = held.get(key, ZERO) + fill.quantity * fill.side.sign
    assert {(one.bot_id, one.symbol): one.quantity for one in positions} == {
        key: quantity for key, quantity in held.items() if quantity
    }
    keys = {fill.fill_key for fill in facts.fills}
    trades = documents(household, "closed_trades", "exit_at")
    trades = [trade for trade in trades if not lost or keys >= {*trade["fill_ids"]}]
    shared = Counter(fill_id for trade in trades for fill_id in trade["fill_ids"])
    shared.update(fill_id for position in positions for fill_id in position.fill_ids)
    assert shared == {fill.fill_key: 1 for fill in facts.fills}, "each fill is in one round trip or one position"
    (everything,) = [found for found in documents(household, "profits") if found["period"] == "all"]
    assert everything["trades"] == len(trades)
    assert money(everything["net_pnl"]) == sum((money(trade["net_pnl"]) for trade in trades), ZERO)
    for order_id, filled in filled_by_order(facts.fills).items():
        assert facts.orders[order_id].filled_quantity == filled, order_id


def filled_by_order(fills: tuple[FillRecord, ...]) -> dict[str, Decimal]:
    """The quantity that an order's fills come to."""
    filled: dict[str, Decimal] = {}
    for fill in fills:
        filled[fill.order_id] = filled.get(fill.order_id, ZERO) + fill.quantity
    return filled
