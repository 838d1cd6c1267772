"""The check before the open: whether a day at Angel One can begin, a line an item, each with what to do. Asked by the
command line and by an account's engine; fed by the broker itself. It reads, and sends nothing.

A check is a small function of what is examined. What the broker leaves unsaid (docs/BROKERS.md, "Not known") is asked
here each morning instead of being taken for granted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.adapters.brokers.angelone.doctor import doctor_access as access
from engine.adapters.brokers.angelone.doctor import doctor_orders as orders
from engine.adapters.brokers.angelone.doctor import doctor_prices as prices
from engine.adapters.brokers.angelone.doctor.examined import Examined
from engine.domain.errors import InvalidValue, OperatingError, PermanentFailure
from engine.domain.findings import Finding, Grade, amber, red

Check = Callable[[Examined], Iterator[Finding]]

# Asked of nobody, or without a login: these are made whatever becomes of it.
BEFORE_LOGIN: tuple[tuple[str, Check], ...] = (
    ("connection", access.connection),
    ("egress_address", access.egress_address),
    ("instruments", prices.instrument_list),
    ("calendar", prices.calendar_coverage),
    ("login", access.login),
)
AFTER_LOGIN: tuple[tuple[str, Check], ...] = (
    ("profile", access.profile),
    ("funds", access.funds),
    ("clock", access.clock_skew),
    ("quotes", prices.quotes),
    ("candles", prices.candle_quality),
    ("market_socket", prices.market_socket),
    ("order_books", orders.order_books),
    ("order_socket", orders.order_socket),
    ("order_preview", orders.order_preview),
    ("charges", orders.charges),
)


def examine(examined: Examined) -> Iterator[Finding]:
    """Every line as it is found. Without a session the checks that need one are named and left out."""
    logged_in = True
    for name, check in BEFORE_LOGIN:
        for finding in _made(name, check, examined):
            logged_in = logged_in and (name != "login" or finding.grade is Grade.GREEN)
            yield finding
    if not logged_in:
        left_out = ", ".join(name.replace("_", " ") for name, _ in AFTER_LOGIN)
        says = f"not looked at, as there is no session: {left_out}"
        yield amber("not_checked", says, "See the line of the login, then check again.")
        return
    for name, check in AFTER_LOGIN:
        yield from _made(name, check, examined)


def _made(name: str, check: Check, examined: Examined) -> Iterator[Finding]:
    """A check that the broker does not let finish is a line too."""
    try:
        yield from check(examined)
    except PermanentFailure as error:
        yield red(name, str(error), "Read what the broker says; look at its portal; check again.")
    except OperatingError as error:
        yield red(name, str(error), "Check again in a minute. If it stays, the broker or the way to it has trouble.")
    except InvalidValue as error:
        yield red(name, str(error), "Change what it names, then check again.")
