"""What must hold of the fills of ours at the venue, once all has come to rest. Asked by checkers.py."""

from __future__ import annotations

from decimal import Decimal

from engine.core.state import State
from engine.domain.broker import VenueFill
from engine.domain.order import OrderState
from engine.domain.records import DifferenceState
from engine.ports import Fields
from engine.proof.exchange import Exchange

ZERO = Decimal(0)


def fills_booked(state: State, exchange: Exchange, stored: dict[str, Fields], orders: dict[str, Fields]) -> list[str]:
    """I4: each fill of ours at the venue is in the store once, as a fill of its order, and no other is."""
    said: list[str] = []
    booked: dict[str, Fields] = {}
    for fields in stored.values():
        if fields["venue_fill_id"] in booked:
            said.append(f"I4: fill {fields['venue_fill_id']} is booked twice")
        booked[str(fields["venue_fill_id"])] = fields
    for fill in exchange.fills:
        fields = booked.pop(fill.venue_fill_id, {})
        if not fields and fill.at < exchange.since:
            if fill.client_order_id is not None and not _seen_to(state, fill):
                said.append(f"I4: fill {fill.venue_fill_id} of {fill.client_order_id} was seen by nobody")
        elif not fields:
            once = sum(placed.tag == fill.client_order_id for placed in exchange.placed) == 1
            known = once and fill.client_order_id in orders and not _given_up(exchange, orders[fill.client_order_id])
            explained = _decided(state, exchange, fill, known=known) or (not known and _made_good(exchange, fill))
            if fill.client_order_id is not None and not explained:
                said.append(f"I4: fill {fill.venue_fill_id} of {fill.client_order_id} is not in the books")
        elif fields["order_id"] != fill.client_order_id:
            said.append(f"I4: fill {fill.venue_fill_id} of {fill.client_order_id} is booked to {fields['order_id']}")
        elif (Decimal(str(fields["quantity"])), Decimal(str(fields["price"]))) != (fill.quantity, fill.price):
            said.append(f"I4: fill {fill.venue_fill_id} is booked as {fields['quantity']} at {fields['price']}")
    adopted = {found.difference_id for found in state.truth.differences.values()}
    said += [f"I4: fill {identity} never happened" for identity in booked if identity.rpartition("-")[0] not in adopted]
    return said


def _decided(state: State, exchange: Exchange, fill: VenueFill, *, known: bool) -> bool:
    """Whether somebody decided about it otherwise: as a fill that its order could not take, since somebody else had
    traded the symbol; or as part of a quantity, where its order is not `known` for the only one: the store has none
    where an engine lost its disk with its way to the store, and the venue two where two engines sent the same exit.
    """
    if state.truth.taken(fill.venue_fill_id):
        by_hand = any(placed.tag is None and placed.symbol == fill.symbol for placed in exchange.placed)
        return by_hand or succeeded(exchange)
    decided = (DifferenceState.ADOPTED, DifferenceState.FLATTENED)
    return not known and any(
        found.symbol == fill.symbol and found.state in decided and found.subject == found.symbol
        and (found.resolved_at or 0) >= fill.at
        for found in state.truth.differences.values()
    )  # fmt: skip


def _given_up(exchange: Exchange, order: Fields) -> bool:
    """Whether an engine had decided the order and not sent it, and another one, which hung meanwhile, sent it later:
    the books know it as ended, and after a restart not at all.
    """
    return succeeded(exchange) and order["state"] == OrderState.EXPIRED and not order["filled_quantity"]


def _made_good(exchange: Exchange, fill: VenueFill) -> bool:
    """Whether what two engines sold, or bought, once too often was traded back by hand before anybody compared: the
    quantities agree, and nothing else tells of the second one's fill.
    """
    by_hand = (other for other in exchange.fills if other.client_order_id is None and other.symbol == fill.symbol)
    back = sum((other.quantity for other in by_hand if other.side is not fill.side), ZERO)
    return succeeded(exchange) and back >= fill.quantity


def _seen_to(state: State, fill: VenueFill) -> bool:
    """Whether somebody decided about a fill of another day than the book's: about its order, or about the quantity."""
    decided = (DifferenceState.ADOPTED, DifferenceState.FLATTENED)
    return any(
        found.state in decided and (found.order_id == fill.client_order_id or found.subject == fill.symbol)
        for found in state.truth.differences.values()
    )


def fills_shown(exchange: Exchange, shown: dict[str, Fields], fills: dict[str, Fields]) -> list[str]:
    """I4, I2: of each order of ours as much is filled on the screen as its fills are, and none that was filled whole is
    shown as ended otherwise, but where an engine gave up what the one before had sent. That its fills are those of the
    venue, `fills_booked` says.
    """
    said: list[str] = []
    filled: dict[str, Decimal] = {}
    for fields in fills.values():
        filled[fields["order_id"]] = filled.get(fields["order_id"], ZERO) + Decimal(str(fields["quantity"]))
    for identity, fields in shown.items():
        there, its = Decimal(str(fields["filled_quantity"])), filled.get(identity, ZERO)
        if there != its:
            said.append(f"I4: {its:f} are fills of {identity}, on the screen {there:f} of it are filled")
        whole = its == Decimal(str(fields["quantity"])) and fields["state"] != OrderState.FILLED
        if whole and not succeeded(exchange):
            said.append(f"I2: {identity} was filled whole, and is shown as {fields['state']}")
    return said


def succeeded(exchange: Exchange) -> bool:
    """Whether another engine came for the account."""
    return any(name.startswith("successor") for name in exchange.occasions.met)
