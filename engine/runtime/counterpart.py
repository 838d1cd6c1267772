"""The venue as a session sees it: the simulated one, stepped and asked here, or one outside, reached by `outgoing`.

Called by session on its own thread. What it returns are events for the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from engine.core.engine import Engine
from engine.core.state import MakeStrategy, State
from engine.domain.account import AccountSpec
from engine.domain.effects import CancelOrder, PublishRecord, SubmitOrder
from engine.domain.events import (
    BarClosed,
    BarOpened,
    BrokerReported,
    CommandReceived,
    Event,
    OrderCancelled,
    OrderExpired,
    OrderUnknown,
    ReportBegun,
    SessionOpened,
)
from engine.domain.instant import instant_of
from engine.domain.market import Tick
from engine.domain.order import OrderState
from engine.ports import Clock
from engine.runtime.broker_loop import BrokerLoop
from engine.runtime.engine_tap import Tap, TappedEngine
from engine.runtime.health import BrokerSeen
from engine.runtime.outgoing import Outgoing, Written
from engine.simulation.paper import PaperLoop

EVERY_S = 30.0  # between two reports of the simulated venue, wall time; one outside has a thread (reconciliation.py)
DOUBTED_S = 2.0


class Counterpart:
    """`loop` is the engine with whatever is stepped along with it; `seen` is what health says of the venue."""

    def __init__(
        self,
        account: AccountSpec,
        make_strategy: MakeStrategy,
        collect: Callable[[PublishRecord], None],
        clock: Clock,
        outgoing: Outgoing | None,
        taps: Sequence[Tap] = (),
    ) -> None:
        make_engine = partial(TappedEngine, taps=taps) if taps else Engine
        self.loop: PaperLoop | BrokerLoop
        if outgoing is None:
            self.loop = PaperLoop(account, make_strategy, collect, make_engine=make_engine)
            self.loop.engine.state.breaker.await_comparison()  # as at a venue outside
        else:
            self.loop = BrokerLoop(account, make_strategy, collect, make_engine)
        self.seen = BrokerSeen() if outgoing is None else BrokerSeen("away")
        self._clock = clock
        self._outgoing = outgoing
        self._report_at = 0.0
        self._awaited = outgoing is None

    @property
    def asked(self) -> list[SubmitOrder | CancelOrder]:
        """What was asked for and is not handed over yet; always empty where the venue is simulated."""
        return self.loop.asked if isinstance(self.loop, BrokerLoop) else []

    def expect(self, batch: Sequence[PublishRecord]) -> Written | None:
        """Before a batch is put: the promise that it will be written down, where an order waits for that."""
        if self._outgoing is None or not self.asked:
            return None
        sends = any(isinstance(effect, SubmitOrder) for effect in self.asked)
        return self._outgoing.expect(batch) if sends else _at_once  # a cancellation is as good unwritten

    def hand_over(self, batch: Sequence[PublishRecord], written: Written | None) -> list[Event]:
        """After a batch was put: what it asks for goes to dispatch."""
        if self._outgoing is None:
            return []
        self._outgoing.note(batch)
        state = self.loop.engine.state
        self._outgoing.barred = None if state.kill is None else state.kill.words
        self._outgoing.doubted = {symbol: _net(state, symbol) for symbol in state.truth.doubted()}
        if written is None:
            return []
        waiting, self.asked[:] = list(self.asked), []
        reason = "not sent: too many orders wait to be sent"
        return [
            OrderExpired(order.order_id, reason, order.at, unsent=True)
            for order in self._outgoing.put(waiting, written)
        ]

    def before(self, event: Event) -> list[Event]:
        """What comes before an event: a person who asks whether all is in step gets what two fresh reports say, and no
        price is taken before the first report was compared.
        """
        if self._awaited and isinstance(event, Tick | SessionOpened | BarOpened | BarClosed):
            return self.first()
        if isinstance(event, CommandReceived) and event.kind == "sync_orders":
            return [*self._reports(), *self._reports()]
        return []

    def first(self) -> list[Event]:
        """The report that every start waits for; one of a venue outside comes by itself."""
        return self._reports() if self._awaited else []

    def due(self) -> list[Event]:
        """A report, where it is time for one."""
        return self._reports() if self._clock.monotonic() >= self._report_at else []

    def noticed(self, event: Event) -> None:
        """After an event: a suspicion waits for the next report, which is then taken soon."""
        if isinstance(event, BrokerReported) and self.loop.engine.state.truth.suspects:
            self._report_at = self._clock.monotonic() + DOUBTED_S
            if self._outgoing is not None:
                self._outgoing.wish.within(DOUBTED_S)

    def after_restart(self) -> list[Event]:
        """What rested at the simulated venue died with it; what may have been sent outside is unknown."""
        state = self.loop.engine.state
        orders = state.open_orders()
        if isinstance(self.loop, PaperLoop):
            self.loop.restore()
            reason = "the simulated venue was restarted"
            return [OrderCancelled(order.order_id, reason, state.now) for order in orders]
        if self._outgoing is not None:
            self._outgoing.begin([order.order_id for order in orders])
        maybe_sent = (OrderState.SENT, OrderState.IN_FLIGHT)
        reason = "the engine was restarted"
        return [OrderUnknown(order.order_id, reason, state.now) for order in orders if order.state in maybe_sent]

    def _reports(self) -> list[Event]:
        if not isinstance(self.loop, PaperLoop):
            return []
        self._report_at, self._awaited = self._clock.monotonic() + EVERY_S, False
        self.seen.checked_at = instant_of(self._clock.now())
        return [ReportBegun(), BrokerReported(self.loop.report())]


def _net(state: State, symbol: str) -> Decimal:
    """What the books hold of a symbol in all, signed."""
    return sum((held.quantity for held in state.portfolio.all() if held.symbol == symbol), Decimal(0))


def _at_once(timeout_s: float) -> None:
    """Nothing is waited for."""
