"""Checks of what decisions are made from: products, quotes, candles, the market socket. Listed in doctor.py; they need
no key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from engine.adapters.brokers.bookkeeping.looking_stream import Line
from engine.adapters.brokers.bookkeeping.row_values import Row, number, rows_of
from engine.adapters.brokers.coinbase.access.routes import Route
from engine.adapters.brokers.coinbase.doctor.examined import Examined
from engine.adapters.brokers.coinbase.orders.order_rows import moment
from engine.adapters.brokers.coinbase.prices.messages import read_envelope, wish
from engine.adapters.brokers.examination_lines import LOOK_S, contradicting, lag_line, looks
from engine.domain.errors import InvalidValue
from engine.domain.findings import Finding, amber, green, red
from engine.domain.instant import MINUTE, SECOND, Instant, instant_of

QUOTE_AGE_S = 120.0  # a product that trades hardly ever is quiet for longer
CANDLES_GREEN, CANDLES_AMBER = 0.90, 0.30  # share of the minutes of the last hours with a trade in them
LOOK_BACK_US = 120 * MINUTE


def products(examined: Examined) -> Iterator[Finding]:
    """Whether Coinbase lists what the bots trade, and takes orders in it now."""
    unknown, closed = [], []
    for symbol in examined.symbols:
        try:
            why = examined.products.find(symbol).closed
        except InvalidValue as error:
            unknown.append(error.message)
            continue
        if why is not None:
            closed.append(f"{symbol}: {why}")
    if unknown:
        yield red("products", "; ".join(unknown), "Change the bots' symbols; they are written as BTC-USD.")
    elif closed:
        yield amber("products", "; ".join(closed), "No entry leaves in these until that is over.")
    else:
        yield green("products", f"every product of the bots is listed and trades ({len(examined.symbols)})")


def quotes(examined: Examined) -> Iterator[Finding]:
    """A trade of each product, and how long ago it was."""
    missing, ages = [], {}
    for symbol in examined.symbols:
        last = last_trade(examined, symbol)
        if last is None:
            missing.append(symbol)
        else:
            ages[symbol] = (_now(examined) - moment(last, "time")) / SECOND + (examined.reads.skew_s() or 0.0)
    if missing:
        yield red("quotes", f"no trade of {', '.join(missing)}", "Take these out of the bots.")
        return
    symbol = max(ages, key=lambda each: ages[each])
    if ages[symbol] > QUOTE_AGE_S:
        do = "A price that old may be far from the next one. Prefer products that trade often."
        yield amber("quotes", f"{symbol} was traded {ages[symbol]:,.0f} s ago for the last time", do)
    else:
        yield green("quotes", f"a trade of each product came, the oldest {max(ages[symbol], 0):.0f} s old")


def candle_quality(examined: Examined) -> Iterator[Finding]:
    """The minutes of the last hours: how many have a candle, and whether any contradicts itself. A minute without a
    trade has none, which is no fault of the candles; warm-up is made of them all the same.
    """
    symbol, until = examined.symbols[0], _now(examined) // MINUTE * MINUTE
    bars = examined.candles.candles(symbol, "1m", until - LOOK_BACK_US, until)
    minutes = LOOK_BACK_US // MINUTE
    share = len({bar.open_at for bar in bars}) / minutes
    wrong = contradicting(bars)
    says = f"{symbol} has {len(bars)} candles for the last {minutes} minutes"
    do = "Few minutes have a trade: bots on minutes begin late and see little. Choose longer bars, or another product."
    if wrong:
        yield red("candles", f"{wrong} candles of {symbol} contradict themselves", "Check again before bots begin.")
    elif share < CANDLES_GREEN:
        yield red("candles", says, do) if share < CANDLES_AMBER else amber("candles", says, do)
    else:
        yield green("candles", says)


def market_socket(examined: Examined) -> Iterator[Finding]:
    """One more connection, for a moment: does it open, answer, and how old is what it says."""
    line = examined.market()
    try:
        for message in wish(examined.symbols[:1]):
            line.send(message)
        said, told_at = look_at(line, looks(examined.patience_s))
        lag_s = None if told_at is None else (_now(examined) - told_at) / SECOND + (examined.reads.skew_s() or 0.0)
    finally:
        line.close()
    if said:
        yield red("market_socket", f"the market socket complains: {said}", "Check again; read what it says.")
    elif lag_s is None:
        do = "Prices may not come. Check again; if it stays, look at the network."
        yield amber("market_socket", "the market socket opens and says nothing", do)
    else:
        yield green("market_socket", "the market socket opens and answers")
        yield lag_line(lag_s)


def last_trade(examined: Examined, symbol: str) -> Row | None:
    """The newest trade of a product that anybody made; None where there is none."""
    found = examined.reads.read(Route.TRADES, {"limit": "1"}, path=symbol)
    rows = rows_of(found.get("trades"), "last trades")
    return rows[0] if rows and number(rows[0], "price") > 0 else None


def look_at(line: Line, times: int) -> tuple[str, Instant | None]:
    """What it complains of, and the stamp of its first message that has one."""
    for _ in range(times):
        message = line.receive(LOOK_S)
        told = None if message is None else read_envelope(message)
        if told is None or message is None:
            continue
        if told.complaint:
            return told.complaint, None
        stamp = json.loads(message).get("timestamp")
        try:
            return "", instant_of(datetime.fromisoformat(str(stamp)))
        except ValueError:
            continue
    return "", None


def _now(examined: Examined) -> Instant:
    return instant_of(examined.clock.now())
