"""How much an entry would trade: the bot's sizing, an adaptive policy's cut, and its building setting.

Asked by decide.py before risk is, and by preview.py.
"""

from __future__ import annotations

from decimal import Decimal

from engine.core.building import BuildingView, next_tranche
from engine.core.exposure import entry_cap
from engine.core.sizing import entry_quantity
from engine.core.state import Bot, State
from engine.domain.order import Purpose, Refusal, Side


def next_quantity(
    state: State, bot: Bot, symbol: str, side: Side, price: Decimal, equity: Decimal
) -> Decimal | Refusal:
    """What the bot's sizing and its building setting give, or why they give nothing."""
    instrument = state.instruments[symbol]
    position = state.portfolio.get(bot.bot_id, symbol)
    verdict = bot.stances[symbol].verdict
    sized = entry_quantity(bot.spec.sizing, instrument, price, equity)
    view = BuildingView(
        instrument=instrument,
        side=side,
        price=price,
        base=entry_cap(state, sized, instrument, price, equity),
        score=0.0 if verdict is None or verdict.score is None else verdict.score,
        equity=equity,
        tranches=() if position is None else position.tranches,
        entry_in_flight=any(o.purpose is Purpose.ENTRY for o in state.open_orders(bot.bot_id, symbol)),
    )
    return next_tranche(bot.spec.building, view)
