"""An engine whose orders go to a venue outside: what it asks for is collected, never answered here. Stepped by session.

The counterpart of simulation/paper.PaperLoop, where the venue is stepped along with the engine.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.core.engine import Engine
from engine.core.state import MakeStrategy
from engine.domain.account import AccountSpec
from engine.domain.effects import CancelOrder, PublishRecord, SubmitOrder
from engine.domain.events import Event
from engine.domain.instant import Instant
from engine.domain.market import Tick


class BrokerLoop:
    """Steps one account. Records go to `sink`; orders wait in `asked` until the records are put away."""

    def __init__(
        self,
        account: AccountSpec,
        make_strategy: MakeStrategy,
        sink: Callable[[PublishRecord], None],
        make_engine: Callable[..., Engine] = Engine,
    ) -> None:
        self.engine = make_engine(account, make_strategy, protects=True)
        self.engine.state.breaker.await_comparison()
        self._sink = sink
        self._tick_at: Instant = 0
        self.asked: list[SubmitOrder | CancelOrder] = []

    @property
    def market_at(self) -> Instant:
        """The market time that was reached. Read by other threads."""
        return max(self._tick_at, self.engine.state.now)

    def step(self, event: Event) -> None:
        """Take one event."""
        if type(event) is Tick:
            self._tick_at = event.at
        for effect in self.engine.process(event):
            if isinstance(effect, PublishRecord):
                self._sink(effect)
            else:
                self.asked.append(effect)
