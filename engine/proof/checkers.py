"""What must hold once faults have stopped and all has come to rest: one small function an invariant. Asked by
watcher.py.
"""

from __future__ import annotations

from decimal import Decimal

from engine.adapters.firestore.decoder import value_of
from engine.core.orders import TERMINAL
from engine.core.settle import exits_of
from engine.core.state import State
from engine.domain.broker import VenueState
from engine.domain.order import OrderState, Purpose
from engine.ports import Fields
from engine.proof.exchange import Exchange
from engine.proof.fill_checkers import fills_booked, fills_shown, succeeded
from engine.proof.storage import Disk, Store

ZERO = Decimal(0)
_LOOKED_AT = {
    "accounts": ("cash",),
    "commands": ("state",),
    "fills": ("venue_fill_id", "order_id", "side", "quantity", "price", "charges"),
    "open_positions": ("symbol", "quantity"),
    "orders": ("state", "purpose", "reason", "quantity", "filled_quantity", "signal_id"),
    "trading_signals": ("order_id", "bot_id", "symbol", "bar_at"),
}  # of all documents the fields that are compared, by collection


def violations_at_rest(state: State, disk: Disk, exchange: Exchange, store: Store) -> list[str]:
    """What the venue, the books and the store do not agree about, as sentences."""
    documents = _documents(store)
    return [
        *_durable(disk, store, documents["commands"]),
        *_unsettled(state, disk),
        *unprotected(state, exchange),
        *fills_booked(state, exchange, documents["fills"], documents["orders"]),
        *_positions(state, exchange, documents["open_positions"]),
        *_cash(state, documents),
        *_orders(exchange, documents),
        *fills_shown(exchange, documents["orders"], documents["fills"]),
        *_signals(documents["trading_signals"]),
    ]


def unfinished(state: State) -> list[str]:
    """The orders that are open and do not rest to protect something."""
    return [
        order.order_id
        for order in state.open_orders()
        if not (order.purpose is Purpose.PROTECT and order.state is OrderState.ACCEPTED)
    ]


def _documents(store: Store) -> dict[str, dict[str, Fields]]:
    found: dict[str, dict[str, Fields]] = {name: {} for name in _LOOKED_AT}
    for document in store.wire.all():
        _, collection, identity = document.name.rsplit("/", 2)
        if collection in found:
            fields = document.fields
            found[collection][identity] = {name: value_of(fields[name]) for name in _LOOKED_AT[collection]}
    return found


def _unsettled(state: State, disk: Disk) -> list[str]:
    """I2, I14: nothing is open, unknown, undelivered or set aside."""
    said = [f"I2: {identity} is {state.orders[identity].state} for good" for identity in unfinished(state)]
    if state.breaker.broken:
        said.append(f"I7: the account halted: {state.breaker.reason}")
    status = disk.status()
    if status.depth or status.dead_letters:
        said.append(f"I14: {status.depth} records wait, {status.dead_letters} are dead letters")
    if state.truth.state != "in_step":
        said.append(f"I5: {state.truth.state}: {'; '.join(state.truth.sentences())}")
    return said


def _durable(disk: Disk, store: Store, commands: dict[str, Fields]) -> list[str]:
    """I13: what a person was told to be accepted was carried out; each fact that the journal took is in the store."""
    said = [f"I13: {identity} is accepted for good" for identity, one in commands.items() if one["state"] == "accepted"]
    there = {document.name.partition("/documents/")[2] for document in store.wire.all()}
    facts = {f"{effect.record.collection}/{effect.record.document_id}" for effect in disk.seen if effect.record.fact}
    return said + [f"I13: {fact} was written down, and is not in the store" for fact in sorted(facts - there)]


def unprotected(state: State, exchange: Exchange) -> list[str]:
    """I12: of each position that should have a stop, as much as is held rests at the venue, and no more."""
    wanted: dict[str, Decimal] = {}
    for position in state.portfolio.all():
        exits = exits_of(state, position)
        if exits is not None and exits.stop_pct is not None:
            wanted[position.symbol] = wanted.get(position.symbol, ZERO) - position.quantity
    resting: dict[str, Decimal] = {}
    for placed in exchange.working():
        if placed.purpose is Purpose.PROTECT:
            left = (placed.quantity - placed.filled) * placed.side.sign
            resting[placed.symbol] = resting.get(placed.symbol, ZERO) + left
    if wanted != resting:
        return [f"I12: stops of {_words(wanted)} should rest at the venue, of {_words(resting)} do"]
    return []


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
        if fields["state"] not in TERMINAL and fields["purpose"] != Purpose.PROTECT:
            said.append(f"I2: on the screen {identity} is {fields['state']} for good")
        if fields["state"] == OrderState.REJECTED and identity not in rejected:
            said.append(f"I10: {identity} is shown as rejected, and the venue did not reject it")
        late = succeeded(exchange) and fields["purpose"] != Purpose.ENTRY  # of an engine that hung and had decided it
        if fields["reason"] == "never reached the broker" and identity in arrived and not late:
            said.append(f"I10: {identity} is shown as never having reached the broker, and the venue has it")
    said += [f"I1: {placed.tag or placed.venue_order_id} works at the venue for good" for placed in exchange.at_work()]
    orders, signals = documents["orders"], documents["trading_signals"]
    said += [
        f"I2: signal {identity} was ordered, and its order is gone"
        for identity, fields in signals.items()
        if fields["order_id"] is not None and fields["order_id"] not in orders
    ]
    said += [
        f"I2: {identity} came of signal {fields['signal_id']}, which says that no order did"
        for identity, fields in orders.items()
        if fields["signal_id"] is not None and signals.get(fields["signal_id"], {}).get("order_id") is None
    ]
    return said


def _signals(shown: dict[str, Fields]) -> list[str]:
    """I1: a bot gives one signal of a bar, however often it looks at it."""
    said, known = [], dict[tuple[str, str, str], str]()
    for identity, fields in shown.items():
        key = (fields["bot_id"], fields["symbol"], str(fields["bar_at"]))
        if key in known:
            said.append(f"I1: {known[key]} and {identity} are the same signal of {key[0]}: {key[1]} at {key[2]}")
        known[key] = identity
    return said
