"""A venue that answers late and in any order, refuses a cancellation, and fills in parts. Feeds the tests of kills.

Deterministic by its seed. What it was asked waits until a test lets it answer, one event at a time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from decimal import Decimal

from engine.core.engine import Engine
from engine.core.state import MakeStrategy, State
from engine.domain.account import Desired
from engine.domain.broker import BrokerReport
from engine.domain.effects import CancelOrder, PublishRecord, SubmitOrder
from engine.domain.events import (
    BotChanged,
    BrokerReported,
    CancelRefused,
    ClockTicked,
    CommandReceived,
    Event,
    FillReceived,
    HaltChanged,
    InstrumentListed,
    KillAsked,
    KillReviewed,
    OrderAccepted,
    OrderCancelled,
    OrderRejected,
    Recovered,
    ReportBegun,
    SessionOpened,
)
from engine.domain.instant import MINUTE, SECOND
from engine.domain.order import OrderState, Purpose
from engine.domain.records import AccountRecord, AlertRecord, KillRecord, KillStep, Record, slot_of
from engine.domain.signal import SignalType
from tests.builders.desk import CASH, LOOSE
from tests.builders.market import instrument, tick
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session

D = Decimal
START = at("09:20")
A_MINUTE = 3  # entries: fewer than any account may send in a second
HELD = tuple(f"HELD{n}" for n in range(10))
ASKED = tuple(f"ASKED{n}" for n in range(10))


@dataclass
class _Working:
    order: SubmitOrder
    left: Decimal


@dataclass
class SlowDesk:
    """An engine and its venue. `refusals` is how often it refuses to cancel an order, `rejections` how often to take an
    exit of a symbol; `parts` are orders' fills; `tell` brings one answer of those that wait.
    """

    seed: int = 1
    refusals: dict[str, int] = field(default_factory=dict)
    rejections: dict[str, int] = field(default_factory=dict)
    parted: bool = False
    records: list[Record] = field(default_factory=list)
    numbered: int = 0
    cancels: list[str] = field(default_factory=list)
    sent: list[SubmitOrder] = field(default_factory=list)
    minute: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.waiting: list[Event] = []
        self.working: dict[str, _Working] = {}
        self.engine = Engine(account(str(CASH), replace(LOOSE, positions_max=40)), self._strategies())
        self._begin()

    def _strategies(self) -> MakeStrategy:
        return scripted({"script": {START + n * MINUTE: SignalType.BUY for n in range(1, 90)}})

    def _begin(self) -> None:
        for symbol in (*HELD, *ASKED):
            self.take(InstrumentListed(instrument(symbol)))

    def open(self) -> SlowDesk:
        """The bot runs and the day begins."""
        self.take(BotChanged(bot("alpha", (*HELD, *ASKED), strategy="script", quantity=100), Desired.RUNNING, 1))
        self.take(SessionOpened(session(), session().open_at))
        return self

    @property
    def state(self) -> State:
        return self.engine.state

    @property
    def kill(self) -> KillRecord:
        """The kill as it was written down last."""
        assert self.account.kill is not None
        return self.account.kill

    @property
    def account(self) -> AccountRecord:
        """The account as it was written down last."""
        return next(record for record in reversed(self.records) if isinstance(record, AccountRecord))

    def step(self, number: int) -> KillStep:
        return self.kill.steps[number]

    def alerts(self, *kinds: str) -> list[str]:
        """Texts of the alerts of some kinds, in order."""
        return [r.text for r in self.records if isinstance(r, AlertRecord) and r.kind in kinds]

    def take(self, event: Event) -> None:
        """One event; what is asked of the venue waits there."""
        for effect in self.engine.process(event):
            if isinstance(effect, PublishRecord):
                self.records.append(effect.record)
            elif isinstance(effect, SubmitOrder):
                self.sent.append(effect)
                self._asked(effect)
            else:
                self.cancels.append(effect.order_id)
                self.waiting.append(self._cancelled(effect))

    def buy(self, symbols: tuple[str, ...], *, filled: bool) -> list[SubmitOrder]:
        """The bot's entries on these symbols, in the minutes that takes: filled whole, or at work at the venue."""
        made: list[SubmitOrder] = []
        for begin in range(0, len(symbols), A_MINUTE):
            self.minute += 1
            for symbol in symbols[begin : begin + A_MINUTE]:
                self.take(tick(START + self.minute * MINUTE - SECOND, "500", symbol))
            before = len(self.sent)
            self.take(ClockTicked(START + self.minute * MINUTE))
            for order in self.sent[before:]:
                self.take(self.waiting.pop())  # its acceptance
                made.append(order)
        for order in made if filled else ():
            self.take(self.fill(order, order.quantity))
        return made

    def fill(self, order: SubmitOrder, quantity: Decimal) -> FillReceived:
        """The venue trades so much of it."""
        self.numbered += 1
        working = self.working[order.order_id]
        working.left -= quantity
        if not working.left:
            del self.working[order.order_id]
        return FillReceived(order.order_id, f"F-{self.numbered}", quantity, D(500), self.state.now)

    def tell(self) -> bool:
        """One of the answers that wait, or a fill of an exit; False when there is nothing to tell."""
        exits = [one for one in self.working.values() if one.order.purpose is Purpose.EXIT]
        choices = len(self.waiting) + len(exits)
        if not choices:
            return False
        chosen = self.chance.randrange(choices)
        if chosen < len(self.waiting):
            self.take(self.waiting.pop(chosen))
            return True
        working = exits[chosen - len(self.waiting)]
        if self.state.orders[working.order.order_id].state is OrderState.SENT:
            return True  # it is not there yet
        half = self.parted and working.left == working.order.quantity and working.left > 1
        self.take(self.fill(working.order, working.left // 2 if half else working.left))
        if half and self.chance.randrange(2):  # the rest is ended by the venue
            del self.working[working.order.order_id]
            self.waiting.append(OrderCancelled(working.order.order_id, "ended by the venue", self.state.now))
        return True

    def settle(self) -> None:
        """Everything that waits is told."""
        while self.tell():
            pass

    def restart(self) -> SlowDesk:
        """Another engine goes on from what was written down; the venue and what it has to tell are as they were."""
        kept = {(r.collection, r.document_id, slot_of(r)): r for r in self.records}
        before = self.state
        self.engine = Engine(before.account, self._strategies())
        self._begin()
        self.take(Recovered(tuple(kept.values()), before.sequence))
        return self.open()

    def compared(self) -> None:
        """The first report after a start: nothing differs."""
        self.take(ReportBegun())
        for symbol in (*HELD, *ASKED):
            self.state.truth.touch(symbol)
        self.take(BrokerReported(BrokerReport((), (), (), self.state.now)))

    def _asked(self, order: SubmitOrder) -> None:
        if order.purpose is Purpose.EXIT and self.rejections.get(order.symbol, 0):
            self.rejections[order.symbol] -= 1
            self.waiting.append(OrderRejected(order.order_id, "no margin", order.at))
            return
        self.working[order.order_id] = _Working(order, order.quantity)
        self.waiting.append(OrderAccepted(order.order_id, f"V-{order.order_id}", order.at))

    def _cancelled(self, cancel: CancelOrder) -> Event:
        if self.refusals.get(cancel.order_id, 0):
            self.refusals[cancel.order_id] -= 1
            return CancelRefused(cancel.order_id, "busy", cancel.at)
        if cancel.order_id in self.working:
            del self.working[cancel.order_id]
        return OrderCancelled(cancel.order_id, "as asked", cancel.at)


FLATTEN = KillAsked("odd prices", True, "ann", 1_000)
KILL = KillAsked("odd prices", False, "ann", 1_000)
RESUME = HaltChanged(False, "")


def busy(seed: int = 1, **options: object) -> SlowDesk:
    """Ten positions; twenty open orders: eighteen entries, ten of them on what is held, and two exits at work."""
    desk = SlowDesk(seed, **options).open()  # type: ignore[arg-type]
    desk.buy(HELD, filled=True)
    desk.buy((*HELD, *ASKED[:8]), filled=False)
    for symbol in HELD[:2]:
        for order in desk.state.open_orders("alpha", symbol):
            desk.take(desk.fill(desk.working[order.order_id].order, order.remaining))
        desk.take(CommandReceived(f"close {symbol}", "close_position", {"bot_id": "alpha", "symbol": symbol}))
        desk.take(desk.waiting.pop())
    desk.buy(ASKED[8:], filled=False)
    return desk


def a_minute_later(desk: SlowDesk) -> None:
    """A price, by which a rejected exit has rested, and the review."""
    desk.minute += 1
    desk.take(tick(START + desk.minute * MINUTE, "500", ASKED[9]))
    desk.take(KillReviewed())
