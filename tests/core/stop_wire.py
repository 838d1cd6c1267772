"""An engine whose orders go to a venue outside, and that venue, with a wire between them. Feeds tests of protect.py.

The venue's own book says what is true; the wire holds what has not arrived, and what was told and not yet heard.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from engine.core.engine import Engine
from engine.core.position import Position
from engine.core.state import State
from engine.domain.account import Desired
from engine.domain.broker import VenueState
from engine.domain.effects import CancelOrder, PublishRecord, SubmitOrder
from engine.domain.events import (
    BotChanged,
    BrokerReported,
    CancelRefused,
    ClockTicked,
    CommandReceived,
    Event,
    InstrumentListed,
    OrderAccepted,
    OrderCancelled,
    OrderDispatched,
    OrderExpired,
    OrderRejected,
    OrderUnknown,
    Recovered,
    ReportBegun,
    SessionOpened,
)
from engine.domain.exits import Exits
from engine.domain.instant import MINUTE, SECOND
from engine.domain.order import OrderState, Purpose
from engine.domain.records import AlertRecord, Record, slot_of
from engine.domain.signal import SignalType
from tests.builders.desk import CASH, LOOSE
from tests.builders.market import instrument, tick
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session
from tests.builders.venue_book import VenueBook, sighted, told

D, BUY, SELL = Decimal, SignalType.BUY, SignalType.SELL
START = at("09:20")
MAYBE_SENT = (OrderState.SENT, OrderState.IN_FLIGHT)


@dataclass
class StopWire:
    """`buys` and `sells` are the minutes after 09:20 at whose close the bot does so; `exits` are its exits."""

    buys: tuple[int, ...] = (1,)
    exits: Exits = field(default_factory=lambda: Exits(stop_pct=D(1)))
    quantity: int = 10
    sent: dict[str, SubmitOrder] = field(default_factory=dict)
    outgoing: list[SubmitOrder] = field(default_factory=list)
    cancels: list[CancelOrder] = field(default_factory=list)
    lost: list[CancelOrder] = field(default_factory=list)
    incoming: list[Event] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    price: str = "500"
    minute: int = 0
    sells: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        self.book = VenueBook()
        self.now = START
        self.engine = self._engine()
        self._open()

    def _engine(self) -> Engine:
        script = {START + n * MINUTE: BUY if n in self.buys else SELL for n in self.buys + self.sells}
        engine = Engine(account(str(CASH), LOOSE), scripted({"script": script}), protects=True)
        engine.process(InstrumentListed(instrument()))
        return engine

    def _open(self) -> None:
        spec = replace(bot(strategy="script", quantity=self.quantity), exits=self.exits)
        self.take(BotChanged(spec, Desired.RUNNING, 1))
        self.take(SessionOpened(session(), session().open_at))

    @property
    def state(self) -> State:
        return self.engine.state

    @property
    def position(self) -> Position | None:
        return self.state.portfolio.get("alpha", "ACME")

    def take(self, event: Event) -> None:
        """One event; what comes of it waits on the wire."""
        for effect in self.engine.process(event):
            if isinstance(effect, PublishRecord):
                self.records.append(effect.record)
            elif isinstance(effect, SubmitOrder):
                self.sent[effect.order_id] = effect
                self.outgoing.append(effect)
            else:
                self.cancels.append(effect)

    def tick(self, price: str, seconds: int = 1) -> None:
        """So many seconds later the market trades at a price."""
        self.price, self.now = price, self.now + seconds * SECOND
        self.take(tick(self.now, price))

    def close_minute(self, price: str | None = None) -> None:
        """The minute that is forming closes."""
        self.minute = (self.now - START) // MINUTE + 1
        end = START + self.minute * MINUTE
        self.now = end - SECOND
        self.tick(price or self.price, 0)
        self.now = end
        self.take(ClockTicked(end))

    def ask_to_close(self) -> None:
        """A person closes the position."""
        self.take(CommandReceived("c", "close_position", {"bot_id": "alpha", "symbol": "ACME"}))

    def arrive(self, *, answered: bool = True) -> SubmitOrder:
        """The next order reaches the venue; its answer may be lost."""
        order = self.outgoing.pop(0)
        self.take(OrderDispatched(order.order_id, self.now))
        identity = self.book.take(order)
        if answered:
            self.incoming.append(OrderAccepted(order.order_id, identity, self.now))
        else:
            self.take(OrderUnknown(order.order_id, "no answer", self.now))
        return order

    def lose(self) -> None:
        """The next order never arrives, and nobody knows."""
        order = self.outgoing.pop(0)
        self.take(OrderDispatched(order.order_id, self.now))
        self.take(OrderUnknown(order.order_id, "no answer", self.now))

    def reject(self, reason: str = "no stop orders now") -> None:
        """The venue will not have the next order."""
        order = self.outgoing.pop(0)
        self.take(OrderRejected(order.order_id, reason, self.now))

    def cancel(self, outcome: str = "done") -> None:
        """The next cancellation: `done`, `unheard`, `refused`, or `lost` until dispatch asks again."""
        cancel = self.cancels.pop(0)
        identity = f"V-{cancel.order_id}"
        order = self.book.orders.get(identity)
        if outcome == "lost":
            self.lost.append(cancel)
        if order is None or outcome == "lost":
            return
        if outcome == "refused" or order.state is not VenueState.WORKING:
            self.incoming.append(CancelRefused(cancel.order_id, "too late", self.now))
            return
        self.book.end(identity, VenueState.EXPIRED if cancel.expire else VenueState.CANCELLED)
        if outcome == "done":
            kind = OrderExpired if cancel.expire else OrderCancelled
            self.incoming.append(kind(cancel.order_id, "as asked", self.now, order.filled_quantity))

    def fill(self, order_id: str, quantity: Decimal | int | None = None, *, heard: bool = True) -> None:
        """The venue trades part or all of an order."""
        order = self.book.orders[f"V-{order_id}"]
        whole = order.quantity - order.filled_quantity
        made = self.book.fill(order.venue_order_id, whole if quantity is None else D(quantity), D(self.price))
        if heard:
            self.incoming.append(told(made))

    def end(self, order_id: str, *, heard: bool = True) -> None:
        """The venue ends an order that nobody asked it to end."""
        order = self.book.orders[f"V-{order_id}"]
        self.book.end(order.venue_order_id, VenueState.CANCELLED, "risk management")
        if heard:
            self.incoming.append(OrderCancelled(order_id, "risk management", self.now, order.filled_quantity))

    def hear(self) -> None:
        """Everything that was told is heard, in order."""
        while self.incoming:
            self.take(self.incoming.pop(0))

    def look_up(self, order_id: str) -> None:
        """The venue is asked about an order, and the answer heard: its fills, then its end."""
        for event in sighted(self.book, order_id, self.now):
            self.take(event)

    def report(self) -> None:
        """A report is taken."""
        self.take(ReportBegun())
        self.take(BrokerReported(self.book.report(self.state.now)))

    def restart(self) -> None:
        """kill -9: what was on the wire to the venue is gone. Open orders are looked up by whoever calls this."""
        kept = {(r.collection, r.document_id, slot_of(r)): r for r in self.records}
        before = self.state
        for wire in (self.outgoing, self.cancels, self.lost, self.incoming):
            wire.clear()  # type: ignore[attr-defined]
        self.engine = self._engine()
        self.take(Recovered(tuple(kept.values()), before.sequence))
        for order in self.state.open_orders():
            if order.state in MAYBE_SENT:
                self.take(OrderUnknown(order.order_id, "the engine was restarted", self.now))
        self._open()

    def settle(self) -> None:
        """Everything arrives, is answered, heard and looked up, until nothing moves any more."""
        for _ in range(60):
            self.cancels, self.lost = self.cancels + self.lost, []
            while self.outgoing:
                self.arrive()
            while self.cancels:
                self.cancel()
            self.hear()
            for order_id in self.asked():
                self.look_up(order_id)
            self.report()
            if not (self.outgoing or self.cancels or self.incoming):
                return
        raise AssertionError("it never rests")

    def asked(self) -> list[str]:
        """Orders that dispatch would look up: it never asks about one that is still to be sent."""
        waiting = {order.order_id for order in self.outgoing}
        unsent = (OrderState.CREATED, OrderState.SENT, OrderState.IN_FLIGHT)
        return [o.order_id for o in self.state.open_orders() if o.order_id not in waiting and o.state not in unsent]

    def working(self, *purposes: Purpose) -> list[str]:
        """Orders of some purposes that work at the venue."""
        at_work = [str(o.client_order_id) for o in self.book.orders.values() if o.state is VenueState.WORKING]
        return [order_id for order_id in at_work if self.sent[order_id].purpose in purposes]

    def net(self) -> Decimal:
        """What the venue holds."""
        return sum((fill.quantity * fill.side.sign for fill in self.book.fills), D(0))

    def alerts(self, kind: str) -> list[str]:
        """The texts of the alerts of a kind."""
        return [record.text for record in self.records if isinstance(record, AlertRecord) and record.kind == kind]


def protected(wire: StopWire) -> str:
    """Ten are bought and held, and their stop rests; returns its order's id."""
    wire.close_minute()
    entry = wire.arrive()
    wire.fill(entry.order_id)
    wire.hear()
    stop = wire.arrive()
    wire.hear()
    assert stop.purpose is Purpose.PROTECT
    return stop.order_id
