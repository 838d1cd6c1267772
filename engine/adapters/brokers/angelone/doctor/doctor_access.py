"""Checks of the way in: connection, login, clock, registered address, profile, money. Listed in doctor.py."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.access.session_hours import OutsideHours
from engine.adapters.brokers.angelone.access.tokens import IST
from engine.adapters.brokers.angelone.doctor.examined import Examined
from engine.adapters.brokers.angelone.orders.order_words import Product
from engine.adapters.brokers.bookkeeping.row_values import number, text
from engine.adapters.brokers.examination_lines import ClockBounds, clock_line, connection_line
from engine.domain.errors import BackPressure, OperatingError, OutcomeUnknown, PermanentFailure
from engine.domain.findings import Finding, amber, green, red
from engine.domain.instant import moment_of

# A one-time code is good for 30 s; the Date header counts whole seconds.
CLOCK = ClockBounds(3.0, 20.0, "beyond half a minute logins fail", "one-time codes of a wrong time are refused")
PRODUCT_WORDS = {Product.INTRADAY: ("MIS", "INTRADAY"), Product.DELIVERY: ("CNC", "DELIVERY")}
EXCHANGE_WORDS = ("nse_cm", "NSE")  # as recorded, as documented


def connection(examined: Examined) -> Iterator[Finding]:
    """Whether the broker's host answers at all, over TLS that can be trusted."""
    yield connection_line(examined.knock, examined.clock)


def login(examined: Examined) -> Iterator[Finding]:
    """The session that is there is used; a login is made only where there is none."""
    ending = examined.credentials.ending
    try:
        tokens = examined.session.tokens()
    except PermanentFailure as error:
        yield red(
            "login", str(error), "Set the broker keys anew where it names one of them, or see the broker's portal."
        )
        return
    except OutsideHours as error:
        yield amber("login", str(error), "Check again then; the engine does so by itself before the open.")
        return
    except BackPressure as error:
        yield red("login", f"no login now: {error}", "Wait until then, and log in nowhere else; then check again.")
        return
    except OutcomeUnknown as error:
        yield red("login", f"no usable answer to the login: {error}", "Check again in a minute.")
        return
    until = moment_of(tokens.dies_at).astimezone(IST)
    yield green("login", f"client {ending} is logged in, until {until:%H:%M} in India at the latest")


def clock_skew(examined: Examined) -> Iterator[Finding]:
    """This machine's clock against the broker's: one-time codes and stale quotes are judged by it."""
    yield clock_line(examined.reads.skew_s(), CLOCK)


def egress_address(examined: Examined) -> Iterator[Finding]:
    """The address that orders would leave from, against the registered one."""
    registered = examined.credentials.registered_ip
    try:
        address = examined.address()
    except OperatingError as error:
        say = f"which address orders leave from is not known: {error}"
        do = "No entry leaves before it is. Look at the way to the internet."
        yield red("egress_address", say, do) if examined.sends_orders else amber("egress_address", say, do)
        return
    if address == registered:
        yield green("egress_address", f"orders leave from {address}, which is the registered address")
        return
    known = f"registered is {registered}" if registered else "no registered address is given"
    says = f"orders would leave from {address}; {known}"
    do = "Let the service use the registered address, or register this one at the broker (once a week at most)."
    yield red("egress_address", says, do) if examined.sends_orders else amber("egress_address", says, do)


def profile(examined: Examined) -> Iterator[Finding]:
    """Whose login it is, and what this client may trade."""
    found = examined.reads.read(Route.PROFILE)
    row: Any = found if isinstance(found, dict) else {}
    if text(row, "clientcode").upper() != examined.credentials.client_code:
        yield red("profile", "the login is another client's than the keys name", "Set the broker keys anew.")
        return
    products, exchanges = _words(row.get("products")), _words(row.get("exchanges"))
    wanted = PRODUCT_WORDS[examined.product]
    if not exchanges & set(EXCHANGE_WORDS):
        told = ", ".join(sorted(exchanges)) or "nothing"
        yield red("profile", f"NSE shares are not among what may be traded ({told})", "Have the segment opened.")
    elif not products & set(wanted):
        told = ", ".join(sorted(products)) or "nothing"
        do = f"Have {examined.product.value.lower()} orders allowed, or choose the other product."
        yield red("profile", f"{wanted[0]} is not among the products ({told})", do)
    else:
        yield green("profile", f"NSE shares may be traded, {examined.product.value.lower()} ({wanted[0]})")


def funds(examined: Examined) -> Iterator[Finding]:
    """What there is to trade with."""
    found = examined.reads.read(Route.FUNDS)
    if not isinstance(found, dict):
        yield amber("funds", "the broker gives no figures of money", "Look at its own screen.")
        return
    free, cash = number(found, "net"), number(found, "availablecash")
    says = (
        f"{_rupees(free)} to trade with, {_rupees(cash)} of it cash"
        if cash <= free
        else f"{_rupees(free)} to trade with"
    )
    if free <= 0:
        yield amber("funds", says, "Entries will be rejected. Add money, or let the bots only leave.")
    else:
        yield green("funds", says)


def _words(value: object) -> set[str]:
    """A list, or the text of one: both have been published."""
    if isinstance(value, str):
        value = value.strip("[]").replace('"', "").replace("'", "").split(",")
    return {str(word).strip() for word in value if str(word).strip()} if isinstance(value, (list, tuple)) else set()


def _rupees(value: Decimal) -> str:
    return f"{value:,.2f} rupees"
