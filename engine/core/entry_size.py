"""How much an entry would trade: the bot's sizing, an adaptive policy's cut, and its building setting.

Asked by decide.py before risk is, and by preview.py.
"""

from __future__ import annotations

from decimal import Decimal

from engine.core.bot import Bot
from engine.core.building import BuildingView, next_tranche
from engine.core.execution import entry_terms, execution_of
from engine.core.exits import first_stop
from engine.core.exposure import entry_cap, policy_now, round_trip
from engine.core.sizing import SizingView, bounded, by_stop, entry_quantity, sizing_needs
from engine.core.state import State
from engine.domain.instrument import Instrument
from engine.domain.order import Purpose, Refusal, Side


def next_quantity(
    state: State,
    bot: Bot,
    symbol: str,
    side: Side,
    price: Decimal,
    equity: Decimal,
    quantity: Decimal | None = None,
    times: Decimal = Decimal(1),
) -> Decimal | Refusal:
    """What the bot's sizing and its building setting give, or why they give nothing.

    A follower's `quantity` stands for what the sizing would give; `times` multiplies that, down to whole lots.
    """
    instrument = state.instruments[symbol]
    position = state.portfolio.get(bot.bot_id, symbol)
    verdict = bot.stances[symbol].verdict
    score = 0.0 if verdict is None or verdict.score is None else verdict.score
    sized: Decimal | Refusal
    if quantity is None:
        sized = entry_quantity(bot.spec.sizing, _sizing_view(state, bot, symbol, side, price, equity, score))
    else:
        sized = quantity
    if isinstance(sized, Refusal):
        return sized
    if times != 1:
        sized = instrument.whole_lots(sized * times)
    view = BuildingView(
        instrument=instrument,
        side=side,
        price=price,
        base=entry_cap(state, sized, instrument, price, equity),
        score=score,
        equity=equity,
        tranches=() if position is None else position.tranches,
        entry_in_flight=any(o.purpose is Purpose.ENTRY for o in state.open_orders(bot.bot_id, symbol)),
    )
    return next_tranche(bot.spec.building, view)


def _sizing_view(
    state: State, bot: Bot, symbol: str, side: Side, price: Decimal, equity: Decimal, score: float
) -> SizingView:
    instrument, sizing = state.instruments[symbol], bot.spec.sizing
    atr = None
    for key in sizing_needs(sizing):
        series = state.series.get(symbol, {}).get(bot.spec.timeframe)
        atr = None if series is None else series.indicators.values.get(key)
    return SizingView(
        instrument=instrument,
        price=price,
        equity=equity,
        most=_most(state, bot, side, price, instrument, equity) if bounded(sizing) else Decimal(0),
        score=score,
        atr=atr,
        stop=first_stop(bot.spec.exits, price, side.sign, instrument) if by_stop(sizing) else None,
        charges=lambda quantity, entry, leave: round_trip(state, instrument, side, quantity, entry, leave),
    )


def _most(state: State, bot: Bot, side: Side, price: Decimal, instrument: Instrument, equity: Decimal) -> Decimal:
    """The quantity that the policy lets one order be worth, at its limit where it has one."""
    policy = policy_now(state, equity)
    most = max(Decimal(0), equity) * policy.notional_max_pct / 100
    if policy.notional_max is not None:
        most = min(most, policy.notional_max)
    limit = entry_terms(execution_of(state.account, bot.spec), side, price, instrument).limit_price
    return most / (price if limit is None else max(price, limit)) if price > 0 else Decimal(0)
