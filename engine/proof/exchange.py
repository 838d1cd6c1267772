"""The venue as it really is: orders, fills, positions, and what it tells. The world's truth; links lead to it.

It takes what it is sent: an order sent twice is two orders, whatever tag it bears. Nothing here forgives the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from engine.domain.broker import BrokerReport, VenueFill, VenueOrder, VenuePosition, VenueState
from engine.domain.effects import SubmitOrder
from engine.domain.events import (
    BrokerEvent,
    FillReceived,
    OrderAccepted,
    OrderCancelled,
    OrderRejected,
)
from engine.domain.instant import Instant
from engine.domain.order import OrderType, Purpose, Side
from engine.proof.occasions import Occasions

ZERO = Decimal(0)
TICK = Decimal("0.05")


@dataclass(slots=True)
class Placed:
    """An order in the venue's book. `tag` is our id, None where somebody else placed it."""

    number: int
    tag: str | None
    symbol: str
    side: Side
    quantity: Decimal
    limit: Decimal | None
    at: Instant
    state: VenueState = VenueState.WORKING
    filled: Decimal = ZERO
    reason: str = ""
    rests_until: Instant = 0
    trigger: Decimal | None = None  # of a stop that no price has reached yet
    purpose: Purpose | None = None

    @property
    def venue_order_id(self) -> str:
        return f"V{self.number}"


@dataclass(slots=True)
class Exchange:
    """One account's book at the venue. `told` is all it ever said of tagged orders, in order."""

    occasions: Occasions
    placed: list[Placed] = field(default_factory=list)
    fills: list[VenueFill] = field(default_factory=list)
    told: list[BrokerEvent] = field(default_factory=list)
    prices: dict[str, Decimal] = field(default_factory=dict)
    since: Instant = 0  # when the book of its day began; 0: it forgets nothing
    carries: bool = True

    def place(self, order: SubmitOrder) -> BrokerEvent:
        """An order of ours arrives; what the venue answers."""
        if self.occasions.happens("rejected"):
            rejected = OrderRejected(order.order_id, "RMS: margin shortfall", self.occasions.now)
            self._add(order.order_id, order.symbol, order.side, order.quantity, None).state = VenueState.REJECTED
            return self._tell(rejected)
        limit = None if order.order_type is OrderType.MARKET else order.limit_price
        placed = self._add(order.order_id, order.symbol, order.side, order.quantity, limit)
        placed.purpose = order.purpose
        if order.order_type is OrderType.STOP_LIMIT:
            placed.trigger, placed.rests_until = order.trigger_price, 0
        self.occasions.note("venue", f"has {order.order_id}: {order.side} {order.quantity:f} {order.symbol}")
        return self._tell(OrderAccepted(order.order_id, placed.venue_order_id, self.occasions.now))

    def by_hand(self, symbol: str, side: Side, quantity: Decimal, *, rests: bool) -> None:
        """Somebody else trades the account: a resting order, or one that is filled at once."""
        placed = self._add(None, symbol, side, quantity, None)
        self.occasions.note("by hand", f"{side} {quantity:f} {symbol}{', resting' if rests else ''}")
        if rests:
            placed.rests_until = 2**62
        else:
            self._fill(placed, quantity, self.prices[symbol], self.occasions.now)

    def cancel(self, tag: str, venue_order_id: str | None) -> bool:
        """Take the rest of an order out; False where nothing of it works."""
        found = False
        for placed in self.placed:
            ours = placed.tag == tag if tag else placed.venue_order_id == venue_order_id
            if ours and placed.state is VenueState.WORKING:
                self.end(placed, "as asked")
                found = True
        return found

    def end(self, placed: Placed, reason: str) -> None:
        """An order ends without having been filled whole."""
        placed.state, placed.reason = VenueState.CANCELLED, reason
        self.occasions.note("venue", f"ends {placed.tag or placed.venue_order_id}: {reason}")
        if placed.tag is not None:
            self._tell(OrderCancelled(placed.tag, reason, self.occasions.now, placed.filled))

    def end_day(self, *, carries: bool) -> None:
        """What works ends and nobody is told, what is held is closed unless it `carries`, and the book begins anew."""
        for placed in self.working():
            placed.state, placed.reason = VenueState.CANCELLED, "the day is over"
        if not carries:
            for symbol, quantity in self.net().items():
                self.by_hand(symbol, Side.SELL if quantity > 0 else Side.BUY, abs(quantity), rests=False)
        self.since, self.carries = self.occasions.now + 1, carries

    def working(self) -> list[Placed]:
        """What may still trade."""
        return [placed for placed in self.placed if placed.state is VenueState.WORKING]

    def at_work(self) -> list[Placed]:
        """What works and is no stop of ours that waits for its price."""
        return [placed for placed in self.working() if placed.purpose is not Purpose.PROTECT]

    def trade(self, symbol: str, price: Decimal, at: Instant) -> None:
        """A price of that moment: what works on the symbol is filled, whole or in part."""
        self.prices[symbol] = price
        for placed in self.working():
            if placed.symbol != symbol or self.occasions.now < placed.rests_until:
                continue
            if placed.trigger is not None:
                if (price - placed.trigger) * placed.side.sign < 0:
                    continue
                placed.trigger = None
            if placed.limit is not None and (price - placed.limit) * placed.side.sign > 0:
                continue
            if placed.tag is not None and self.occasions.happens("killed_by_broker"):
                self.end(placed, "RMS: squared off")
                continue
            left = placed.quantity - placed.filled
            if left > 1 and self.occasions.happens("partial"):
                left = Decimal(self.occasions.chance.whole(1, int(left) - 1))
            self._fill(placed, left, price + TICK * placed.side.sign, at)

    def find(self, tag: str) -> tuple[VenueOrder, tuple[VenueFill, ...]] | None:
        """The order of that tag and its fills: the newest, should there be several."""
        for placed in reversed(self._listed()):
            if placed.tag == tag:
                own = tuple(fill for fill in self.fills if fill.venue_order_id == placed.venue_order_id)
                return _listed(placed), own
        return None

    def net(self) -> dict[str, Decimal]:
        """Signed quantities held, by symbol, without zeros."""
        held: dict[str, Decimal] = {}
        for fill in self.fills:
            held[fill.symbol] = held.get(fill.symbol, ZERO) + fill.quantity * fill.side.sign
        return {symbol: quantity for symbol, quantity in held.items() if quantity}

    def report(self) -> BrokerReport:
        """All of it, as of now."""
        positions = tuple(
            VenuePosition(symbol, quantity, self.prices[symbol]) for symbol, quantity in sorted(self.net().items())
        )
        listed, fills = self._listed(), self.fills
        if self.since:
            numbers = {placed.venue_order_id for placed in listed}
            fills = [fill for fill in fills if fill.venue_order_id in numbers]
        return BrokerReport(
            tuple(_listed(placed) for placed in listed), tuple(fills), positions, self.occasions.now,
            since=self.since, carries=self.carries,
        )  # fmt: skip

    def _listed(self) -> list[Placed]:
        """What is in the book of the day."""
        return [placed for placed in self.placed if placed.at >= self.since] if self.since else self.placed

    def _add(self, tag: str | None, symbol: str, side: Side, quantity: Decimal, limit: Decimal | None) -> Placed:
        placed = Placed(len(self.placed) + 1, tag, symbol, side, quantity, limit, self.occasions.now)
        if self.occasions.happens("rests"):
            placed.rests_until = self.occasions.now + round(self.occasions.chance.between(1, 90) * 1e6)
        self.placed.append(placed)
        return placed

    def _fill(self, placed: Placed, quantity: Decimal, price: Decimal, at: Instant) -> None:
        placed.filled += quantity
        if placed.filled == placed.quantity:
            placed.state = VenueState.FILLED
        identity = f"F{len(self.fills) + 1}"
        made = VenueFill(identity, placed.venue_order_id, placed.tag, placed.symbol, placed.side, quantity, price, at)
        self.fills.append(made)
        self.occasions.note("venue", f"fills {placed.tag or placed.venue_order_id}: {quantity:f} at {price:f}")
        if placed.tag is not None:
            self._tell(FillReceived(placed.tag, identity, quantity, price, at))

    def _tell(self, event: BrokerEvent) -> BrokerEvent:
        self.told.append(event)
        return event


def _listed(placed: Placed) -> VenueOrder:
    return VenueOrder(
        placed.venue_order_id, placed.tag, placed.symbol, placed.side, placed.quantity, placed.filled, placed.state,
        placed.at, placed.reason,
    )  # fmt: skip
