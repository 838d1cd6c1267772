"""What is odd about the terms of a run: sentences that go with its figures. Told by backtest, sweep and the report."""

from __future__ import annotations

from collections.abc import Sequence

from engine.domain.account import AccountSpec, BotSpec
from engine.market_data.columns import MarketData

_VENUES = (("nse_", "NSE"), ("bse_", "NSE"), ("coinbase_", "COINBASE"))  # whose rates a schedule of that name has


def doubts_of(account: AccountSpec, bots: Sequence[BotSpec], data: MarketData) -> tuple[str, ...]:
    """Amounts of two currencies in one sum; a venue's orders charged by another's rates. Empty where nothing is odd."""
    traded = {symbol for bot in bots for symbol in bot.symbols}
    instruments = [one for one in data.instruments if one.tradable and one.symbol in traded]
    priced = {one.currency: one.symbol for one in reversed(instruments)}
    found = []
    if len(priced) > 1:
        each = ", ".join(f"{symbol} in {currency}" for currency, symbol in sorted(priced.items()))
        found.append(f"prices are of several currencies ({each}); all amounts are added as if they were one")
    for venue in sorted({one.venue for one in instruments}):
        name = account.venue_charges.get(venue, account.charge_schedule)
        others = [home for prefix, home in _VENUES if name.startswith(prefix)]
        if others and venue not in others:
            found.append(
                f"orders at {venue} are charged by {name}, which are rates of {others[0]}; --fees names others"
            )
    return tuple(found)
