"""What the check before the open is made with: the session of the engine that has one, or a login of its own, for as
long as the check takes. Used by the engine's broker doctor and by `lockstep doctor`.

A login of its own takes the client's lease first: at a broker that knows one session a client, it would end another's.
"""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from engine.adapters.brokers.angelone.access.access import Access, open_access
from engine.adapters.brokers.angelone.doctor.doctor import examine
from engine.adapters.brokers.angelone.doctor.examined import PROBE, Examined, examined_with
from engine.adapters.brokers.angelone.orders.broker import AngelOneBroker, Reach
from engine.adapters.brokers.angelone.orders.order_stream import order_lines
from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.wire import Wire
from engine.angelone_settings import ANGELONE, AngelOneSettings
from engine.bootstrap.angelone import AngelOne, Place
from engine.bootstrap.angelone_login import client_of
from engine.bootstrap.angelone_market import CHARGES, WORDS, endpoints_of, instrument_list, rehearsed_clock
from engine.bootstrap.instruments import angelone_of
from engine.bootstrap.owners_keys import kept_keys
from engine.cli.bots_file import read_bots_file
from engine.core.charges import schedule, total_on
from engine.domain.angelone_credentials import AngelOneCredentials
from engine.domain.errors import BackPressure, CannotStart, Fenced, LeaseHeld, OperatingError, PermanentFailure
from engine.domain.findings import Finding, red
from engine.domain.instant import instant_of
from engine.domain.order import Side
from engine.market_data.instruments import NSE
from engine.market_data.told_days import read_told_days
from engine.ports import Clock, Grant
from engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Expected:
    """What the account is to do at the broker."""

    symbols: tuple[str, ...]
    product: Product
    sends_orders: bool
    charge_schedule: str


def with_the_engines(angel: AngelOne, charge_schedule: str) -> Iterator[Finding]:
    """Make the check with the session that an account's engine has. Raises InvariantBroken before it has one."""
    access, credentials = angel.taken()
    expected = Expected(angel.symbols or (PROBE,), angel.product, angel.live, charge_schedule)
    yield from examine(_examined(access, credentials, angel.place, expected))
    yield from stopped_entries(angel)


def stopped_entries(angel: AngelOne) -> Iterator[Finding]:
    """Whether the account's engine sends no entries today, after a refusal that is in no list."""
    why = None if angel.made_broker is None else angel.made_broker.stopped
    if why is not None:
        yield red("entries", why, "Ask the broker what the refusal means; then start the service anew.")


@dataclass(frozen=True, slots=True)
class HeldForAWhile:
    """A client's lease as a check or a download has it: never renewed, so that an engine which starts meanwhile waits
    for a minute and a half at most. Whoever needs longer looks, before each call, whether the client is theirs still.
    """

    lease: FirestoreLease
    grant: Grant

    def look(self) -> None:
        """Raises PermanentFailure where somebody else has the client: another login of ours would end theirs."""
        try:
            self.lease.look(self.grant)
        except Fenced as fenced:
            raise PermanentFailure(f"another logs in as this client now, and ours has ended: {fenced}") from None

    def release(self) -> None:
        """Let go; a store that does not answer lets the lease run out by itself."""
        with suppress(OperatingError):
            self.lease.release(self.grant)


def own_check(settings: Settings, wire: Wire, clock: Clock) -> Iterator[Finding]:
    """The check with the owner's keys, for whoever is asked where no engine is logged in.

    Raises CannotStart without keys, BackPressure where an engine has the client.
    """
    said = settings.angelone or angelone_of(os.environ)
    credentials = said.credentials or kept_keys(settings, wire, ANGELONE, AngelOneCredentials)
    hold = partial(held_client, wire, clock, credentials, settings.owner_uid, f"doctor-{secrets.token_hex(4)}")
    yield from with_a_login(place_of(settings, said, clock), credentials, expected_of(settings, said), hold)


def with_a_login(
    place: Place, credentials: AngelOneCredentials, expected: Expected, hold: Callable[[], HeldForAWhile]
) -> Iterator[Finding]:
    """Log in, make the check, log out. `hold` takes the client's lease."""
    held = hold()
    try:
        access = open_access(credentials, place.endpoints, place.clock, random.Random())  # noqa: S311 - jitter
        try:
            yield from examine(_examined(access, credentials, place, expected))
        finally:
            access.close()
    finally:
        held.release()


def held_client(
    wire: Wire, clock: Clock, credentials: AngelOneCredentials, user_id: str, instance: str
) -> HeldForAWhile:
    """The client's lease, taken for a while. Raises BackPressure where an engine has it."""
    lease = FirestoreLease(wire, clock, patience_s=0.0)
    client = client_of(credentials, user_id)
    try:
        grant = lease.acquire(client, instance, "doctor", old_holder_dead=False)
    except LeaseHeld as error:
        raise BackPressure(
            f"an engine is logged in as this client ({error.holder}), and a second login would end its session: "
            "ask that engine, on the dashboard under Brokers"
        ) from None
    return HeldForAWhile(lease, grant)


def place_of(settings: Settings, said: AngelOneSettings, clock: Clock) -> Place:
    """The broker as the settings name it, with a list of instruments of today where one can be had."""
    endpoints = endpoints_of(said)
    market_clock = clock if said.at is None else rehearsed_clock(endpoints, clock)
    instruments, source = instrument_list(settings.state_dir, said)
    with suppress(CannotStart):  # the check has a line for it
        instruments.up_to_date(source, market_clock)
    days = read_told_days(settings.special_days)
    return Place(endpoints, instruments, source, days.calendar(NSE, live=True), market_clock)


def expected_of(settings: Settings, said: AngelOneSettings) -> Expected:
    """What the bots of the settings trade; a share that always trades where they name none of this market."""
    symbols: tuple[str, ...] = ()
    if settings.bots is not None and settings.feed == ANGELONE:
        bots = read_bots_file(settings.bots, lenient=True).bots
        symbols = tuple(dict.fromkeys(symbol for bot in bots for symbol in bot.symbols))
    sends_orders = said.live or settings.feed != ANGELONE
    return Expected(symbols or (PROBE,), WORDS[said.product], sends_orders, CHARGES[said.product])


def _examined(access: Access, credentials: AngelOneCredentials, place: Place, expected: Expected) -> Examined:
    lines = order_lines(access.endpoints, credentials, place.clock)
    reach = Reach(access.calls, access.session, lines, place.instruments, place.clock, place.calendar)
    broker = AngelOneBroker(reach, lambda: instant_of(place.clock.now()), product=expected.product)
    return examined_with(
        access, credentials, place.instruments, place.calendar, broker.report, **_words_of(expected, place.clock)
    )


def _words_of(expected: Expected, clock: Clock) -> Mapping[str, Any]:
    rates = schedule(expected.charge_schedule).on(clock.now().date().isoformat())

    def reckon(side: Side, value: Decimal) -> Decimal:
        return total_on(rates, side, value)

    return {
        "symbols": expected.symbols,
        "product": expected.product,
        "sends_orders": expected.sends_orders,
        "reckon": reckon,
    }
