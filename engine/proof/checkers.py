"""What must hold whatever happens, looked at from outside: RELIABILITY's invariants, one small function each.

`Watcher` is asked at each send and after each step; `at_rest` when faults have stopped and everything has settled.
A violation is a sentence that begins with the invariant's number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from engine.adapters.firestore.decoder import document_fields
from engine.core.orders import TERMINAL
from engine.core.state import State
from engine.domain.broker import VenueFill, VenueState
from engine.domain.effects import SubmitOrder
from engine.domain.order import OrderState, Purpose
from engine.domain.records import DifferenceState, OrderRecord
from engine.ports import Fields
from engine.proof.exchange import Exchange
from engine.proof.storage import Disk, Store

ZERO = Decimal(0)


@dataclass(slots=True)
class Watcher:
    """Looks at each order as it leaves, and at each record as it is written down."""

    exchange: Exchange
    store: Store
    violations: list[str] = field(default_factory=list)
    _sent: set[str] = field(default_factory=set)
    _of_signal: dict[str, list[str]] = field(default_factory=dict)
    _read: dict[str, int] = field(default_factory=dict)
    _newest: dict[tuple[str, str], OrderRecord] = field(default_factory=dict)

    def leaves(self, order: SubmitOrder, disk: Disk) -> None:
        """An order is on the wire."""
        self.look_at(disk)
        record = self._newest.get((disk.name, order.order_id))
        if record is None or not self.store.has("orders", order.order_id):
            self._say(f"I3: {order.order_id} left and was not written down outside of the process")
            return
        if order.order_id in self._sent:
            self._say(f"I1: {order.order_id} was sent twice")
        self._sent.add(order.order_id)
        if record.signal_id is None or order.purpose is not Purpose.ENTRY:
            return
        others = self._of_signal.setdefault(record.signal_id, [])
        live = [placed.tag for placed in self.exchange.working() if placed.tag in others]
        if live:
            self._say(f"I1: {order.order_id} left while {', '.join(map(str, live))} of the same signal works")
        others.append(order.order_id)

    def look_at(self, disk: Disk) -> None:
        """What was written down since the last look: no order leaves its end, no filled quantity falls."""
        begin = self._read.get(disk.name, 0)
        self._read[disk.name] = len(disk.seen)
        for effect in disk.seen[begin:]:
            record = effect.record
            if not isinstance(record, OrderRecord):
                continue
            key = (disk.name, record.order_id)
            before = self._newest.get(key)
            self._newest[key] = record
            if before is None:
                continue
            if before.state in TERMINAL and record.state is not before.state:
                self._say(f"I7: {record.order_id} left its end: {before.state} to {record.state}")
            if record.filled_quantity < before.filled_quantity:
                self._say(
                    f"I7: of {record.order_id} {before.filled_quantity} were filled, then {record.filled_quantity}"
                )

    def at_rest(self, state: State, disk: Disk) -> None:
        """All has come to rest: three accounts of the same day must agree."""
        documents = _documents(self.store)
        checks = (
            _unsettled(state, disk),
            _fills(state, self.exchange, documents["fills"]),
            _positions(state, self.exchange, documents["open_positions"]),
            _cash(state, documents),
            _orders(self.exchange, documents),
        )
        for said in checks:
            for sentence in said:
                self._say(sentence)

    def _say(self, sentence: str) -> None:
        self.violations.append(sentence)
        self.exchange.occasions.note("CHECK", sentence)


def _documents(store: Store) -> dict[str, dict[str, Fields]]:
    found: dict[str, dict[str, Fields]] = {
        name: {} for name in ("fills", "orders", "open_positions", "trading_signals", "accounts", "dead_letters")
    }
    for document in store.wire.all():
        collection = document.name.split("/documents/")[1].partition("/")[0]
        if collection in found:
            fields = document_fields(document)
            found[collection][str(fields["id"])] = fields
    return found


def _unsettled(state: State, disk: Disk) -> list[str]:
    """I2, I13, I14: nothing is open, unknown, undelivered or set aside."""
    said = [f"I2: {order.order_id} is {order.state} for good" for order in state.open_orders()]
    if state.breaker.broken:
        said.append(f"I7: the account halted: {state.breaker.reason}")
    status = disk.status()
    if status.depth or status.dead_letters:
        said.append(f"I14: {status.depth} records wait, {status.dead_letters} are dead letters")
    if state.truth.state != "in_step":
        said.append(f"I5: {state.truth.state}: {'; '.join(state.truth.sentences())}")
    return said


def _fills(state: State, exchange: Exchange, stored: dict[str, Fields]) -> list[str]:
    """I4: each fill of ours at the venue is in the store once, and no other is."""
    said: list[str] = []
    booked: dict[str, Fields] = {}
    for fields in stored.values():
        if fields["venue_fill_id"] in booked:
            said.append(f"I4: fill {fields['venue_fill_id']} is booked twice")
        booked[str(fields["venue_fill_id"])] = fields
    for fill in exchange.fills:
        fields = booked.pop(fill.venue_fill_id, {})
        if not fields:
            if fill.client_order_id is not None and not _decided(state, fill):
                said.append(f"I4: fill {fill.venue_fill_id} of {fill.client_order_id} is not in the books")
        elif (Decimal(str(fields["quantity"])), Decimal(str(fields["price"]))) != (fill.quantity, fill.price):
            said.append(f"I4: fill {fill.venue_fill_id} is booked as {fields['quantity']} at {fields['price']}")
    adopted = {found.difference_id for found in state.truth.differences.values()}
    said += [f"I4: fill {identity} never happened" for identity in booked if identity.rpartition("-")[0] not in adopted]
    return said


def _decided(state: State, fill: VenueFill) -> bool:
    """Whether somebody decided about it: as a fill, or as part of a quantity, where a restart had forgotten its order
    (only open orders are recovered, and this one had ended before it was told of the fill).
    """
    decided = (DifferenceState.ADOPTED, DifferenceState.FLATTENED)
    return state.truth.taken(fill.venue_fill_id) or any(
        found.symbol == fill.symbol and found.state in decided and found.subject == found.symbol
        and found.at > fill.at and fill.client_order_id not in state.orders
        for found in state.truth.differences.values()
    )  # fmt: skip


def _positions(state: State, exchange: Exchange, stored: dict[str, Fields]) -> list[str]:
    """I5, I15: what the venue, the books and the screen say is held."""
    held: dict[str, Decimal] = {}
    for position in state.portfolio.all():
        held[position.symbol] = held.get(position.symbol, ZERO) + position.quantity
    shown: dict[str, Decimal] = {}
    for fields in stored.values():
        shown[fields["symbol"]] = shown.get(fields["symbol"], ZERO) + Decimal(str(fields["quantity"]))
    held, shown = ({symbol: left for symbol, left in each.items() if left} for each in (held, shown))
    if not held == shown == exchange.net():
        return [f"I5: the venue holds {_words(exchange.net())}, the books {_words(held)}, the screen {_words(shown)}"]
    return []


def _words(held: dict[str, Decimal]) -> str:
    return ", ".join(f"{quantity:f} {symbol}" for symbol, quantity in sorted(held.items())) or "nothing"


def _cash(state: State, documents: dict[str, dict[str, Fields]]) -> list[str]:
    """I6: cash is what it began with, and the fills."""
    cash = state.account.cash
    for fields in documents["fills"].values():
        sign = 1 if fields["side"] == "BUY" else -1
        cash -= Decimal(str(fields["quantity"])) * Decimal(str(fields["price"])) * sign
        cash -= Decimal(str(fields["charges"]))
    shown = Decimal(str(documents["accounts"][state.account.account_id]["cash"]))
    if not cash == state.ledger.cash == shown:
        return [f"I6: by its fills the cash is {cash}, in the books {state.ledger.cash}, on the screen {shown}"]
    return []


def _orders(exchange: Exchange, documents: dict[str, dict[str, Fields]]) -> list[str]:
    """I2, I10: each order has ended as the venue says, and no rejection was guessed."""
    said: list[str] = []
    rejected = {placed.tag for placed in exchange.placed if placed.state is VenueState.REJECTED}
    arrived = {placed.tag for placed in exchange.placed}
    for identity, fields in documents["orders"].items():
        if fields["state"] not in TERMINAL:
            said.append(f"I2: on the screen {identity} is {fields['state']} for good")
        if fields["state"] == OrderState.REJECTED and identity not in rejected:
            said.append(f"I10: {identity} is shown as rejected, and the venue did not reject it")
        if fields["reason"] == "never reached the broker" and identity in arrived:
            said.append(f"I10: {identity} is shown as never having reached the broker, and the venue has it")
    said += [f"I1: {placed.tag or placed.venue_order_id} works at the venue for good" for placed in exchange.working()]
    orders = documents["orders"]
    said += [
        f"I2: signal {identity} was ordered, and its order is gone"
        for identity, fields in documents["trading_signals"].items()
        if fields["order_id"] is not None and fields["order_id"] not in orders
    ]
    return said
