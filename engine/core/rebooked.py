"""Every fill booked anew: cash, positions, closed trades and the day's figures that the fills alone make.

Called by rebook.py, which compares them with what the store has. Changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from engine.core.portfolio import ClosedTrade, Portfolio
from engine.core.state import State
from engine.domain.errors import InvariantBroken
from engine.domain.found import FoundFacts
from engine.domain.instant import NEVER, Instant, moment_of
from engine.domain.instrument import MONEY_UNIT, Instrument
from engine.domain.order import ExitReason, Purpose
from engine.domain.records import FillRecord, OrderRecord

ZERO = Decimal(0)


@dataclass(slots=True)
class BotDay:
    """What a bot's fills of the day come to. `orders` are the ids they belong to."""

    gross: Decimal = ZERO
    charges: Decimal = ZERO
    trades: int = 0
    orders: set[str] = field(default_factory=set)  # counted, never walked through


@dataclass(slots=True)
class Rebooked:
    """The books as the fills make them. `trades` with the trading day each was closed on; `purposes` by fill key;
    `opening_cash` and `carried` (signed quantities by symbol) are what the account's present day began with.
    """

    cash: Decimal
    portfolio: Portfolio
    realized_day: Decimal = ZERO
    charges_day: Decimal = ZERO
    trades: list[tuple[str, ClosedTrade]] = field(default_factory=list)
    purposes: dict[str, Purpose] = field(default_factory=dict)
    bots: dict[str, BotDay] = field(default_factory=dict)
    last_fills: dict[tuple[str, str], Instant] = field(default_factory=dict)
    opening_cash: Decimal = ZERO
    carried: dict[str, Decimal] = field(default_factory=dict)


def rebooked(state: State, facts: FoundFacts) -> Rebooked:
    """The books of the account's first cash and all its fills.

    Raises InvariantBroken for a fill that can't be booked, and for a symbol that is held and no longer listed.
    """
    cash = state.ledger.start_cash
    books = Rebooked(cash, Portfolio(state.account.reduce_by), opening_cash=cash)
    for fill in facts.fills:
        _book(state, facts, books, fill)
    for position in books.portfolio.all():
        if position.symbol not in state.instruments:
            raise InvariantBroken(f"{position.symbol} is held but no longer listed")
    return books


def _book(state: State, facts: FoundFacts, books: Rebooked, fill: FillRecord) -> None:
    held = books.portfolio.get(fill.bot_id, fill.symbol)
    order = facts.orders.get(fill.order_id)
    if order is not None:
        entry = order.purpose is Purpose.ENTRY
    else:  # of an earlier day, or its document is lost: what it does to what is held tells
        entry = held is None or held.sign == fill.side.sign
    books.portfolio.check(fill.bot_id, fill.symbol, fill.side, fill.quantity, entry=entry)
    books.purposes[fill.fill_key] = Purpose.ENTRY if entry else Purpose.EXIT
    instrument = state.instruments.get(fill.symbol) or _unlisted(state, fill.symbol)
    risk = _risk(state, fill, order) if entry else ZERO
    reason = None if entry else (order and order.exit_reason) or ExitReason.MANUAL
    booked = books.portfolio.book(fill, instrument, risk, reason)
    paid = instrument.value_of(fill.price, fill.quantity) * fill.side.sign + fill.charges
    books.cash -= paid
    key = (fill.bot_id, fill.symbol)
    books.last_fills[key] = max(fill.filled_at, books.last_fills.get(key, 0))
    if booked.closed is not None:
        books.trades.append((_day(state, fill.symbol, fill.filled_at), booked.closed))
    if fill.filled_at < day_opened_at(state, fill.symbol):
        books.opening_cash -= paid
        books.carried[fill.symbol] = books.carried.get(fill.symbol, ZERO) + fill.quantity * fill.side.sign
        return
    books.charges_day += fill.charges
    books.realized_day += booked.realized
    bot = books.bots.setdefault(fill.bot_id, BotDay())
    bot.gross, bot.charges = bot.gross + booked.realized, bot.charges + fill.charges
    bot.trades += booked.closed is not None
    bot.orders.add(fill.order_id)


def _unlisted(state: State, symbol: str) -> Instrument:
    """Enough of an instrument to book what was closed long ago: money has two decimals everywhere."""
    return Instrument(symbol, "", state.account.currency, 2, 0, MONEY_UNIT, Decimal(1))


def _risk(state: State, fill: FillRecord, order: OrderRecord | None) -> Decimal:
    """What an entry puts at risk, % of the equity the day began with: what it was then is not written down."""
    stop = None if order is None else order.stop_price
    distance = fill.price if stop is None else abs(fill.price - stop)
    equity = state.ledger.start_equity_day
    return fill.quantity * distance * 100 / equity if equity > 0 else Decimal(100)


def day_opened_at(state: State, symbol: str) -> Instant:
    """When the account's day began for a symbol; NEVER where it has not."""
    session = state.tapes[symbol].session if symbol in state.tapes else None
    return session.open_at if session is not None and session.day == state.ledger.day else NEVER


def _day(state: State, symbol: str, at: Instant) -> str:
    """The trading day (ISO) of an instant: the venue's date."""
    session = state.tapes[symbol].session if symbol in state.tapes else None
    offset = session.utc_offset_s * 1_000_000 if session is not None else 0
    return moment_of(at + offset).date().isoformat()
