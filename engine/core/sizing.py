"""How much an entry trades, by the bot's sizing setting. Asked by entry_size.py; whole lots, rounded down.

    equity_pct       equity x value / 100 / price
    notional         value / price
    quantity         value
    volatility       equity x value / 100 / ATR: a move of one ATR is worth `value` % of equity
    risk_per_trade   the most whose loss at the stop is no more than equity x value / 100. The loss is the way to the
                     stop, slippage at both ends, and the charges of both orders

`by_temperature` multiplies what any of them gives. The last two kinds and whatever is multiplied never ask for more
than the policy lets one order be worth: a calm market would else size entries that are only ever refused. The others
ask for what they say, and are refused where that is too much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.core.indicators import IndicatorKey
from engine.domain.instrument import Instrument
from engine.domain.order import Refusal
from engine.domain.signal import Temperature
from engine.domain.sizing import Sizing, SizingKind

ZERO = Decimal(0)
_BPS = 10_000
_ATR_DIGITS = 8  # of a currency unit: beyond them a float's last bits
_REACHING = (SizingKind.VOLATILITY, SizingKind.RISK_PER_TRADE)


@dataclass(frozen=True, slots=True)
class SizingView:
    """What the size rests on. Prices and money in the account's currency.

    most      the quantity that the policy lets one order be worth; for sizings that are `bounded` by it
    score     of the verdict the entry is decided on, 0 where there is none
    atr       average true range of the bot's bars; None while it is not warm, and for sizings that do not ask
    stop      the price the entry would be stopped at, None without a stop; for sizings `by_stop`
    charges   what a quantity bought and sold again pays, by its entry and exit prices
    """

    instrument: Instrument
    price: Decimal
    equity: Decimal
    most: Decimal
    score: float = 0.0
    atr: float | None = None
    stop: Decimal | None = None
    charges: Callable[[Decimal, Decimal, Decimal], Decimal] = lambda quantity, entry, leave: ZERO


def sizing_needs(sizing: Sizing) -> tuple[IndicatorKey, ...]:
    """The indicators that a size is reckoned from."""
    return (("atr", sizing.atr_period),) if sizing.kind is SizingKind.VOLATILITY else ()


def bounded(sizing: Sizing) -> bool:
    """Whether it never asks for more than the policy lets one order be worth."""
    return sizing.kind in _REACHING or sizing.by_temperature is not None


def by_stop(sizing: Sizing) -> bool:
    """Whether it is reckoned from the stop."""
    return sizing.kind is SizingKind.RISK_PER_TRADE


def entry_quantity(sizing: Sizing, view: SizingView) -> Decimal | Refusal:
    """The quantity of an entry in whole lots, 0 where not even one fits; or the reason why there is no size."""
    if view.price <= 0 or view.equity <= 0:
        return ZERO
    exact = _exact(sizing, view)
    if isinstance(exact, Refusal):
        return exact
    if sizing.by_temperature is not None:
        temperature = Temperature.of(view.score)
        times = sizing.by_temperature.times(temperature)
        if times == 0:
            return Refusal("temperature", f"The score is {temperature}: the sizing makes no entry then", temperature)
        exact *= times
    if bounded(sizing):
        exact = min(exact, view.most)
    return view.instrument.whole_lots(exact)


def _exact(sizing: Sizing, view: SizingView) -> Decimal | Refusal:
    """The quantity before it is scaled and rounded."""
    share = view.equity * sizing.value / 100
    match sizing.kind:
        case SizingKind.QUANTITY:
            return sizing.value
        case SizingKind.NOTIONAL:
            return sizing.value / view.price
        case SizingKind.EQUITY_PCT:
            return share / view.price
        case SizingKind.VOLATILITY:
            return _by_volatility(sizing, view, share)
        case SizingKind.RISK_PER_TRADE:
            return _by_risk(sizing, view, share)


def _by_volatility(sizing: Sizing, view: SizingView, share: Decimal) -> Decimal | Refusal:
    name = f"ATR {sizing.atr_period}"
    if view.atr is None:
        return Refusal("sizing_warming", f"{name} has too few bars yet to reckon a size from")
    move = Decimal(str(round(view.atr, _ATR_DIGITS)))
    if not move.is_finite() or move <= 0:
        return Refusal("sizing_warming", f"{name} is {move:f}: no size can be reckoned from it")
    return share / move


def _by_risk(sizing: Sizing, view: SizingView, share: Decimal) -> Decimal | Refusal:
    """The largest number of lots that loses no more than `share`: charges are not proportional, so it is searched."""
    if view.stop is None:
        return Refusal("no_stop", "The size is reckoned from the stop, and the bot has none")
    lot, slippage = view.instrument.lot_size, (view.price + view.stop) * sizing.slippage_bps / _BPS
    way = abs(view.price - view.stop) + slippage
    if way <= 0:
        return Refusal("no_stop", f"At {view.price:f} the stop is at the price itself")
    fits, beyond = 0, int(share / way / lot) + 1  # lots: what certainly fits, and what without charges does not
    while beyond - fits > 1:
        middle = (fits + beyond) // 2
        quantity = middle * lot
        loss = quantity * way + view.charges(quantity, view.price, view.stop)
        fits, beyond = (middle, beyond) if loss <= share else (fits, middle)
    return fits * lot
