"""A strategy's day as a picture: candles, the lines it decides by, and its trades. Fed by a backtest; feeds the CLI.

The lines are the strategy's own indicators that are prices, made of the same bars by the same code as in the engine. Of
a strategy that compares symbols the picture shows how all of them moved, and which it held when.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from engine.core.bars import Series as BarSeries
from engine.core.indicators import IndicatorKey
from engine.core.strategy import UniverseStrategy
from engine.domain.account import BotSpec
from engine.domain.instant import MINUTE, Instant
from engine.domain.market import Bar, TradingSession
from engine.domain.records import ClosedTradeRecord
from engine.market_data.calendar import calendar_for
from engine.market_data.columns import MarketData
from engine.research.pictures.candles import Candles, Line, candles_svg
from engine.research.pictures.lines import Series, lines_svg
from engine.research.pictures.look import standalone
from engine.research.pictures.market import day_candles, span_candles
from engine.research.prices import instrument_of
from engine.strategies.registry import make, parameters_of

Points = list[tuple[Instant, float | None]]
Row = tuple[TradingSession, Bar, dict[IndicatorKey, float | None]]
_PRICES = ("ema", "sma", "vwap", "supertrend", "bollinger_", "donchian_")
_MINUTES_MOST = 10**9  # however many: the candles are minutes
_PRICE_OF = {"supertrend_side": "supertrend"}
DEVIATION: IndicatorKey = ("vwap_deviation",)


def strategy_picture(
    data: MarketData, bot: BotSpec, trades: Sequence[ClosedTradeRecord], symbol: str, day: date
) -> str:
    """The day of one symbol, or of all where the strategy compares them, as an SVG file's text."""
    if isinstance(make(bot.strategy, bot.parameters), UniverseStrategy):
        return standalone(_all_symbols(data, bot, trades, day))
    candles = day_candles(data, symbol, day)
    return standalone(candles_svg(candles, trades, lines=_lines(data, bot, symbol, day)))


def _lines(data: MarketData, bot: BotSpec, symbol: str, day: date) -> list[Line]:
    """The price lines of the strategy on that day; bars of the days before warm them."""
    given = parameters_of(bot.strategy) | dict(bot.parameters)
    needs = make(bot.strategy, bot.parameters).needs
    keys: list[IndicatorKey] = [(_PRICE_OF.get(key[0], key[0]), *key[1:]) for key in needs]
    shown = [key for key in keys if key[0].startswith(_PRICES) and key != DEVIATION]
    bars = [row for row in _bars(data, bot, symbol, day, (*needs, *shown)) if row[0].day == str(day)]
    lines = [Line(_name(key), _points(key, bars), dashed=number > 0) for number, key in enumerate(shown)]
    if DEVIATION in keys and "enter_at" in given:
        for sign in (-1, 1) if given.get("allow_short") else (-1,):
            lines.append(_band(sign * float(given["enter_at"]), bars))
    if "range_minutes" in given and bars:
        minutes = day_candles(data, symbol, day, most=_MINUTES_MOST)
        lines += _opening_range(minutes, bars[0][0], int(given["range_minutes"]))
    return lines


def _points(key: IndicatorKey, bars: Sequence[Row]) -> Points:
    """An indicator's values; Supertrend's line is interrupted where it turns from one side to the other."""
    points: Points = []
    before = None
    for _, bar, values in bars:
        side = values.get(("supertrend_side", *key[1:])) if key[0] == "supertrend" else None
        if side != before:
            points.append((bar.close_at, None))
        before = side
        points.append((bar.close_at, values[key]))
    return points


def _band(deviations: float, bars: Sequence[Row]) -> Line:
    """So many deviations from VWAP."""
    points: Points = []
    for _, bar, values in bars:
        middle, deviation = values[("vwap",)], values[DEVIATION]
        there = middle is not None and deviation is not None
        points.append((bar.close_at, middle + deviations * deviation if there else None))  # type: ignore[operator]
    return Line(f"VWAP {deviations:+g} deviations", points, dashed=True)


def _opening_range(minutes: Candles, session: TradingSession, range_minutes: int) -> list[Line]:
    """High and low of the session's first minutes, from their end on."""
    ends_at = session.open_at + range_minutes * MINUTE
    first = [number for number, at in enumerate(minutes.open_at) if at < ends_at]
    if not first:
        return []
    until = minutes.open_at[-1] + MINUTE
    edges = {
        "high": max(minutes.high[number] for number in first), "low": min(minutes.low[number] for number in first),
    }  # fmt: skip
    return [Line(f"Opening range, {name}", [(ends_at, edge), (until, edge)]) for name, edge in edges.items()]


def _bars(data: MarketData, bot: BotSpec, symbol: str, until: date, needs: tuple[IndicatorKey, ...]) -> Iterator[Row]:
    """The bot's bars up to a day, each with its session and its indicators' values."""
    instrument = instrument_of(data, symbol)
    minutes = span_candles(data, symbol, date.min, until, most=_MINUTES_MOST)
    if instrument is None or not len(minutes):
        return
    calendar = calendar_for(instrument.venue)
    scale = 10**instrument.price_digits
    series = BarSeries(symbol, bot.timeframe, float(scale))
    series.indicators.keep(needs)
    columns = (minutes.open_at, minutes.open, minutes.high, minutes.low, minutes.close, minutes.volume)
    for at, open_, high, low, close, volume in zip(*columns, strict=True):
        session = calendar.session_for_data(calendar.day_at(at))
        first, top, foot, last = (round(price * scale) for price in (open_, high, low, close))
        base = Bar(symbol, "1m", at, at + MINUTE, first, top, foot, last, volume)
        for bar in series.replay(base, session):
            yield session, bar, dict(series.indicators.values)


def _name(key: IndicatorKey) -> str:
    kind, *numbers = key
    words = {"ema": "EMA", "sma": "SMA", "vwap": "VWAP"}.get(kind, kind.replace("_", " ").capitalize())
    return " ".join([words, " x ".join(f"{number:g}" for number in numbers)]).strip()


def _all_symbols(data: MarketData, bot: BotSpec, trades: Sequence[ClosedTradeRecord], day: date) -> str:
    """Every symbol's way since the day's open in percent, and over it, strong, while it was held."""
    ways = {symbol: _way(day_candles(data, symbol, day)) for symbol in bot.symbols}
    there = {symbol: way for symbol, way in ways.items() if way}
    held, notes = [], []
    for trade in trades:
        part = [(at, pct) for at, pct in there.get(trade.symbol, ()) if trade.entry_at <= at <= trade.exit_at]
        if part:
            held.append(Series(f"{trade.symbol}, held", *_columns(part), "line"))
            notes.append((*part[0], trade.symbol))
    rest = [Series(symbol, *_columns(way), "line2") for symbol, way in there.items()]
    offset = day_candles(data, bot.symbols[0], day).utc_offset_s
    label = f"All symbols since the open of {day}, in percent; strong while held"
    return lines_svg(
        [*held, *rest], label=label, words=_percent, base=0.0, utc_offset_s=offset, width=960, height=400, notes=notes
    )


def _percent(value: float) -> str:
    return f"{value:+.1f} %"


def _way(candles: Candles) -> list[tuple[Instant, float]]:
    if not len(candles):
        return []
    closes = zip(candles.open_at, candles.close, strict=True)
    return [(at + candles.width_us, 100.0 * (close / candles.open[0] - 1.0)) for at, close in closes]


def _columns(points: Sequence[tuple[Instant, float]]) -> tuple[list[Instant], list[float]]:
    return [at for at, _ in points], [value for _, value in points]
