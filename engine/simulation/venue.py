"""The simulated venue: takes orders, fills them at the next price. Stepped by paper.py beside the engine, tick by tick.

It knows last prices, no order book. A limit order that the last price reaches on arrival takes liquidity: it fills at
the next price within its limit, slippage included, never beyond the limit. Any other rests: it fills at its own limit
as soon as a price reaches it, or never (the model's `unfilled_pct`). A post-only order that would take is rejected.
Where the data are bars, a resting order sees their opening prices alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.events import BrokerEvent, FillReceived, OrderAccepted, OrderCancelled, OrderExpired, OrderRejected
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.order import ExitReason, OrderType, Side
from engine.simulation.fill_model import FillModel


@dataclass(slots=True)
class _Resting:
    """An order at the venue; `parts` counts its fills so far, `maker` says that it waited for others to come."""

    order: SubmitOrder
    remaining: Decimal
    fillable_at: Instant
    parts: int = 0
    maker: bool = False
    worst: int | None = None  # the price, in units, that it fills at or worse


class SimulatedVenue:
    """Implements ports.Broker. `last_price` tells the symbol's last price in units, for what ends with the data.

    `worst_price` tells of an order the price (units) that it fills at or worse, if there is one (intrabar.py).
    """

    def __init__(
        self,
        model: FillModel,
        instrument_of: Callable[[str], Instrument],
        last_price: Callable[[str], int],
        worst_price: Callable[[SubmitOrder], int | None] | None = None,
    ) -> None:
        self._model = model
        self._worst_price = worst_price
        self._instrument_of = instrument_of
        self._last_price = last_price
        self._resting: dict[str, list[_Resting]] = {}
        self.waiting = False  # whether any order waits for a price; looked at on every tick

    @property
    def symbols_waiting(self) -> Iterable[str]:
        """The symbols whose orders wait for a price, oldest first."""
        return self._resting.keys()

    def submit(self, order: SubmitOrder) -> Sequence[BrokerEvent]:
        """Accept an order; what closes a position at the end of the data fills at once, at the last price."""
        if order.quantity <= 0:
            return (OrderRejected(order.order_id, "quantity must be above zero", order.at),)
        maker = not self._crosses(order, self._last_price(order.symbol))
        if order.post_only and not maker:
            words = "post-only, and it would have traded on arrival"
            return (OrderRejected(order.order_id, words, order.at, would_cross=True),)
        accepted = OrderAccepted(order.order_id, f"SIM-{order.order_id}", order.at)
        if order.exit_reason is ExitReason.END:
            price = self._instrument_of(order.symbol).price_of(self._last_price(order.symbol))
            return accepted, FillReceived(order.order_id, f"{order.order_id}-0", order.quantity, price, order.at)
        resting = _Resting(order, order.quantity, order.at + self._model.latency_us, maker=maker)
        if self._worst_price is not None:
            resting.worst = self._worst_price(order)
        self._resting.setdefault(order.symbol, []).append(resting)
        self.waiting = True
        return (accepted,)

    def cancel(self, order: CancelOrder) -> Sequence[BrokerEvent]:
        """Take an order out; nothing happens to one that is filled or unknown."""
        for symbol, queue in self._resting.items():
            for resting in queue:
                if resting.order.order_id == order.order_id:
                    queue.remove(resting)
                    self._keep(symbol, queue)
                    kind = OrderExpired if order.expire else OrderCancelled
                    return (kind(order.order_id, order.reason, order.at),)
        return ()

    def on_price(self, symbol: str, at: Instant, units: int) -> Sequence[BrokerEvent]:
        """Fill what waits for this symbol, oldest first."""
        queue = self._resting.get(symbol)
        if not queue:
            return ()
        fills: list[BrokerEvent] = []
        left: list[_Resting] = []
        for resting in queue:
            early = at < resting.fillable_at or (resting.maker and self._model.passed_over(resting.order.order_id))
            if early or not self._crosses(resting.order, units):
                left.append(resting)
                continue
            fills.append(self._fill(resting, at, units))
            if resting.remaining > 0:
                left.append(resting)
        self._keep(symbol, left)
        return fills

    def _keep(self, symbol: str, queue: list[_Resting]) -> None:
        if queue:
            self._resting[symbol] = queue
        else:
            del self._resting[symbol]
        self.waiting = bool(self._resting)

    def _fill(self, resting: _Resting, at: Instant, units: int) -> FillReceived:
        order = resting.order
        instrument = self._instrument_of(order.symbol)
        quantity = self._model.quantity(order.order_id, resting.parts, resting.remaining, instrument)
        fill_id = f"{order.order_id}-{resting.parts}"
        resting.parts += 1
        resting.remaining -= quantity
        if resting.worst is not None:
            units = min(units, resting.worst) if order.side is Side.SELL else max(units, resting.worst)
        price = self._model.price(units, order.side, instrument)
        if order.limit_price is not None and resting.maker:
            price = order.limit_price
        elif order.limit_price is not None:
            price = min(price, order.limit_price) if order.side is Side.BUY else max(price, order.limit_price)
        return FillReceived(order.order_id, fill_id, quantity, price, at)

    def _crosses(self, order: SubmitOrder, units: int) -> bool:
        if order.order_type is OrderType.MARKET or order.limit_price is None:
            return True
        price = self._instrument_of(order.symbol).price_of(units)
        return price <= order.limit_price if order.side is Side.BUY else price >= order.limit_price
