"""Buy and hold: what the same money in the same symbols would have become without a bot. Fed by the data of a run.

The cash is divided equally among the symbols that can be traded. Each share buys, at the symbol's first price, the
whole lots that it pays for together with their charges, and sells them at its last price. Prices are worse by the run's
slippage, and charges are the account's own, as the bots pay them. What buys no whole lot stays cash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from engine.core.charges import Tariff, charges_on
from engine.core.ledger import Mark
from engine.domain.account import AccountSpec
from engine.domain.instant import Instant, iso
from engine.domain.instrument import Instrument
from engine.domain.order import Side
from engine.market_data.columns import MarketData
from engine.research.prices import CleanPrices, Rows
from engine.simulation.fill_model import FillModel

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Holding:
    """One symbol's part; `charges` are of buying and selling."""

    symbol: str
    quantity: Decimal
    bought_at: Instant
    bought_price: Decimal
    sold_at: Instant
    sold_price: Decimal
    gross_pnl: Decimal
    charges: Decimal


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What came of it; `equity` is its line at the instants `at`, marked to market, its end after selling.

    `left_out` are symbols that can't be traded, and those that have no price.
    """

    cash: Decimal
    holdings: tuple[Holding, ...]
    left_out: tuple[str, ...]
    at: tuple[Instant, ...]
    equity: tuple[float, ...]

    @property
    def charges(self) -> Decimal:
        return sum((holding.charges for holding in self.holdings), ZERO)

    @property
    def net_pnl(self) -> Decimal:
        return sum((holding.gross_pnl for holding in self.holdings), ZERO) - self.charges


def buy_and_hold(data: MarketData, account: AccountSpec, model: FillModel, marks: Sequence[Mark]) -> Benchmark:
    """The benchmark of a run over this data, with a point for each mark of the run."""
    tariff = Tariff(account.charge_schedule, account.venue_charges)
    clean = CleanPrices(data)
    # One symbol's rows at a time: all of them together would be the data once more.
    traded = [item for item in data.instruments if item.tradable and clean.any(item.symbol)]
    at = tuple(mark.at for mark in marks)
    instants = np.asarray(at, dtype=np.int64)
    line = np.full(len(at), float(account.cash))
    holdings = []
    for instrument in traded:
        share = account.cash / len(traded)
        prices = clean.rows(instrument.symbol)
        holding, paid = _hold(instrument, prices, share, tariff, model)
        holdings.append(holding)
        worth = prices.close_at(instants) / 10.0**instrument.price_digits * float(holding.quantity)
        line += np.where(instants >= holding.bought_at, worth - float(paid), 0.0)
    shares = {instrument.symbol for instrument in traded}
    left_out = tuple(symbol for symbol in data.symbols if symbol not in shares)
    made = Benchmark(account.cash, tuple(holdings), left_out, at, tuple(line.tolist()))
    if not at:
        return made
    final = float(account.cash + made.net_pnl)
    return Benchmark(account.cash, made.holdings, left_out, at, (*made.equity[:-1], final))


def _hold(
    instrument: Instrument, rows: Rows, share: Decimal, tariff: Tariff, model: FillModel
) -> tuple[Holding, Decimal]:
    """One symbol's holding, and what buying it took out of the cash."""
    bought_at, sold_at = int(rows.at[0]), int(rows.until[-1])
    bought = model.price(int(rows.open[0]), Side.BUY, instrument)
    sold = model.price(int(rows.close[-1]), Side.SELL, instrument)
    rates = tariff.rates(instrument.venue, iso(bought_at)[:10])
    quantity = instrument.whole_lots(share / bought)
    value = instrument.value_of(bought, quantity)
    paid = charges_on(rates, Side.BUY, value).total
    while quantity > 0 and value + paid > share:
        quantity -= max(instrument.lot_size, instrument.whole_lots((value + paid - share) / bought))
        value = instrument.value_of(bought, quantity)
        paid = charges_on(rates, Side.BUY, value).total
    got = instrument.value_of(sold, quantity)
    after = charges_on(tariff.rates(instrument.venue, iso(sold_at)[:10]), Side.SELL, got).total
    holding = Holding(instrument.symbol, quantity, bought_at, bought, sold_at, sold, got - value, paid + after)
    return holding, value + paid
