"""The account on Angel One's prices: `paper-angelone`, or `live-angelone` where its orders go there too. Made from
settings for market.py.

Delivery has accounts of its own (`…-delivery`). So has a rehearsal at a loopback broker (`…-rehearsal`), so that play
money never shares a book with real money, and goes by that broker's time.
"""

from __future__ import annotations

from pathlib import Path

from engine.adapters.brokers.angelone.access.endpoints import Endpoints
from engine.adapters.brokers.angelone.orders.order_words import Product as Word
from engine.adapters.brokers.angelone.prices.feed import known_of
from engine.adapters.brokers.angelone.prices.instruments import Instruments
from engine.adapters.brokers.angelone.prices.master import Fetched
from engine.adapters.clock import ShiftedClock
from engine.adapters.own_folder import own_folder
from engine.angelone_settings import ANGELONE, AngelOneSettings, Product
from engine.bootstrap.angelone import AngelOne, Place
from engine.bootstrap.broker_account import AtBroker
from engine.bootstrap.late_feed import LateFeed
from engine.bootstrap.rehearsed_clock import told_ahead
from engine.bootstrap.traded import Market
from engine.domain.account import AccountSpec
from engine.domain.errors import CannotStart, InvalidValue, OperatingError
from engine.domain.risk import HardLimits
from engine.market_data.instruments import NSE
from engine.market_data.told_days import read_told_days
from engine.ports import Clock
from engine.settings import Settings
from engine.strategies.bot_leaders import check_leaders
from engine.strategies.bot_list import BotList

ORDERS_PER_SECOND_MAX = 4  # the broker takes 9, from 10 on the exchange wants the strategy registered (docs/BROKERS.md)
LOOPBACK_PATHS = {"market_socket": "/smart-stream", "order_socket": "/smart-order-update", "whatismyip": "/address"}
MASTER_PATH = "/OpenAPI_File/files/OpenAPIScripMaster.json"
WORDS = {Product.INTRADAY: Word.INTRADAY, Product.DELIVERY: Word.DELIVERY}
CHARGES = {Product.INTRADAY: "nse_intraday", Product.DELIVERY: "nse_delivery"}
_PER_SECOND = "orders_per_second_max"


def open_angelone(settings: Settings, said: AngelOneSettings, listed: BotList, clock: Clock) -> Market:
    """The account, its bots and its prices; only the public list of instruments is asked for.

    Raises CannotStart where that list can't be had, or the loopback broker does not answer; InvalidValue for bots that
    can't follow their leaders. A bot that names what is not listed, or not traded within a day, says so itself.
    """
    endpoints = endpoints_of(said)
    market_clock = clock if said.at is None else rehearsed_clock(endpoints, clock)
    instruments, source = instrument_list(settings.state_dir, said)
    if said.at is None:
        instruments.up_to_date(source, market_clock)
    else:
        instruments.update(source, market_clock)  # another loopback broker lists what it likes, on the same day
    check_leaders(listed.bots, elsewhere=True)
    known = known_of([symbol for bot in listed.bots for symbol in bot.symbols], instruments)
    symbols = tuple(one.symbol for one in known)
    days = read_told_days(settings.special_days)
    place = Place(endpoints, instruments, source, days.calendar(NSE, live=True), market_clock)
    broker = AngelOne(place, symbols, WORDS[said.product], live=said.live)
    feed = LateFeed([one.instrument for one in known], broker.open_feed)
    # Shares bought for one product can't be sold as the other's: that goes short.
    apart = "delivery" if said.product is Product.DELIVERY else ""
    which = AtBroker(ANGELONE, said.live, said.at is not None, apart)
    return Market(_account(settings, said, listed, which), which.bots(listed), feed, broker, clock=market_clock)


def instrument_list(state_dir: Path, said: AngelOneSettings) -> tuple[Instruments, Fetched]:
    """The broker's list in the service's folder, and where it is fetched from. A loopback broker's is another file."""
    endpoints = endpoints_of(said)
    named = "instruments" if said.at is None else "instruments-rehearsal"
    return Instruments(own_folder(state_dir) / f"{named}.sqlite"), Fetched(endpoints.instruments, endpoints.ca_file)


def endpoints_of(said: AngelOneSettings) -> Endpoints:
    """The real broker's addresses, or those of a loopback one."""
    if said.at is None:
        return _real(said.address_services)
    sockets = said.at.replace("http", "ws", 1)
    return Endpoints(
        rest=said.at,
        market_socket=sockets + LOOPBACK_PATHS["market_socket"],
        order_socket=sockets + LOOPBACK_PATHS["order_socket"],
        instruments=said.at + MASTER_PATH,
        whatismyip=said.at + LOOPBACK_PATHS["whatismyip"],
        ca_file=said.ca_file,
    )


def _real(address_services: str | None) -> Endpoints:
    """The broker's own addresses. Raises InvalidValue for services that are no addresses."""
    if address_services is None:
        return Endpoints()
    try:
        return Endpoints(whatismyip=address_services)
    except InvalidValue as error:
        raise InvalidValue("LOCKSTEP_ADDRESS_SERVICES", error.message) from None


def rehearsed_clock(endpoints: Endpoints, clock: Clock) -> Clock:
    """The loopback broker's time. Raises CannotStart where it does not answer."""
    try:
        return ShiftedClock(told_ahead(endpoints.whatismyip.split()[0], endpoints.ca_file, clock))
    except OperatingError as error:
        raise CannotStart(str(error)) from None


def _account(settings: Settings, said: AngelOneSettings, listed: BotList, which: AtBroker) -> AccountSpec:
    return which.account(
        settings, listed, charge_schedule=CHARGES[said.product], hard_limits=_paced(settings.hard_limits)
    )


def _paced(limits: HardLimits) -> HardLimits:
    """The deployment's limits, and never more than so many orders a second."""
    bounds = dict(limits.bounds)
    bounds[_PER_SECOND] = min(bounds.get(_PER_SECOND, ORDERS_PER_SECOND_MAX), ORDERS_PER_SECOND_MAX)
    return HardLimits(tuple(bounds.items()))
