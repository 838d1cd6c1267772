"""An account, bots, and a paper loop whose records are kept for a test to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from engine.core.state import MakeStrategy, State
from engine.domain.account import AccountSpec, BotSpec, Desired
from engine.domain.effects import PublishRecord
from engine.domain.events import BotChanged, Event, InstrumentListed, SessionOpened
from engine.domain.exits import Exits
from engine.domain.instrument import Instrument
from engine.domain.records import (
    AccountRecord,
    AlertRecord,
    ClosedTradeRecord,
    FillRecord,
    OrderRecord,
    ProfitRecord,
    Record,
    SignalRecord,
    slot_of,
)
from engine.domain.risk import RiskPolicy
from engine.domain.sizing import Sizing, SizingKind
from engine.simulation.fill_model import FillModel
from engine.simulation.paper import PaperLoop
from engine.strategies.registry import make
from tests.builders.market import instrument
from tests.builders.times import session

R = TypeVar("R", bound=Record)


def account(cash: str | int = 1_000_000, policy: RiskPolicy | None = None, **changes: Any) -> AccountSpec:
    """A paper account with the contract's defaults."""
    return AccountSpec("paper-test", "user", cash=Decimal(cash), risk_policy=policy or RiskPolicy(), **changes)


def bot(
    bot_id: str = "alpha",
    symbols: Sequence[str] = ("ACME",),
    *,
    strategy: str = "confluence",
    timeframe: str = "1m",
    quantity: int | None = None,
    stop: str | None = None,
    target: str | None = None,
    **parameters: Any,
) -> BotSpec:
    """A bot; with `quantity` it trades that many instead of 5 % of equity."""
    return BotSpec(
        bot_id,
        strategy,
        tuple(symbols),
        parameters=parameters,
        timeframe=timeframe,
        sizing=Sizing() if quantity is None else Sizing(SizingKind.QUANTITY, Decimal(quantity)),
        exits=Exits(None if stop is None else Decimal(stop), None if target is None else Decimal(target)),
    )


@dataclass(slots=True)
class Books:
    """A paper loop and every record it published, in order."""

    loop: PaperLoop = field(init=False)
    effects: list[PublishRecord] = field(default_factory=list)

    @property
    def state(self) -> State:
        return self.loop.engine.state

    def step(self, *events: Event) -> None:
        """Take events one by one."""
        for event in events:
            self.loop.step(event)

    def run(self, events: Iterable[Event]) -> None:
        """Take events by the loop's own fast path."""
        self.loop.run(events)

    def all(self, kind: type[R]) -> list[R]:
        """Every record of a kind, in order."""
        return [effect.record for effect in self.effects if isinstance(effect.record, kind)]

    @property
    def signals(self) -> list[SignalRecord]:
        return self.all(SignalRecord)

    @property
    def fills(self) -> list[FillRecord]:
        return self.all(FillRecord)

    @property
    def trades(self) -> list[ClosedTradeRecord]:
        return self.all(ClosedTradeRecord)

    @property
    def alerts(self) -> list[AlertRecord]:
        return self.all(AlertRecord)

    @property
    def orders(self) -> list[OrderRecord]:
        """Orders as they ended, oldest first."""
        return list({record.order_id: record for record in self.all(OrderRecord)}.values())

    @property
    def account(self) -> AccountRecord:
        return self.all(AccountRecord)[-1]

    @property
    def profits(self) -> dict[str, ProfitRecord]:
        """The newest roll-up of each period."""
        return {record.period: record for record in self.all(ProfitRecord)}

    def newest(self) -> tuple[Record, ...]:
        """What a journal would hold of each document: its newest record."""
        kept = {(e.record.collection, e.record.document_id, slot_of(e.record)): e.record for e in self.effects}
        return tuple(kept.values())


def paper_loop(
    bots: Sequence[BotSpec] = (),
    *,
    make_strategy: MakeStrategy = make,
    instruments: Sequence[Instrument] | None = None,
    opened: bool = True,
    spec: AccountSpec | None = None,
    model: FillModel | None = None,
    views: bool = True,
) -> Books:
    """A paper account ready for its first price: instruments listed, bots running, Monday's session open.

    `opened=False` leaves the session to the test.
    """
    books = Books()
    books.loop = PaperLoop(spec or account(), make_strategy, books.effects.append, model=model, views=views)
    for one in instruments if instruments is not None else (instrument(),):
        books.step(InstrumentListed(one))
    for one_bot in bots:
        books.step(BotChanged(one_bot, Desired.RUNNING, 1))
    if opened:
        monday = session()
        books.step(SessionOpened(monday, monday.open_at))
    return books
