"""Where bars of the past are downloaded from, by venue. Handed to cli/data by __main__."""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from engine.adapters.brokers.angelone.access.access import open_access
from engine.adapters.brokers.angelone.access.calls import Calls
from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.prices.candles import AngelOneCandles
from engine.adapters.brokers.coinbase.access import access as coinbase
from engine.adapters.brokers.coinbase.access.endpoints import Endpoints
from engine.adapters.brokers.coinbase.prices.candles import CoinbaseCandles
from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.angelone_settings import ANGELONE
from engine.bootstrap.angelone_market import endpoints_of, instrument_list, rehearsed_clock
from engine.bootstrap.examining import held_client
from engine.bootstrap.instruments import angelone_of
from engine.bootstrap.owners_keys import kept_keys
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.errors import InvalidValue
from engine.ports import Clock, HistoricalCandles
from engine.settings import read_settings
from engine.variables import state_folder

_MARKET = ("LOCKSTEP_FEED", "LOCKSTEP_VENUE", "LOCKSTEP_DATA")  # what is traded is the service's affair
_VENUES = (CoinbaseCandles.venue, AngelOneCandles.venue)


@contextmanager
def historical_candles(venue: str, address: str | None = None) -> Iterator[tuple[HistoricalCandles, Clock]]:
    """A venue's bars, at another address where one is given, and the clock that its budget is kept by.

    Raises InvalidValue for a venue that has none, and what logging in raises at a broker that wants that.
    """
    if venue == CoinbaseCandles.venue:
        clock = SystemClock()
        endpoints = Endpoints(rest=address) if address else Endpoints()
        public = coinbase.open_access(None, endpoints, clock, random.SystemRandom())
        try:
            yield CoinbaseCandles(public.calls), clock
        finally:
            public.close()
    elif venue == AngelOneCandles.venue:
        if address:
            raise InvalidValue("--address", "is of venues without a login; Angel One's is LOCKSTEP_ANGELONE_AT")
        with _angelone() as found:
            yield found
    else:
        raise InvalidValue("--venue", f"nothing can be downloaded from {venue!r}; there are {', '.join(_VENUES)}")


@contextmanager
def _angelone() -> Iterator[tuple[HistoricalCandles, Clock]]:
    """NSE's bars by Angel One, with a login for as long as the download takes.

    Where the service's store is at hand the client's lease is taken first, and looked at before each call: a second
    login would end the engine's.
    """
    said = angelone_of(os.environ)
    endpoints = endpoints_of(said)
    clock: Clock = SystemClock() if said.at is None else rehearsed_clock(endpoints, SystemClock())
    credentials, look, let_go = _client(said.credentials)
    try:
        instruments, source = instrument_list(state_folder(os.environ), said)
        instruments.up_to_date(source, clock)
        access = open_access(credentials, endpoints, clock, random.Random())  # noqa: S311 - it spreads waits
        try:
            yield AngelOneCandles(_CallsWhileHeld(access.calls, look), instruments), clock
        finally:
            access.close()
    finally:
        let_go()


@dataclass(frozen=True, slots=True)
class _CallsWhileHeld:
    """Reads that raise PermanentFailure once an engine has the client: with its login ours is dead."""

    calls: Calls
    look: Callable[[], None]

    def read(self, route: Route, body: Mapping[str, object] | None = None, *, path: str = "") -> Any:
        self.look()
        return self.calls.read(route, body, path=path)


def _client(said: AngelOneCredentials | None) -> tuple[AngelOneCredentials, Callable[[], None], Callable[[], None]]:
    """The credentials of environment or vault; what looks whether their client is ours, and what lets go of it."""
    if not os.environ.get("GOOGLE_CLOUD_PROJECT"):
        if said is None:
            why = "is not set, and neither is GOOGLE_CLOUD_PROJECT, whose vault may hold broker keys"
            raise InvalidValue("ANGELONE_CLIENT_CODE", why)
        return said, lambda: None, lambda: None
    apart = {name: value for name, value in os.environ.items() if name not in _MARKET and "ANGELONE" not in name}
    settings = read_settings({**apart, "LOCKSTEP_ROLE": "api"})
    wire = connect(settings.project, settings.firestore_emulator)
    try:
        credentials = said or kept_keys(settings, wire, ANGELONE, AngelOneCredentials)
        name = f"download-{secrets.token_hex(4)}"
        held = held_client(wire, SystemClock(), credentials, settings.owner_uid, name)
    except BaseException:
        wire.close()
        raise

    def let_go() -> None:
        held.release()
        wire.close()

    return credentials, held.look, let_go
