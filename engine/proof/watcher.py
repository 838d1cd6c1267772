"""What must hold at every moment, looked at from outside: at each send, and at each record that is written down. Asked
by fleet.py; at the end it asks checkers.py.

A violation is a sentence that begins with the number of an invariant of the reliability page.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from engine.adapters.firestore.decoder import value_of
from engine.adapters.firestore.messages import Message
from engine.core.orders import TERMINAL
from engine.core.state import State
from engine.domain.effects import SubmitOrder
from engine.domain.instant import moment_of
from engine.domain.order import OrderState, Purpose
from engine.domain.records import DifferenceKind, DifferenceRecord, DifferenceState, FillRecord, OrderRecord
from engine.proof.checkers import violations_at_rest
from engine.proof.exchange import Exchange
from engine.proof.link import InFlight
from engine.proof.shape import Shape
from engine.proof.storage import Disk, Store

ZERO = Decimal(0)
BOOKS = frozenset({"orders", "trading_signals", "fills", "open_positions"})  # of those that an engine alone writes
_OF_QUANTITIES = frozenset({DifferenceKind.FOREIGN_POSITION, DifferenceKind.QUANTITY_MISMATCH})
_LIMITS = frozenset({"leverage", "total_at_risk", "cash"})  # what is held and what is on its way count against them
_LEAVES_BY = {Purpose.EXIT: Purpose.PROTECT, Purpose.PROTECT: Purpose.EXIT}  # one of the two
PRICES_MOVE = Decimal("1.05")  # since what is held was decided on


@dataclass(slots=True)
class Watcher:
    """Looks at each order as it leaves, and at each record as it is written down."""

    exchange: Exchange
    store: Store
    in_flight: InFlight
    shape: Shape
    violations: list[str] = field(default_factory=list)
    happened: int = 0  # to orders and differences, so far
    _sent: set[str] = field(default_factory=set)
    _of_signal: dict[str, list[str]] = field(default_factory=dict)
    _read: dict[str, int] = field(default_factory=dict)
    _newest: dict[tuple[str, str], OrderRecord] = field(default_factory=dict)
    _sequences: dict[str, float] = field(default_factory=dict)
    _decided: set[str] = field(default_factory=set)  # symbols of differences that a person decided about

    def taken(self, who: str, request: Message) -> None:
        """A commit of a process is in the store. I9: the books are written by who has the account, by nobody else.
        I15: what a screen reads never goes back.
        """
        holder: str | None = None
        for write in request.writes:
            update = write.update
            name = update.name or write.delete
            if name.rpartition("/")[0].rpartition("/")[2] not in BOOKS:
                continue
            holder = holder or self.store.holder(self.shape.account.account_id)
            if holder != who:
                self._say(f"I9: {who} wrote {name.rpartition('/')[2]}, and {holder or 'nobody'} has the account")
            if "sequence" not in update.fields:  # deleted: what comes after it is newer all the same
                continue
            number = value_of(update.fields["sequence"])
            if number < self._sequences.get(name, 0):
                self._say(f"I15: {name.rpartition('/')[2]} went back from {self._sequences[name]} to {number}")
            self._sequences[name] = number

    def leaves(self, order: SubmitOrder, disk: Disk, who: str, books: Decimal | None = None) -> None:
        """An order is on the wire, sent by the process of that name. `books`: what these hold, where they differ."""
        self.look_at(disk)
        record = self._newest.get((disk.name, order.order_id))
        entry = order.purpose is Purpose.ENTRY
        # An exit of a live account does not wait for the store: it is derived again from the position.
        outside = self.store.has("orders", order.order_id) or (self.shape.live and not entry)
        if record is None or not outside:
            self._say(f"I3: {order.order_id} left and was not written down outside of the process")
            return
        if entry:
            self._entry(order, who)
        arrived = any(placed.tag == order.order_id for placed in self.exchange.placed)
        if order.order_id in self._sent and (entry or arrived):
            self._say(f"I1: {order.order_id} was sent twice")
        elif order.order_id in self._sent:  # the same exit of two engines, neither of which can see the other's
            self._met["an exit sent while the same was on its way"] += 1
        self._sent.add(order.order_id)
        if order.purpose in _LEAVES_BY:
            self._one_way_out(order, record, disk)
            if books is not None:
                self._turns_nothing_round(order, record, books)
        if record.signal_id is None or order.purpose is not Purpose.ENTRY:
            return
        others = self._of_signal.setdefault(record.signal_id, [])
        live = [placed.tag for placed in self.exchange.working() if placed.tag in others]
        if live:
            self._say(f"I1: {order.order_id} left while {', '.join(map(str, live))} of the same signal works")
        others.append(order.order_id)

    def _one_way_out(self, order: SubmitOrder, record: OrderRecord, disk: Disk) -> None:
        """I12: of a position's stop and its exit one is at the venue at most: both could fill. What the engine before
        had sent, nobody may know yet.
        """
        for placed in self.exchange.working():
            if placed.purpose is not _LEAVES_BY[order.purpose] or placed.symbol != order.symbol or not placed.tag:
                continue
            other = self._newest.get((disk.name, placed.tag))
            if other is not None and other.bot_id == record.bot_id and not self.shape.successors:
                self._say(f"I12: {order.purpose} {order.order_id} left while {placed.purpose} {placed.tag} works")

    def _turns_nothing_round(self, order: SubmitOrder, record: OrderRecord, books: Decimal) -> None:
        """I5: where books and venue differ, what leaves a position leaves the venue no further on the other side than
        it would leave the books: somebody may have closed it by hand.
        """
        self._met["an exit amid a difference"] += 1
        sign = -order.side.sign
        after = sign * self.exchange.net().get(order.symbol, ZERO) - order.quantity
        if after < min(ZERO, sign * books - record.quantity):
            self._say(f"I5: {order.purpose} {order.order_id} of {order.quantity} leaves {-sign * after} at the venue")

    def _entry(self, order: SubmitOrder, who: str) -> None:
        """I8: who sends an entry has the account now. I11: what may be held with it is within the limit."""
        lease = self.store.fields("leases", self.shape.account.account_id)
        if lease.get("instance") != who or lease["until"] <= moment_of(self.exchange.occasions.now):
            self._say(f"I8: {who} sent entry {order.order_id}, and {lease.get('instance')} has the account")
        most = self.shape.account.risk_policy.leverage_max * self.shape.account.cash * PRICES_MOVE
        exposed = self._exposed(order)
        if exposed > most:
            self._say(f"I11: with {order.order_id} {exposed:.0f} may be held, {most:.0f} are allowed")

    def _exposed(self, order: SubmitOrder) -> Decimal:
        """What our orders hold and may still come to hold, at the last prices, `order` included."""
        held: dict[str, Decimal] = {}
        for fill in self.exchange.fills:
            if fill.client_order_id is not None:
                held[fill.symbol] = held.get(fill.symbol, ZERO) + fill.quantity * fill.side.sign
        on_the_way = [(order.symbol, order.quantity)]
        on_the_way += [
            (late.symbol, late.quantity)
            for _, late in self.in_flight.waiting
            if isinstance(late, SubmitOrder) and late.purpose is Purpose.ENTRY
        ]
        on_the_way += [
            (placed.symbol, placed.quantity - placed.filled)
            for placed in self.exchange.working()
            if placed.purpose is Purpose.ENTRY
        ]
        total = sum((abs(quantity) * self.exchange.prices[symbol] for symbol, quantity in held.items()), ZERO)
        return total + sum((quantity * self.exchange.prices[symbol] for symbol, quantity in on_the_way), ZERO)

    def look_at(self, disk: Disk) -> None:
        """What was written down since the last look: no order leaves its end, no filled quantity falls. Transitions and
        differences are counted.
        """
        begin = self._read.get(disk.name, 0)
        self._read[disk.name] = len(disk.seen)
        for place, effect in enumerate(disk.seen[begin:], begin):
            match effect.record:
                case OrderRecord() as record:
                    self.happened += 1
                    self._order(record, disk, place)
                case DifferenceRecord() as record:
                    self.happened += 1
                    self._met[f"difference: {record.kind} {record.state}"] += 1
                    self._difference(record)
                    if record.resolved_by is not None:
                        self._decided.add(record.symbol)
                    # Two engines may send the same exit with other quantities, and a person may have taken a position
                    # out of the books that an exit was under way for; else an order takes its own fills.
                    wrong = record.ours.startswith("the books can't take it") and record.symbol not in self._decided
                    if wrong and not self.shape.successors:
                        self._say(f"I4: fill {record.subject} of {record.order_id}: {record.ours}")
                case _:
                    pass

    def _order(self, record: OrderRecord, disk: Disk, place: int) -> None:
        key = (disk.name, record.order_id)
        before, self._newest[key] = self._newest.get(key), record
        if record.state is OrderState.REFUSED:
            self._refused(record)
        if before is None:
            return
        if before.state is not record.state:
            self._met[f"order: {before.state} to {record.state}"] += 1
        if before.state in TERMINAL and record.state is not before.state and not _decided_anew(before, record):
            self._say(f"I7: {record.order_id} left its end: {before.state} to {record.state}")
        if record.filled_quantity < before.filled_quantity and not self._fills_were_lost(before, disk, place):
            self._say(f"I7: of {record.order_id} {before.filled_quantity} were filled, then {record.filled_quantity}")

    def _difference(self, record: DifferenceRecord) -> None:
        """I5: what is ours is not called somebody else's. An engine that was overtaken knows nothing of what the other
        sent, one that lost its disk nothing of what had not reached the store.
        """
        if record.state is not DifferenceState.OPEN or self.shape.successors:
            return
        placed = self.exchange.placed
        if record.kind is DifferenceKind.FOREIGN_ORDER:
            tag = next((one.tag for one in placed if one.venue_order_id == record.venue_order_id), None)
            if tag is not None and self.store.has("orders", tag):
                self._say(f"I5: {tag} is ours, and called somebody else's")
        by_hand = any(one.tag is None and one.symbol == record.symbol for one in placed)
        explained = by_hand or self._met["disk_lost"] or self.exchange.since  # a book of another day tells no fill
        if record.kind in _OF_QUANTITIES and not explained:
            self._say(f"I5: {record.symbol}: {record.ours}, {record.theirs}; and nobody else trades it")

    def _refused(self, record: OrderRecord) -> None:
        """I11: a limit holds nothing back where nothing is held, and nothing on its way."""
        at_venue = self.exchange.fills or self.exchange.working() or self.in_flight.waiting
        if record.reason not in _LIMITS or at_venue:
            return
        if all(one.state in TERMINAL for one in self._newest.values()):
            self._say(f"I11: {record.order_id} was refused ({record.reason}), and there is nothing that counts")

    def at_rest(self, state: State, disk: Disk) -> None:
        """All has come to rest: three accounts of the same day must agree."""
        for sentence in violations_at_rest(state, disk, self.exchange, self.store):
            self._say(sentence)

    @property
    def _met(self) -> Counter[str]:
        return self.exchange.occasions.met

    def _fills_were_lost(self, order: OrderRecord, disk: Disk, place: int) -> bool:
        """Whether the store had the order as further filled than by the fills it knew then: the journal that had them
        went, and the order is opened again until the venue has told of them anew, be it at once.
        """
        anew = {effect.record.venue_fill_id for effect in disk.seen[place:] if isinstance(effect.record, FillRecord)}
        own = (fields for fields in self.store.all_of("fills") if fields["order_id"] == order.order_id)
        known = sum(fields["quantity"] for fields in own if fields["venue_fill_id"] not in anew)
        return bool(known < order.filled_quantity)

    def _say(self, sentence: str) -> None:
        self.violations.append(sentence)
        self.exchange.occasions.note("CHECK", sentence)


def _decided_anew(before: OrderRecord, record: OrderRecord) -> bool:
    """Whether an exit that waited for a stop to be gone was given up by a restart, and is decided again in the same
    minute: its id is the same, and nobody outside has seen it before.
    """
    never_sent = {step.state for step in before.history} <= {OrderState.CREATED, OrderState.CANCELLED}
    return never_sent and record.state is OrderState.CREATED
