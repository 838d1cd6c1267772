"""Where a broker's report and the books differ. Asked by reconcile.py; changes nothing.

Orders, then fills, then positions, so that a quantity which a missed fill explains is not told twice. A symbol that
changed while the report was collected is left for the next one: a snapshot never undoes what came after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from engine.core.lapsed import has_lapsed, judge_lapsed
from engine.core.orders import TERMINAL, UNANSWERED, Order
from engine.core.standing import difference
from engine.core.state import State
from engine.domain.broker import BrokerReport, VenueFill, VenueOrder, VenuePosition, VenueState
from engine.domain.identity import fill_key
from engine.domain.instant import Instant
from engine.domain.order import OrderState
from engine.domain.records import DifferenceKind, DifferenceRecord

ZERO = Decimal(0)
NOT_LISTED = "no such order"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs; orders without an answer that the report shows at the venue: that is their answer; orders that
    ended and waited for fills, with the quantity decided about otherwise; what was let be and differs no more; and
    orders of an earlier day of which nothing was filled that is not booked (lapsed.py).
    """

    found: list[DifferenceRecord]
    sighted: list[VenueOrder]
    ended: list[tuple[Order, Decimal]]
    over: list[DifferenceRecord]
    untraded: list[Order] = field(default_factory=list)


def compare(state: State, report: BrokerReport) -> Comparison:
    """Compare a report with the books, but for symbols that changed since it was begun."""
    comparison = Comparison([], [], [], [])
    listed: dict[str, VenueOrder] = {}
    for theirs in report.orders:
        if theirs.client_order_id is not None:
            listed[theirs.client_order_id] = theirs
        if theirs.symbol not in state.truth.touched:
            _judge_order(state, theirs, _decided(state, report, theirs), comparison)
    lapsed: list[Order] = []
    for order in state.orders.values():
        if order.order_id in listed or order.symbol in state.truth.touched:
            continue
        if has_lapsed(order, report):
            lapsed.append(order)
        else:
            comparison.found.extend(_not_listed(state, order, report.at))
    explained: dict[str, Decimal] = {}
    for fill in report.fills:
        if fill.symbol not in state.truth.touched and _is_missed(state, fill):
            explained[fill.symbol] = explained.get(fill.symbol, ZERO) + fill.quantity * fill.side.sign
            if not state.truth.ignored(DifferenceKind.MISSED_FILL, fill.venue_fill_id):
                comparison.found.append(_missed_fill(state, fill))
    apart = {*explained, *_judge_positions(state, report, explained, comparison)}
    found, untraded = judge_lapsed(state, lapsed, report, apart)
    comparison.found.extend(found)
    comparison.untraded.extend(untraded)
    return comparison


def _decided(state: State, report: BrokerReport, theirs: VenueOrder) -> Decimal:
    """What the venue filled of an order, and a person decided about otherwise than as a fill of it."""
    ours = state.orders.get(theirs.client_order_id or "")
    if ours is None or not ours.open or theirs.filled_quantity <= ours.filled_quantity:
        return ZERO
    own = [fill for fill in report.fills if fill.client_order_id == ours.order_id]
    return sum((fill.quantity for fill in own if _is_decided(state, ours, fill)), ZERO)


def _is_decided(state: State, ours: Order, fill: VenueFill) -> bool:
    """One that is let be counts only where the venue's word of the order's end waits for its fills."""
    if state.portfolio.has_booked(fill_key(state.account.account_id, ours.order_id, fill.venue_fill_id)):
        return False
    let_be = ours.ending is not None and state.truth.ignored(DifferenceKind.MISSED_FILL, fill.venue_fill_id)
    return let_be or state.truth.taken(fill.venue_fill_id)


def _judge_order(state: State, theirs: VenueOrder, decided: Decimal, comparison: Comparison) -> None:
    ours = state.orders.get(theirs.client_order_id or "")
    working = theirs.state is VenueState.WORKING
    if ours is None:
        if working:
            comparison.found.extend(_foreign_order(state, theirs, ("no such order", "placed by somebody else")))
    elif ours.state in UNANSWERED:
        comparison.sighted.append(theirs)
    elif working and ours.state in TERMINAL:
        words = (f"{_named(ours)} was given up ({ours.state})", "it works")
        comparison.found.extend(_unless_ignored(state, _of_order(state, DifferenceKind.LATE_ORDER, theirs, words)))
    elif ours.venue_order_id not in (None, theirs.venue_order_id):
        if working:  # two engines derived the same, and neither could see that the other had sent it
            words = (f"{_named(ours)} once", "a second time under its id")
            comparison.found.extend(_foreign_order(state, theirs, words))
    elif ours.open and not working and theirs.filled_quantity - decided <= ours.filled_quantity:
        # where the books lack a fill, that is told first
        if ours.ending is not None:
            comparison.ended.append((ours, decided))
            return
        asked = ours.state is OrderState.CANCEL_REQUESTED
        kind = DifferenceKind.MISSED_STATUS if asked else DifferenceKind.KILLED_BY_BROKER
        why = f", {theirs.reason}" if theirs.reason else ""
        words = (f"{_named(ours)} is {ours.state}", f"{theirs.state}{why}")
        comparison.found.extend(_unless_ignored(state, _of_order(state, kind, theirs, words)))


def _not_listed(state: State, order: Order, at: Instant) -> Iterator[DifferenceRecord]:
    """An order that the venue had taken and lists no more."""
    if order.open and order.state not in UNANSWERED:
        yield from _unless_ignored(
            state,
            difference(
                state, DifferenceKind.KILLED_BY_BROKER, order.order_id, order.symbol, at,
                (f"{_named(order)} is {order.state}", NOT_LISTED),
                order_id=order.order_id, venue_order_id=order.venue_order_id, venue_state=VenueState.CANCELLED.value,
            ),
        )  # fmt: skip


def _of_order(state: State, kind: DifferenceKind, theirs: VenueOrder, words: tuple[str, str]) -> DifferenceRecord:
    return difference(
        state, kind, str(theirs.client_order_id), theirs.symbol, theirs.at, words,
        order_id=theirs.client_order_id, venue_order_id=theirs.venue_order_id, venue_state=theirs.state.value,
    )  # fmt: skip


def _foreign_order(state: State, theirs: VenueOrder, words: tuple[str, str]) -> Iterator[DifferenceRecord]:
    """An order that works and is none of the books'; `words` say what these have instead, and whose it is."""
    if state.truth.followed(theirs.venue_order_id):
        return
    found = difference(
        state, DifferenceKind.FOREIGN_ORDER, theirs.venue_order_id, theirs.symbol, theirs.at,
        (words[0], f"{theirs.side} {theirs.quantity:f} works, {words[1]}"),
        venue_order_id=theirs.venue_order_id, quantity=theirs.quantity * theirs.side.sign,
        venue_state=theirs.state.value,
    )  # fmt: skip
    yield from _unless_ignored(state, found)


def _is_missed(state: State, fill: VenueFill) -> bool:
    """Of an order that a restart forgot, since it had ended, only what was told as missed before is missed still."""
    order_id = fill.client_order_id or ""
    if state.truth.taken(fill.venue_fill_id):
        return False
    if order_id not in state.orders and not state.truth.misses(fill.venue_fill_id):
        return False
    return not state.portfolio.has_booked(fill_key(state.account.account_id, order_id, fill.venue_fill_id))


def _missed_fill(state: State, fill: VenueFill) -> DifferenceRecord:
    words = (f"no such fill of order {fill.client_order_id}", f"{fill.side} {fill.quantity:f} at {fill.price:f}")
    return difference(
        state, DifferenceKind.MISSED_FILL, fill.venue_fill_id, fill.symbol, fill.at, words,
        order_id=fill.client_order_id, venue_order_id=fill.venue_order_id,
        quantity=fill.quantity * fill.side.sign, price=fill.price,
    )  # fmt: skip


def _judge_positions(
    state: State, report: BrokerReport, explained: dict[str, Decimal], comparison: Comparison
) -> list[str]:
    """Add what differs; returns the symbols of which something does."""
    apart: list[str] = []
    theirs = {position.symbol: position for position in report.positions}
    ours: dict[str, Decimal] = {}
    for position in state.portfolio.all():
        ours[position.symbol] = ours.get(position.symbol, ZERO) + position.quantity
    for symbol in sorted({*theirs, *ours, *state.truth.let_be_symbols()}):
        if symbol in state.truth.touched:
            continue
        held, there = ours.get(symbol, ZERO), theirs.get(symbol)
        at_venue = ZERO if there is None else there.quantity
        let_be = state.truth.let_be(symbol)
        beside = sum((found.quantity for found in let_be), ZERO)
        left = at_venue - held - explained.get(symbol, ZERO)
        if not left:
            comparison.over.extend(let_be)
        elif left != beside:
            kind = DifferenceKind.QUANTITY_MISMATCH
            if not held and not let_be and there is not None:
                kind = DifferenceKind.OVERNIGHT_POSITION if there.overnight else DifferenceKind.FOREIGN_POSITION
            words = f"{held:f} held" + (f" and {beside:f} let be" if let_be else "")
            found = difference(
                state, kind, symbol, symbol, report.at, (words, f"{at_venue:f} held"),
                quantity=left - beside, price=_traded_at(state, report, symbol, left - beside, there),
            )  # fmt: skip
            comparison.found.append(found)
            apart.append(symbol)
    return apart


def _traded_at(
    state: State, report: BrokerReport, symbol: str, quantity: Decimal, there: VenuePosition | None
) -> Decimal | None:
    """What a quantity that the books lack was traded at: as the day's fills of somebody else say where they come to
    it, as the venue's average says where all of its position is lacking; else nobody knows.
    """
    sign = 1 if quantity > 0 else -1
    theirs = [
        fill
        for fill in report.fills
        if fill.symbol == symbol and fill.side.sign == sign and (fill.client_order_id or "") not in state.orders
    ]
    if theirs and sum((fill.quantity for fill in theirs), ZERO) == abs(quantity):
        return sum((fill.quantity * fill.price for fill in theirs), ZERO) / abs(quantity)
    return there.average_price or None if there is not None and there.quantity == quantity else None


def _unless_ignored(state: State, found: DifferenceRecord) -> Iterator[DifferenceRecord]:
    if not state.truth.ignored(found.kind, found.subject):
        yield found


def _named(order: Order) -> str:
    return f"{order.side} {order.quantity:f} ({order.order_id})"
