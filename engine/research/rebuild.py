"""An account's books made anew from its fills, beside those it has. Fed by `lockstep books`; runs a fresh engine.

The same core that books a live fill books each of them again (core/rebook), so there is no second set of rules that
could be wrong. Nothing is written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from engine.core.engine import Engine
from engine.domain.account import AccountSpec
from engine.domain.effects import PublishRecord
from engine.domain.errors import InvalidValue
from engine.domain.events import InstrumentListed, Recovered, SessionOpened
from engine.domain.found import FactsFound, FoundFacts
from engine.domain.instrument import MONEY_UNIT, Instrument
from engine.domain.records import AccountRecord, ClosedTradeRecord, PositionRecord, ProfitRecord, Record
from engine.market_data.calendar import calendar_for
from engine.market_data.instruments import instrument_for
from engine.simulation.demo_market import DemoMarket
from engine.strategies.registry import make

DEMO = "demo"
_PRICE_UNIT = Decimal("0.00000001")  # what a document's average price is compared to
_SUMS = ("gross_pnl", "charges", "net_pnl", "gross_profit", "gross_loss")
_COUNTS = ("trades", "wins", "losses", "break_even")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a store has of an account: its present states, and every fact there is."""

    account: AccountSpec
    states: tuple[Record, ...]
    facts: FoundFacts


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of both books, in words: `books` as they are, `rebuilt` from the fills."""

    what: str
    books: str
    rebuilt: str

    @property
    def same(self) -> bool:
        return self.books == self.rebuilt


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both books, figure by figure. `at` is the market time of the present ones."""

    account: AccountRecord
    fills: int
    lines: tuple[Line, ...]

    @property
    def different(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.same)


def compare_books(kept: Kept) -> Comparison:
    """Make the books anew and lay both side by side.

    Raises InvalidValue for an account whose first cash is not known, and for fills that make no books.
    """
    present = next((record for record in kept.states if isinstance(record, AccountRecord)), None)
    if present is None:
        raise InvalidValue("account", f"{kept.account.account_id} has no books yet")
    if present.start_cash is None:
        raise InvalidValue("cash", "the books do not say what cash the account began with: name it with --cash")
    made = tuple(_rebuilt(kept, present))
    lines = (
        *_money(present, made),
        *_positions(kept.states, made),
        *_trades(kept, made),
        *_roll_ups(kept.states, made),
    )
    return Comparison(present, len(kept.facts.fills), lines)


def _rebuilt(kept: Kept, present: AccountRecord) -> Iterator[Record]:
    """The records of a fresh engine that is given the account's beginning and its fills, and nothing else."""
    engine = Engine(kept.account, make, views=False)
    instruments = _instruments(kept.account, {fill.symbol for fill in kept.facts.fills})
    for instrument in instruments:
        engine.process(InstrumentListed(instrument))
    engine.process(Recovered((replace(present, cash=present.start_cash or present.cash),), 0))
    if present.session is not None:
        for venue in sorted({instrument.venue for instrument in instruments}):
            session = calendar_for(venue).session_for_data(date.fromisoformat(present.session.day))
            engine.process(SessionOpened(session, session.open_at))
    halted = engine.state.breaker.reason
    # Without what the store has of them, closed trades and orders are all told again.
    effects = engine.process(FactsFound(replace(kept.facts, since=0, trades=frozenset())))
    if engine.state.breaker.reason != halted:
        raise InvalidValue("fills", f"they make no books: {engine.state.breaker.reason}")
    yield from (effect.record for effect in effects if isinstance(effect, PublishRecord))


def _instruments(account: AccountSpec, symbols: Iterable[str]) -> list[Instrument]:
    demo = {one.symbol: one for one in DemoMarket(account.seed).instruments()} if account.market == DEMO else {}
    return [demo.get(symbol) or instrument_for(symbol) for symbol in sorted(symbols)]


def _money(present: AccountRecord, made: tuple[Record, ...]) -> Iterator[Line]:
    anew = [record for record in made if isinstance(record, AccountRecord)][-1]
    for name in ("cash", "realized_pnl_day", "charges_day"):
        yield Line(name, _amount(getattr(present, name)), _amount(getattr(anew, name)))


def _positions(states: Iterable[Record], made: Iterable[Record]) -> Iterator[Line]:
    """Each position of either books. Current price and P&L follow the market, not the fills."""
    books, anew = ({r.document_id: r for r in both if isinstance(r, PositionRecord)} for both in (states, made))
    for name in sorted({*books, *anew}):
        one, other = books.get(name), anew.get(name)
        what = f"position {name}"
        yield Line(f"{what} quantity", _held(one), _held(other))
        if one is not None and other is not None:
            for figure in ("cost", "realized_pnl", "charges"):
                yield Line(f"{what} {figure}", _amount(getattr(one, figure)), _amount(getattr(other, figure)))
            yield Line(f"{what} fills", str(len(one.fill_ids)), str(len(other.fill_ids)))


def _trades(kept: Kept, made: Iterable[Record]) -> Iterator[Line]:
    anew = {record.trade_id for record in made if isinstance(record, ClosedTradeRecord)}
    for trade_id in sorted({*kept.facts.trades, *anew}):
        words = ["closed" if trade_id in books else "none" for books in (kept.facts.trades, anew)]
        yield Line(f"closed trade {trade_id}", *words)


def _roll_ups(states: Iterable[Record], made: Iterable[Record]) -> Iterator[Line]:
    """Sums of closed trades by period. Fills without a closed trade leave none: that is zeros."""
    books, anew = ({r.period: r for r in both if isinstance(r, ProfitRecord)} for both in (states, made))
    for period in ("day", "week", "month", "all"):
        one, other = books.get(period), anew.get(period)
        for name in _SUMS:
            yield Line(f"{period} {name}", _sum(one, name), _sum(other, name))
        for name in _COUNTS:
            yield Line(f"{period} {name}", str(getattr(one, name, 0)), str(getattr(other, name, 0)))


def _sum(record: ProfitRecord | None, name: str) -> str:
    return _amount(Decimal(0) if record is None else getattr(record, name))


def _held(record: PositionRecord | None) -> str:
    if record is None:
        return "none"
    return f"{record.quantity.normalize():f} at {record.entry_price.quantize(_PRICE_UNIT).normalize():f}"


def _amount(value: Decimal) -> str:
    return f"{value.quantize(MONEY_UNIT):f}"
