"""The practice venue filling by the fill model of backtests: `python -m tests.venue.modelled [--latency-ms N]`.

It knows of the market what it is told by the switch `market` (a symbol's next price), and fills on that what waits, as
the simulated venue does inside a backtest. After the switch `last_prices` whatever comes fills at once at the last
price, as the end of a backtest's data does. No partial fills: the model draws those by the order's id, and the account
of the backtest beside it has others. Protective stops rest and are never set off: a backtest has none.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from engine.domain.effects import CancelOrder, SubmitOrder
from engine.domain.events import BrokerEvent, FillReceived
from engine.domain.order import ExitReason, OrderType, Purpose, Side
from engine.market_data.instruments import instrument_for
from engine.simulation.fill_model import FillModel
from engine.simulation.venue import SimulatedVenue
from tests.venue.book import Book, BookedOrder
from tests.venue.server import serve


class ModelledBook(Book):
    """Orders and what they became, told as any practice venue tells it; which fill, and at what, the model says."""

    def __init__(self, model: FillModel) -> None:
        super().__init__(model.seed)
        self._prices: dict[str, int] = {}
        self._venue = SimulatedVenue(model, instrument_for, self._prices.__getitem__)
        self.last_prices = False

    def place(self, asked: dict[str, Any], now: float) -> BookedOrder:
        """Take an order; it waits for its symbol's next price."""
        order = super().place({**asked, "rests": True}, now)
        order.due = None
        if not asked.get("trigger_price"):
            self._prices[order.symbol] = instrument_for(order.symbol).units_of(Decimal(asked["price"]))
            self._take(self._venue.submit(self._submitted(order, bool(asked.get("post_only")))))
        return order

    def price(self, symbol: str, price: Decimal, now: float) -> None:
        """Prices that orders come with set nothing off."""

    def market(self, symbol: str, at: int, units: int) -> None:
        """The market's next price: what waits for it fills."""
        self._prices[symbol] = units
        self._take(self._venue.on_price(symbol, at, units))

    def fill_due(self, now: float) -> bool:
        """Nothing fills by wall time."""
        return False

    def end(self, order: BookedOrder, state: str, reason: str) -> None:
        """Take the rest of a working order out, of the model's queue too."""
        if order.state == "working":
            self._venue.cancel(CancelOrder(order.client_order_id or "", order.at, reason))
        super().end(order, state, reason)

    def _submitted(self, order: BookedOrder, post_only: bool) -> SubmitOrder:
        kind = OrderType.MARKET if order.limit_price is None else OrderType.LIMIT
        reason = ExitReason.END if self.last_prices else None
        return SubmitOrder(
            order.client_order_id or "", order.symbol, Side(order.side), order.quantity, kind, order.limit_price,
            Purpose.ENTRY, reason, order.at, post_only,
        )  # fmt: skip

    def _take(self, said: Sequence[BrokerEvent]) -> None:
        """Book the model's fills and tell of them; of the rest the server tells itself."""
        for event in said:
            if not isinstance(event, FillReceived):
                continue
            order = self.of_client(event.order_id)
            assert order is not None
            order.filled += event.quantity
            order.state = "filled" if order.filled >= order.quantity else order.state
            fill = {
                "venue_fill_id": event.venue_fill_id, "venue_order_id": order.venue_order_id,
                "client_order_id": order.client_order_id, "symbol": order.symbol, "side": order.side,
                "quantity": str(event.quantity), "price": str(event.price), "at": event.at,
            }  # fmt: skip
            self.fills.append(fill)
            self._tell(order, "filled", **fill)


def main(words: list[str]) -> None:
    """Until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.venue.modelled")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latency-ms", type=int, default=0)
    options = parser.parse_args(words)
    server = serve(0, ModelledBook(FillModel(options.seed, latency_ms=options.latency_ms)), strict=True)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)  # noqa: T201 - whoever starts it reads it
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
