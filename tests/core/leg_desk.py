"""A desk whose one bot buys once and sends with a limit; a test says what the venue says. Feeds test_execution.py."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.core.engine import Engine
from engine.core.execution import Leg
from engine.domain.account import Desired
from engine.domain.effects import CancelOrder, PublishRecord, SubmitOrder
from engine.domain.events import (
    BotChanged,
    ClockTicked,
    CommandReceived,
    Event,
    FillReceived,
    InstrumentListed,
    OrderCancelled,
    SessionOpened,
)
from engine.domain.execution import EntryStyle, Execution, ExitStyle
from engine.domain.instant import MINUTE, SECOND
from engine.domain.instrument import Instrument
from engine.domain.records import AlertRecord, OrderRecord
from engine.domain.signal import SignalType
from tests.builders.desk import CASH, LOOSE, Desk
from tests.builders.market import instrument, tick
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session

D = Decimal
LIMIT = Execution(EntryStyle.LIMIT, ExitStyle.MARKETABLE_LIMIT)
START = at("09:20")


@dataclass
class LegDesk(Desk):
    """Keeps what was asked to be cancelled, too. `minute` counts from 09:20."""

    cancels: list[CancelOrder] = field(default_factory=list)
    minute: int = 0

    def take(self, event: Event) -> None:
        for effect in self.engine.process(event):
            if isinstance(effect, SubmitOrder):
                self.sent.append(effect)
            elif isinstance(effect, CancelOrder):
                self.cancels.append(effect)
            elif isinstance(effect, PublishRecord):
                self.records.append(effect.record)

    @property
    def now(self) -> int:
        return START + self.minute * MINUTE

    def pass_minute(self, price: str = "500", times: int = 1) -> None:
        """A price, a second before the minute is over, and the minute."""
        for _ in range(times):
            self.minute += 1
            self.take(tick(self.now - SECOND, price))
            self.take(ClockTicked(self.now))

    def enter(self, price: str = "500") -> SubmitOrder:
        """The bot's one entry leaves, and the venue has it."""
        self.pass_minute(price)
        return self.accepted()

    def leave(self) -> SubmitOrder:
        """A person closes the position; the venue has the exit."""
        self.take(CommandReceived(f"close-{self.minute}", "close_position", {"bot_id": "alpha", "symbol": "ACME"}))
        return self.accepted()

    def accepted(self) -> SubmitOrder:
        """The venue has the newest order."""
        self.accept(self.sent[-1])
        return self.sent[-1]

    def fill(self, order: SubmitOrder, quantity: int, number: int = 0) -> None:
        price = order.limit_price or D(500)
        self.take(FillReceived(order.order_id, f"{order.order_id}-{number}", D(quantity), price, self.now))

    def cancelled(self, order: SubmitOrder) -> None:
        self.take(OrderCancelled(order.order_id, "as asked", self.now))

    def hold(self, quantity: int = 100) -> None:
        """The bot has bought so much."""
        self.fill(self.enter(), quantity)

    def leg(self, order: SubmitOrder) -> Leg:
        return self.engine.state.legs[order.order_id]

    def alerts(self, kind: str) -> list[str]:
        return [record.text for record in self.records if isinstance(record, AlertRecord) and record.kind == kind]

    def written(self, order: SubmitOrder) -> OrderRecord:
        """The order as it was written down last."""
        found = (r for r in reversed(self.records) if isinstance(r, OrderRecord) and r.order_id == order.order_id)
        return next(found)


def leg_desk(
    execution: Execution = LIMIT, *, limits_only: bool = False, listed: Instrument | None = None, **changes: Any
) -> LegDesk:
    """The bot buys 100 at 09:21, and never again; `changes` are to the execution."""
    owner = account(str(CASH), LOOSE, limits_only=limits_only)
    made = LegDesk(Engine(owner, scripted({"script": {START + MINUTE: SignalType.BUY}})), [], [])
    made.take(InstrumentListed(listed or instrument()))
    spec = replace(bot("alpha", strategy="script", quantity=100), execution=replace(execution, **changes))
    made.take(BotChanged(spec, Desired.RUNNING, 1))
    made.take(SessionOpened(session(), session().open_at))
    return made
