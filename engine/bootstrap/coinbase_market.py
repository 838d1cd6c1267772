"""The account on Coinbase's prices: `paper-coinbase`, or `live-coinbase` where its orders go there too. Made from
settings for market.py.

A rehearsal at a loopback broker has accounts of its own (`…-rehearsal`), so that play money never shares a book with
real money. The prices are public: a paper account needs no key.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from engine.adapters.brokers.coinbase.access.access import open_access
from engine.adapters.brokers.coinbase.access.endpoints import Endpoints
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.prices.feed import CoinbaseFeed
from engine.adapters.brokers.coinbase.prices.products import Products
from engine.adapters.clock import ShiftedClock
from engine.bootstrap.broker_account import AtBroker
from engine.bootstrap.coinbase import Coinbase
from engine.bootstrap.rehearsed_clock import told_ahead
from engine.bootstrap.traded import Market
from engine.coinbase_settings import COINBASE, CoinbaseSettings
from engine.domain.account import BotSpec
from engine.domain.errors import InvalidValue
from engine.outbox.backoff import Backoff
from engine.ports import Clock
from engine.settings import Settings
from engine.strategies.bot_leaders import check_leaders
from engine.strategies.bot_list import BotList
from engine.strategies.coinbase_bots import COINBASE_BOTS

CHARGES = "coinbase_taker"  # the dearest of its schedules, where the file of the bots names none of them
CURRENCY = "USD"
MARKET_PATH, USER_PATH = "/advanced-trade-ws", "/advanced-trade-ws-user"  # of a loopback broker
_OURS = ("coinbase_", "none")


def open_coinbase(settings: Settings, said: CoinbaseSettings, listed: BotList | None, clock: Clock) -> Market:
    """The account, its bots and its prices. Nobody is asked yet: `prepare` does that, once the engine starts.

    Raises InvalidValue for bots that can't follow their leaders.
    """
    bots = listed or COINBASE_BOTS
    check_leaders(bots.bots, elsewhere=True)
    endpoints, market_clock = endpoints_of(said), ShiftedClock()
    access = open_access(None, endpoints, market_clock, random.SystemRandom())
    named = "coinbase-products" if said.at is None else "coinbase-products-rehearsal"
    products = Products(access.calls, settings.state_dir / f"{named}.json")
    symbols = tuple(dict.fromkeys(symbol for bot in bots.bots for symbol in bot.symbols))
    feed = CoinbaseFeed(symbols, access, products, market_clock, Backoff(random.random).rest_s)

    def prepare() -> None:
        if said.at is not None:
            market_clock.ahead = told_ahead(endpoints.rest + Route.TIME, endpoints.ca_file, clock)
        feed.prepare()
        check_products(bots.bots, products)

    which = AtBroker(COINBASE, said.live, said.at is not None)
    account = which.account(
        settings, bots, currency=CURRENCY, charge_schedule=charges_of(bots), hard_limits=settings.hard_limits
    )
    broker = Coinbase(access, products, symbols, market_clock) if said.live else None
    return Market(account, which.bots(bots), feed, broker, prepare, market_clock)


def endpoints_of(said: CoinbaseSettings) -> Endpoints:
    """The real broker's addresses, or those of a loopback one, which has one for everything."""
    if said.at is None:
        return Endpoints()
    socket = said.at.replace("http", "ws", 1)
    return Endpoints(said.at, socket + MARKET_PATH, socket + USER_PATH)


def charges_of(listed: BotList) -> str:
    """The schedule that the bots' file names, where that is one of Coinbase's; else the dearest."""
    return listed.charge_schedule if listed.charge_schedule.startswith(_OURS) else CHARGES


def check_products(bots: Sequence[BotSpec], products: Products) -> None:
    """Raise InvalidValue with the bot that names a second product of a coin, or what is priced in other money than the
    account's. What is not listed is no matter of this: it does not trade.
    """
    of_coin: dict[str, str] = {}
    for bot in bots:
        for symbol in bot.symbols:
            found = products.known(symbol)
            if found is None:
                continue
            other = of_coin.setdefault(found.base, symbol)
            if other != symbol:
                why = (
                    f"{other} and {symbol} are both {found.base}, and which of the two a balance is held for can't be "
                    "told: let all bots of the account trade one of them"
                )
                raise InvalidValue(f"{bot.bot_id}.symbols", why)
            if found.quote != CURRENCY:
                why = f"{symbol} is priced in {found.quote}, and the account is in {CURRENCY}: name one in {CURRENCY}"
                raise InvalidValue(f"{bot.bot_id}.symbols", why)
