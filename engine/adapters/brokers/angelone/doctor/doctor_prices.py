"""Checks of what decisions are made from: instruments, trading days, quotes, price bands, candles, the market socket.
Listed in doctor.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from engine.adapters.brokers.angelone.access.routes import Route
from engine.adapters.brokers.angelone.access.tokens import IST
from engine.adapters.brokers.angelone.doctor.examined import Examined
from engine.adapters.brokers.angelone.prices.frames import SNAP_QUOTE, UnreadableFrame, read_frame
from engine.adapters.brokers.angelone.prices.instruments import STALE_AFTER, Listed, fresh_since
from engine.adapters.brokers.angelone.prices.prints import Heard
from engine.adapters.brokers.angelone.prices.subscriptions import PONG, complaint, wish
from engine.adapters.brokers.bookkeeping.row_values import Row, number, text
from engine.adapters.brokers.connection.socket_line import SocketLine
from engine.adapters.brokers.examination_lines import LOOK_S, contradicting, lag_line, looks
from engine.domain.errors import InvalidValue
from engine.domain.findings import Finding, amber, green, red
from engine.domain.instant import MINUTE, SECOND, Instant, instant_of, moment_of
from engine.domain.market import TradingSession

QUOTES_MAX = 50  # symbols of one call, as published
QUOTE_AGE_S = 60.0
CANDLES_LEAST_MIN = 15  # of a session, before its candles say anything
CANDLES_GREEN, CANDLES_AMBER = 0.98, 0.90  # share of the minutes that have one: a share that trades skips few
LOOK_BACK_DAYS = 10
STAMP = "%d-%b-%Y %H:%M:%S"


def instrument_list(examined: Examined) -> Iterator[Finding]:
    """How old the list is, and whether it knows what the bots trade."""
    made, now = examined.instruments.made_at, examined.clock.now()
    do = "Type: lockstep instruments update"
    if made is None:
        yield red("instruments", "there is no list of instruments on this machine", do)
        return
    doubts = []
    for symbol in examined.symbols:
        try:
            examined.instruments.find(symbol)
        except InvalidValue as error:
            doubts.append(error.message)
    if doubts:
        yield red("instruments", "; ".join(doubts), "Change the bots' symbols, or do what the sentence says.")
    elif now - made > STALE_AFTER:
        yield red("instruments", f"the list of instruments is of {made.astimezone(IST):%d %b}", do)
    elif made < fresh_since(now):
        yield amber("instruments", f"the list of instruments is of {made.astimezone(IST):%d %b, %H:%M}", do)
    else:
        yield green("instruments", f"today's list knows every symbol of the bots ({len(examined.symbols)})")


def calendar_coverage(examined: Examined) -> Iterator[Finding]:
    """Whether it is known when the exchange trades, today and for the days to come."""
    calendar = examined.calendar
    today = calendar.day_at(_now(examined))
    session, known = calendar.session_on(today), calendar.days.known_until()
    do = "Install a newer exchange_calendars, or name the days in the file of LOCKSTEP_CALENDAR."
    if known is not None and today > known:
        yield red("calendar", calendar.closed_because(today) or f"trading days are known until {known}", do)
    elif known is not None and (known - today).days < 14:
        yield amber("calendar", f"trading days are known until {known}", do)
    elif session is None:
        yield green("calendar", f"closed today; the next session is on {calendar.next_day(today):%a %d %b}")
    else:
        yield green("calendar", f"open today, {_hours(session)} in India")


def quotes(examined: Examined) -> Iterator[Finding]:
    """A quote of each symbol: there, fresh while the exchange is open, and with the band that bounds the day."""
    listed = [examined.instruments.find(symbol) for symbol in examined.symbols[:QUOTES_MAX]]
    body = {"mode": "FULL", "exchangeTokens": {"NSE": [one.token for one in listed]}}
    data: Any = examined.reads.read(Route.QUOTE, body) or {}
    rows = {text(row, "symbolToken"): row for row in data.get("fetched") or () if isinstance(row, dict)}
    missing = [one.symbol for one in listed if one.token not in rows or number(rows[one.token], "ltp") <= 0]
    if missing:
        yield red("quotes", f"no quote of {', '.join(missing)}", "Take these out of the bots, or wait for the open.")
    else:
        yield _freshness(examined, [rows[one.token] for one in listed])
    yield _bands(listed, rows)


def candle_quality(examined: Examined) -> Iterator[Finding]:
    """The minutes of the newest session that has had some: how many have a candle, whether the last is there, whether
    any contradicts itself. Warm-up is made of these.
    """
    session = _newest_session(examined)
    symbol = examined.symbols[0]
    if session is None:
        yield amber("candles", "no session of the last days is known", "See the line of the calendar.")
        return
    until = min(_now(examined) // MINUTE * MINUTE, session.continuous_until or session.close_at)
    bars = examined.candles.candles(symbol, "1m", session.open_at, until)
    wrong = contradicting(bars)
    minutes = (until - session.open_at) // MINUTE
    share = len({bar.open_at for bar in bars}) / minutes
    lacking = (until - bars[-1].open_at) // MINUTE - 1 if bars else minutes
    says = f"{symbol} has {len(bars)} of {minutes} one-minute candles of {session.day}"
    do = "Warm-up would be thin: bots begin late. Check again; if it stays, download elsewhere."
    if wrong:
        yield red("candles", f"{wrong} candles of {symbol} contradict themselves", do)
    elif share < CANDLES_AMBER:
        yield red("candles", says, do)
    elif share < CANDLES_GREEN or lacking > 2:
        last = f"; the last {lacking} minutes are missing" if lacking > 2 else ""
        yield amber("candles", f"{says}{last}", do)
    else:
        yield green("candles", says)


def market_socket(examined: Examined) -> Iterator[Finding]:
    """One more connection, for a moment: does it open, answer, send a price, and how old is that."""
    listed = examined.instruments.find(examined.symbols[0])
    line = examined.sockets.market(examined.session.tokens())
    try:
        said, frame_at, answered = _look_at(line, listed, looks(examined.patience_s))
    finally:
        line.close()
    if said:
        yield red("market_socket", said, "Watch fewer symbols, or end the other programs of this client.")
    elif not answered:
        do = "Prices may not come. Check again; if it stays, watch the first minutes of the session."
        yield amber("market_socket", "the market socket opens and says nothing", do)
    else:
        yield green("market_socket", "the market socket opens and answers")
    yield _lag(examined, frame_at)


def _look_at(line: SocketLine, listed: Listed, times: int) -> tuple[str, Instant | None, bool]:
    """What it complains of, the stamp of a frame of this instrument, and whether anything came at all."""
    for message in wish([Heard(listed.instrument, listed.exchange, listed.token, SNAP_QUOTE)]):
        line.send(message)
    line.ping()
    said, frame_at, ponged = "", None, False
    for _ in range(times):
        message_or_none = line.receive(LOOK_S)
        if isinstance(message_or_none, str):
            ponged = ponged or message_or_none == PONG
            said = complaint(message_or_none) or said
        elif message_or_none is not None:
            try:
                frame_at = read_frame(message_or_none).at
            except UnreadableFrame as error:
                said = str(error)
        if said or (ponged and frame_at is not None):
            break
    return said, frame_at, ponged or frame_at is not None


def _lag(examined: Examined, frame_at: Instant | None) -> Finding:
    """How far behind our clock, set right by the broker's, the newest price is."""
    open_now = examined.calendar.session_at(_now(examined)) is not None
    if frame_at is None:
        if open_now:
            return red("feed_lag", "the exchange is open and no price came", "Don't begin before prices come.")
        return green("feed_lag", "the exchange is closed, and no price came")
    if not open_now:
        return green("feed_lag", "the exchange is closed; a price of its last session came")
    lag_s = (_now(examined) - frame_at) / SECOND + (examined.reads.skew_s() or 0.0)
    return lag_line(lag_s)


def _freshness(examined: Examined, rows: list[Row]) -> Finding:
    ages = [_now(examined) - at for row in rows if (at := _stamped(text(row, "exchFeedTime"))) is not None]
    if not ages:
        return amber("quotes", "quotes come without a time", "Their age can't be told: watch the first minutes.")
    oldest_s = max(ages) / SECOND
    if examined.calendar.session_at(_now(examined)) is None:
        return green("quotes", "a quote of each symbol came; the exchange is closed")
    if oldest_s > QUOTE_AGE_S:
        return amber(
            "quotes", f"the oldest quote is {oldest_s:,.0f} s old", "Wait, or look whether the symbol is halted."
        )
    return green("quotes", f"a quote of each symbol came, the oldest {max(oldest_s, 0):.0f} s old")


def _bands(listed: list[Listed], rows: Mapping[str, Row]) -> Finding:
    """What the breakers go by: the band of the day."""
    without = []
    for one in listed:
        row = rows.get(one.token)
        if row is None or not 0 < number(row, "lowerCircuit") <= number(row, "ltp") <= number(row, "upperCircuit"):
            without.append(one.symbol)
    if without:
        do = "The risk checks of price bands can't help with these: watch them, or leave them out."
        return amber("price_bands", f"no usable price band of {', '.join(without)}", do)
    return green("price_bands", "each symbol has the price band of the day")


def _newest_session(examined: Examined) -> TradingSession | None:
    """The newest that has had enough minutes."""
    now = _now(examined)
    day: date = examined.calendar.day_at(now)
    for back in range(LOOK_BACK_DAYS):
        session = examined.calendar.session_on(day - timedelta(days=back))
        if session is not None and now - session.open_at >= CANDLES_LEAST_MIN * MINUTE:
            return session
    return None


def _stamped(words: str) -> Instant | None:
    try:
        return instant_of(datetime.strptime(words, STAMP).replace(tzinfo=IST))
    except ValueError:
        return None


def _hours(session: TradingSession) -> str:
    return f"{moment_of(session.open_at).astimezone(IST):%H:%M} to {moment_of(session.close_at).astimezone(IST):%H:%M}"


def _now(examined: Examined) -> Instant:
    return instant_of(examined.clock.now())
