"""Checks of the way in: connection, clock, the key and what it may do, money. Listed in doctor.py."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from engine.adapters.brokers.bookkeeping.row_values import number, text
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.doctor.examined import Examined
from engine.adapters.brokers.coinbase.orders.balances import balances
from engine.adapters.brokers.examination_lines import ClockBounds, clock_line, connection_line
from engine.domain.errors import BackPressure, OutcomeUnknown, PermanentFailure
from engine.domain.findings import Finding, amber, green, red

# A token of an order is good for 45 s from our now on; the date of an answer counts whole seconds.
CLOCK = ClockBounds(3.0, 30.0, "with half a minute and more no key is accepted", "tokens of a wrong time are refused")
KEY_DO = "Make another key at Coinbase's developer platform (permissions view and trade), and set it anew."


def connection(examined: Examined) -> Iterator[Finding]:
    """Whether the broker's host answers at all, over TLS that can be trusted."""
    yield connection_line(examined.knock, examined.clock)


def clock_skew(examined: Examined) -> Iterator[Finding]:
    """This machine's clock against the broker's: tokens are judged by it."""
    examined.reads.read(Route.TIME)  # so that there is an answer with a date
    yield clock_line(examined.reads.skew_s(), CLOCK)


def key_accepted(examined: Examined) -> Iterator[Finding]:
    """Whether the key is let in at all."""
    try:
        examined.reads.read(Route.KEY)
    except PermanentFailure as error:
        yield red("login", str(error), KEY_DO)
    except (BackPressure, OutcomeUnknown) as error:
        yield red("login", f"whether the key is accepted is not known: {error}", "Check again in a minute.")
    else:
        yield green("login", f"the key {examined.credentials.ending} is accepted")


def permissions(examined: Examined) -> Iterator[Finding]:
    """What the key may do: look, trade, and better not move money out."""
    found = examined.reads.read(Route.KEY)
    looks, trades, moves = (found.get(name) is True for name in ("can_view", "can_trade", "can_transfer"))
    if not looks:
        yield red("permissions", "the key may not look at the account", KEY_DO)
    elif not trades and examined.sends_orders:
        yield red("permissions", "the key may not trade", KEY_DO)
    elif moves:
        says = "the key may also move money and coins out of the account"
        yield amber("permissions", says, f"Nothing here needs that, and whoever gets hold of it could. {KEY_DO}")
    else:
        yield green("permissions", f"the key may look{' and trade' if trades else ''}, and move nothing out")


def funds(examined: Examined) -> Iterator[Finding]:
    """The money that the bots' products are priced in, and the coins that are held already."""
    rows = examined.reads.read_all(Route.ACCOUNTS, "accounts", {"limit": "250"})
    listed = [examined.products.find(symbol) for symbol in examined.symbols]
    money = sorted({one.quote for one in listed})
    free = {
        currency: sum((_free(row) for row in rows if text(row, "currency") == currency), Decimal(0))
        for currency in money
    }
    held = balances(rows)
    coins = sorted({one.base for one in listed if held.get(one.base)})
    says = f"{', '.join(f'{amount:,.2f} {currency}' for currency, amount in free.items())} to trade with"
    if coins:
        says += f"; held: {', '.join(f'{held[coin].normalize():f} {coin}' for coin in coins)}"
    if any(amount <= 0 for amount in free.values()):
        yield amber("funds", says, "Entries will be rejected. Add money, or let the bots only leave.")
    else:
        yield green("funds", says)


def _free(row: object) -> Decimal:
    amount = row.get("available_balance") if isinstance(row, dict) else None
    return number(amount, "value") if isinstance(amount, dict) else Decimal(0)
