"""What the check of Coinbase is made with: the access of the engine that has one, or one of its own. Used by engines
and by `lockstep doctor`. A key may be used in several places at once, so no lease is needed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.adapters.brokers.coinbase.access.access import Access, open_access
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.doctor.doctor import examine
from engine.adapters.brokers.coinbase.doctor.doctor_orders import commission
from engine.adapters.brokers.coinbase.doctor.examined import PROBE, examined_with
from engine.adapters.brokers.coinbase.orders.broker import CoinbaseBroker, Reach
from engine.adapters.brokers.coinbase.orders.order_stream import user_lines
from engine.adapters.brokers.coinbase.prices.products import Products
from engine.adapters.clock import ShiftedClock
from engine.adapters.firestore.wire import Wire
from engine.bootstrap.coinbase import Coinbase
from engine.bootstrap.coinbase_market import charges_of, endpoints_of
from engine.bootstrap.owners_keys import kept_keys
from engine.bootstrap.rehearsed_clock import told_ahead
from engine.cli.bots_file import read_bots_file
from engine.coinbase_settings import COINBASE, coinbase_of
from engine.core.charges import SCHEDULES, schedule
from engine.domain.coinbase_credentials import CoinbaseCredentials
from engine.domain.findings import Finding, red
from engine.domain.instant import instant_of
from engine.domain.order import Side
from engine.ports import Clock
from engine.settings import Settings
from engine.strategies.coinbase_bots import COINBASE_BOTS

_TAKER = "coinbase_taker"


def with_the_engines(real: Coinbase, charge_schedule: str) -> Iterator[Finding]:
    """Make the check with the key that an account's engine has. Raises InvariantBroken before it has one."""
    expected = {"symbols": real.symbols or (PROBE,), "sends_orders": True, **_rates(charge_schedule, real.clock)}
    yield from _checked(real.access, real.taken(), real.products, real.clock, expected)
    if real.made_broker is None:
        return
    yield from commission(real.made_broker.paid, expected["taker_rate"])
    if real.made_broker.stopped is not None:
        do = "Ask the broker what the refusal means; then start the service anew."
        yield red("entries", real.made_broker.stopped, do)


def own_check(settings: Settings, wire: Wire, clock: Clock) -> Iterator[Finding]:
    """The check with the owner's key, for whoever is asked where no engine trades there. Raises CannotStart without."""
    said = settings.coinbase or coinbase_of(os.environ)
    credentials = said.credentials or kept_keys(settings, wire, COINBASE, CoinbaseCredentials)
    symbols: tuple[str, ...] = (PROBE,)
    charge_schedule = _TAKER
    if settings.feed == COINBASE:
        listed = COINBASE_BOTS if settings.bots is None else read_bots_file(settings.bots, lenient=True)
        symbols = tuple(dict.fromkeys(symbol for bot in listed.bots for symbol in bot.symbols))
        charge_schedule = charges_of(listed)
    endpoints, market_clock = endpoints_of(said), ShiftedClock()
    if said.at is not None:
        market_clock.ahead = told_ahead(endpoints.rest + Route.TIME, endpoints.ca_file, clock)
    sends_orders = said.live or settings.feed != COINBASE
    expected = {"symbols": symbols, "sends_orders": sends_orders, **_rates(charge_schedule, market_clock)}
    access = open_access(credentials, endpoints, market_clock, random.SystemRandom())
    try:
        yield from _checked(access, credentials, Products(access.calls), market_clock, expected)
    finally:
        access.close()


def _checked(
    access: Access, credentials: CoinbaseCredentials, products: Products, clock: Clock, expected: Mapping[str, Any]
) -> Iterator[Finding]:
    reach = Reach(access.calls, user_lines(access.endpoints, clock), products, clock)
    broker = CoinbaseBroker(reach, lambda: instant_of(clock.now()), symbols=lambda: expected["symbols"])
    yield from examine(examined_with(access, credentials, products, broker.report, **expected))


def _rates(charge_schedule: str, clock: Clock) -> Mapping[str, Any]:
    """What the account's schedule takes of an order's value, and what those do that it might have instead."""
    day = clock.now().date().isoformat()

    def rate(name: str) -> Decimal:
        return sum(schedule(name).on(day)(Side.BUY, Decimal(1)).values(), Decimal(0))

    known = {name: rate(name) for name in SCHEDULES if name.startswith(_TAKER)}
    return {"taker_rate": rate(charge_schedule), "known_rates": known}
