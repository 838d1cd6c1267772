"""What can be traded at the broker, by our symbols and by its own. Fed by instrument_file.py; feeds feed, broker,
candles, the search and the command line.

A symbol here is that of data files and bots: SBIN, NIFTY50. The broker's own is another (SBIN-EQ, Nifty 50), and what
counts on its wire is a token. Orders carry both, so a pair that does not belong together would trade another share:
where the list leaves any doubt, the symbol is refused with a sentence. Prices everywhere are paise.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import structlog

from engine.adapters.brokers.angelone.access.tokens import IST
from engine.adapters.brokers.angelone.prices import instrument_file
from engine.adapters.brokers.angelone.prices.master import INDEX_SERIES, Fetched
from engine.domain.errors import CannotStart, InvalidValue, OperatingError
from engine.domain.instrument import Instrument
from engine.market_data.instruments import NSE, instrument_for
from engine.ports import Clock

FRESH_FROM_H = 6  # India's morning: a list fetched before it is yesterday's
STALE_AFTER = timedelta(days=4)  # a long weekend; with an older one nothing new begins
_PAISE = 2
_COLUMNS = "symbol, trading_symbol, token, exchange, name, series, tick_paise, lot, auction"
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Listed:
    """One instrument at the broker. `symbol` is ours, `trading_symbol` the broker's; `tick_paise` its price step, 0
    where the list gives none: such a share is not traded.

    `tradable` is false of an index; `intraday_allowed` of shares that are settled trade by trade (-BE).
    """

    symbol: str
    trading_symbol: str
    token: str
    exchange: str
    name: str
    tick_paise: int
    lot: int
    tradable: bool
    intraday_allowed: bool
    closing_auction: bool

    @property
    def instrument(self) -> Instrument:
        """As the engine knows it."""
        return Instrument(
            symbol=self.symbol,
            venue=NSE,
            currency="INR",
            price_digits=_PAISE,
            quantity_digits=0,
            tick_size=Decimal(max(self.tick_paise, 1)).scaleb(-_PAISE),
            lot_size=Decimal(self.lot),
            tradable=self.tradable,
            name=self.name,
            closing_auction=self.closing_auction,
        )


class Instruments:
    """The file at `path`. Safe from several threads: each question opens it anew, so a new list counts at once."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def made_at(self) -> datetime | None:
        """When the list was fetched (aware); None where there is none."""
        return instrument_file.made_at(self._path)

    def find(self, symbol: str) -> Listed:
        """What a symbol of ours is at the broker. Raises InvalidValue with the reason where that is not certain."""
        found, doubt = self._look_up(symbol)
        if doubt is not None:
            raise InvalidValue("symbol", doubt)
        return found

    def known(self, symbol: str) -> Listed:
        """What a symbol of ours is by the list, certain or not; one that was traded and has left it is what it was.

        Raises InvalidValue for one that it does not have, and had not then.
        """
        return self._look_up(symbol)[0]

    def _look_up(self, symbol: str) -> tuple[Listed, str | None]:
        """What the list has, and why it is not traded."""
        with instrument_file.opened(self._path) as file:
            if file is None:
                raise InvalidValue("symbol", f"{symbol}: {_NO_LIST}")
            rows = _select(file, "symbol = ?", symbol)
            if not rows:
                gone = _select(file, "symbol = ?", symbol, gone=True)
                if not gone:
                    raise InvalidValue("symbol", _unknown(file, symbol))
                return gone[0], f"{symbol} is not traded: the broker's list has {gone[0].trading_symbol} no more"
            held = file.execute("SELECT token, trading_symbol, since FROM held WHERE symbol = ?", (symbol,)).fetchone()
        shares = [row for row in rows if row.intraday_allowed] or rows  # -EQ before -BE
        found = shares[0]
        if found.tradable and found.tick_paise <= 0:
            return found, f"{symbol} is not traded: the broker's list gives no tick size for it"
        if len(shares) > 1:
            tokens = " and ".join(sorted(row.token for row in shares))
            return found, (
                f"{symbol} is not traded: the broker's list has {len(shares)} rows of {found.trading_symbol} "
                f"(tokens {tokens}), and an order could go to either"
            )
        if held is not None and held[:2] != (found.token, found.trading_symbol):
            return found, (
                f"{symbol} is not traded: it was {held[1]} with token {held[0]} since {held[2][:10]}, and the broker's "
                f"list says {found.trading_symbol} with token {found.token} now. Make sure that it is the same share, "
                f"then type: lockstep instruments accept {symbol}"
            )
        return found, None

    def named(self, exchange: str, trading_symbol: str) -> str | None:
        """Our symbol for the broker's; None for what is not traded here (derivatives, other exchanges, indices)."""
        found = self._one("exchange = ? AND trading_symbol = ?", exchange, trading_symbol)
        return found.symbol if found is not None and found.tradable else None

    def of_token(self, exchange: str, token: str) -> Listed | None:
        """What a token of an exchange is; None where it is nothing of ours, or not one thing."""
        return self._one("exchange = ? AND token = ?", exchange, token)

    def search(self, text: str, limit: int = 50) -> list[Listed]:
        """Instruments whose symbol or name contains the text, in any case: exact ones first, then by symbol."""
        wanted = text.strip().upper()
        pattern = "%" + wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        with instrument_file.opened(self._path) as file:
            if file is None:
                return []
            return _select(
                file,
                "upper(symbol) LIKE ? ESCAPE '\\' OR upper(name) LIKE ? ESCAPE '\\' OR upper(trading_symbol) = ? "
                "ORDER BY symbol <> ?, instr(symbol, ?) <> 1, symbol, series DESC LIMIT ?",
                pattern, pattern, wanted, wanted, wanted, limit,
            )  # fmt: skip

    def hold(self, symbols: Iterable[str], now: datetime) -> None:
        """Note what these symbols are now: from then on another token or series is refused until a person accepts it.

        Of one that is not certain nothing is noted. Raises InvalidValue for one that the list does not have.
        """
        found = [found for found, doubt in map(self._look_up, symbols) if doubt is None]
        rows = [(each.symbol, each.token, each.trading_symbol, now.isoformat()) for each in found]
        instrument_file.hold(self._path, rows)

    def accept(self, symbol: str) -> bool:
        """A person has looked: what the list says now is what the symbol is. False where nothing was noted of it."""
        return self.made_at is not None and instrument_file.let_go(self._path, symbol)

    def update(self, source: Fetched, clock: Clock) -> int:
        """Fetch the list now; how many rows are kept. Raises OperatingError, and the old file stays."""
        return instrument_file.write_file(self._path, source.chunks(clock), clock.now())

    def up_to_date(self, source: Fetched, clock: Clock) -> None:
        """Fetch the list where it is not today's. Without the broker's an old one will do for some days.

        Raises CannotStart where there is none that is young enough.
        """
        now, made = clock.now(), self.made_at
        if made is not None and made >= fresh_since(now):
            return
        try:
            kept = self.update(source, clock)
            _log.info("instruments fetched", rows=kept)
        except OperatingError as error:
            if made is None or now - made > STALE_AFTER:
                age = "there is none on this machine" if made is None else f"the last one is of {made:%Y-%m-%d}"
                raise CannotStart(f"no list of instruments: {error}; {age}") from error
            _log.warning("yesterday's instruments are used", made_at=made.isoformat(), error=str(error))

    def _one(self, where: str, *values: object) -> Listed | None:
        with instrument_file.opened(self._path) as file:
            rows = [] if file is None else _select(file, where, *values) or _select(file, where, *values, gone=True)
        return rows[0] if len(rows) == 1 else None


def fresh_since(now: datetime) -> datetime:
    """From when on a list counts as of the day of `now`."""
    here = now.astimezone(IST)
    morning = here.replace(hour=FRESH_FROM_H, minute=0, second=0, microsecond=0)
    return morning if here >= morning else morning - timedelta(days=1)


_NO_LIST = "there is no list of instruments on this machine yet; type: lockstep instruments update"


def _select(file: sqlite3.Connection, where: str, *values: object, gone: bool = False) -> list[Listed]:
    """Rows of the list, or of what has left it."""
    if gone and not instrument_file.keeps_gone(file):
        return []
    table = "gone" if gone else "listed"
    rows = file.execute(f"SELECT {_COLUMNS} FROM {table} WHERE {where}", values)  # noqa: S608 - all are ours
    return [_listed(*row) for row in rows]


def _listed(
    symbol: str, trading_symbol: str, token: str, exchange: str, name: str, series: str, tick: int, lot: int,
    auction: int,
) -> Listed:  # fmt: skip
    index = series == INDEX_SERIES
    # Both sources of the closing auction may lack a share: leaving early costs little, staying may cost the day.
    leaves_early = not index and (bool(auction) or instrument_for(symbol).closing_auction)
    return Listed(
        symbol, trading_symbol, token, exchange, name, tick or (5 if index else 0), lot, not index,
        series == "EQ", leaves_early,
    )  # fmt: skip


def _unknown(file: sqlite3.Connection, symbol: str) -> str:
    near = _select(file, "trading_symbol = ? OR symbol = ?", symbol.upper(), symbol.upper())
    hint = f"; it is written {near[0].symbol} here" if near else "; look for it with: lockstep instruments find TEXT"
    return f"{symbol} is no share or index of NSE in the broker's list{hint}"
