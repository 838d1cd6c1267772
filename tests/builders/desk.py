"""An engine without a venue, for tests that say themselves what the venue said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.core.engine import Engine
from engine.domain.account import Desired
from engine.domain.effects import PublishRecord, SubmitOrder
from engine.domain.events import (
    BotChanged,
    ClockTicked,
    CommandReceived,
    Event,
    FillReceived,
    InstrumentListed,
    OrderAccepted,
    SessionOpened,
)
from engine.domain.records import Record
from engine.domain.risk import RiskPolicy
from engine.domain.signal import SignalType
from tests.builders.market import instrument, tick
from tests.builders.paper import account, bot
from tests.builders.scripted import scripted
from tests.builders.times import at, session

D = Decimal
CASH = D(10_000_000)
LOOSE = RiskPolicy(notional_max_pct=D(100), at_risk_max_pct=D(100), quote_age_max_s=86_400)


@dataclass
class Desk:
    """An engine without a venue: the test says what the venue says. `sent` are the orders that left."""

    engine: Engine
    sent: list[SubmitOrder]
    records: list[Record]

    def take(self, event: Event) -> None:
        for effect in self.engine.process(event):
            if isinstance(effect, SubmitOrder):
                self.sent.append(effect)
            elif isinstance(effect, PublishRecord):
                self.records.append(effect.record)

    def accept(self, order: SubmitOrder) -> None:
        self.take(OrderAccepted(order.order_id, f"V-{order.order_id}", order.at))


def desk(symbols: Sequence[str] = ("ACME",), quantity: int = 100, minutes: int = 40) -> Desk:
    """A desk whose bot buys in every symbol at each close from 09:21 on."""
    script = {at("09:20") + n * 60_000_000: SignalType.BUY for n in range(1, minutes)}
    made = Desk(Engine(account(str(CASH), LOOSE), scripted({"script": script})), [], [])
    for symbol in symbols:
        made.take(InstrumentListed(instrument(symbol)))
    made.take(BotChanged(bot("alpha", symbols, strategy="script", quantity=quantity), Desired.RUNNING, 1))
    made.take(SessionOpened(session(), session().open_at))
    return made


def enter(made: Desk, minute: int, price: str, symbols: Sequence[str] = ("ACME",)) -> list[SubmitOrder]:
    """Let the bot's next entries leave, one a symbol, and have them accepted."""
    before = len(made.sent)
    for symbol in symbols:
        made.take(tick(at("09:20") + minute * 60_000_000 - 1_000_000, price, symbol))
    made.take(ClockTicked(at("09:20") + minute * 60_000_000))
    orders = made.sent[before:]
    for order in orders:
        made.accept(order)
    return orders


def leave(made: Desk, symbol: str = "ACME") -> SubmitOrder | None:
    """Ask for a position to be closed; None when nothing is held or an exit is on its way already."""
    before = len(made.sent)
    made.take(CommandReceived("c", "close_position", {"bot_id": "alpha", "symbol": symbol}))
    for order in made.sent[before:]:
        made.accept(order)
        return order
    return None


def parts_of(quantity: D, cuts: Sequence[int]) -> list[D]:
    """A quantity cut into whole shares at the given places."""
    places = sorted({cut for cut in cuts if 0 < cut < quantity} | {int(quantity)})
    return [D(b - a) for a, b in zip([0, *places], places, strict=False)]


def fill(order: SubmitOrder, number: int, quantity: D, price: D) -> FillReceived:
    return FillReceived(order.order_id, f"{order.order_id}-{number}", quantity, price, order.at + 1)
