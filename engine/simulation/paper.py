"""An engine and its simulated venue, stepped together by one stream of events: every backtest and paper account.

At each market event: first the clock is brought up to it (minutes that are due), then the venue sees the price (orders
decided before it fill on it), then the engine. So an order decided at a bar's close fills at the symbol's next price,
in a backtest, a replay and the demo alike.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from engine.core.engine import Engine
from engine.core.state import MakeStrategy
from engine.domain.account import AccountSpec
from engine.domain.broker import BrokerReport
from engine.domain.effects import CancelOrder, Effect, PublishRecord, SubmitOrder
from engine.domain.events import BarOpened, BrokerEvent, ClockTicked, Event, MarketEnded, SessionOpened
from engine.domain.instrument import Instrument
from engine.domain.market import Tick
from engine.simulation.fill_model import FillModel
from engine.simulation.intrabar import Intrabar, worst_price
from engine.simulation.venue import SimulatedVenue
from engine.simulation.venue_book import VenueBook

Sink = Callable[[PublishRecord], None]


class PaperLoop:
    """Steps one account. Records go to `sink` in the engine's order."""

    def __init__(
        self,
        account: AccountSpec,
        make_strategy: MakeStrategy,
        sink: Sink,
        *,
        model: FillModel | None = None,
        views: bool = True,
        make_engine: Callable[..., Engine] = Engine,
    ) -> None:
        self.engine = make_engine(account, make_strategy, views=views)
        model = model or FillModel.of(account)
        worst = partial(worst_price, self.engine.state) if model.intrabar is Intrabar.PESSIMISTIC else None
        self.venue = SimulatedVenue(model, self._instrument, self._last_price, worst)
        self.book = VenueBook() if views else None  # where nobody looks, nobody compares
        self._sink = sink

    def _instrument(self, symbol: str) -> Instrument:
        return self.engine.state.instruments[symbol]

    def _last_price(self, symbol: str) -> int:
        return self.engine.state.tapes[symbol].last_price

    def step(self, event: Event) -> None:
        """Take one event."""
        kind = type(event)
        if kind is Tick:
            self._step_tick(event)  # type: ignore[arg-type]
            return
        if kind is BarOpened:
            self._see_open(event)  # type: ignore[arg-type]
        elif isinstance(event, MarketEnded):
            self.clock_to(event.at)
        elif isinstance(event, SessionOpened) and self.book is not None:
            self.book.begin_day()
        effects = self.engine.process(event)
        if effects:
            self._carry_out(effects)

    def _see_open(self, event: BarOpened) -> None:
        self.clock_to(event.at)
        if self.venue.waiting:
            self._fill(self.venue.on_price(event.symbol, event.at, event.price))

    def _step_tick(self, tick: Tick) -> None:
        engine = self.engine
        if tick.at >= engine.state.next_due_at and engine.admits(tick):
            self.clock_to(tick.at)
        if self.venue.waiting and engine.admits(tick):
            self._fill(self.venue.on_price(tick.symbol, tick.at, tick.price))
        effects = engine.process(tick)
        if effects:
            self._carry_out(effects)

    def run(self, events: Iterable[Event]) -> None:
        """Take all of them; ticks that change nothing but forming bars at once, while no order waits for a price."""
        venue, step, take_calm = self.venue, self.step, self.engine.take_calm
        coming = iter(events)
        while (event := next(coming, None) if venue.waiting else take_calm(coming)) is not None:
            step(event)

    def clock_to(self, at: int) -> None:
        """Run every minute that is due, so that what it decides is at the venue before the next price."""
        state = self.engine.state
        while state.next_due_at <= at:
            effects = self.engine.process(ClockTicked(state.next_due_at))
            if effects:
                self._carry_out(effects)

    def report(self) -> BrokerReport:
        """What the venue has, by its own book. Only of a loop with `views`."""
        assert self.book is not None, "no book is kept without views"
        return self.book.report(self.engine.state.now)

    def restore(self) -> None:
        """After a restart: the venue died with the process, and begins with the positions that were written down."""
        if self.book is not None:
            held = self.engine.state.portfolio.all()
            self.book.restore((position.symbol, position.quantity, position.entry_price) for position in held)

    def _fill(self, events: Sequence[BrokerEvent]) -> None:
        if self.book is not None:
            self.book.note(events)
        self._answer(events)

    def _carry_out(self, effects: Sequence[Effect]) -> None:
        answers = self._dispatch(effects)
        if answers:
            self._answer(answers)

    def _answer(self, events: Sequence[BrokerEvent]) -> None:
        """Tell the engine what the venue said, one event after the other; what comes of it queues behind them.

        So a batch of effects is out before the next begins, and records keep the engine's numbering.
        """
        answers = deque(events)
        while answers:
            effects = self.engine.process(answers.popleft())
            if effects:
                answers.extend(self._dispatch(effects))

    def _dispatch(self, effects: Sequence[Effect]) -> list[BrokerEvent]:
        """Carry effects out in their order; returns what the venue said to them."""
        answers: list[BrokerEvent] = []
        for effect in effects:
            if type(effect) is PublishRecord:
                self._sink(effect)
            elif isinstance(effect, SubmitOrder):
                said = self.venue.submit(effect)
                if self.book is not None:
                    self.book.take(effect, said)
                answers += said
            elif isinstance(effect, CancelOrder):
                said = self.venue.cancel(effect)
                if self.book is not None:
                    self.book.note(said)
                answers += said
        return answers
