"""Every limit that a risk policy has, as one table: its unit, its range, which way is tighter. Read by domain/risk.

Documents, the API, the bots file, hard limits and changes of a policy all go by this table, so a limit is written down
once. A value that is `None` means that there is no such limit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from engine.domain.errors import InvalidValue
from engine.domain.given_number import AMOUNT_MAX, number_of
from engine.domain.signal import Temperature

ORDERS_PER_SECOND_CAP = 9  # ten a second is where Indian exchanges ask for a registered strategy; no policy goes there
NO_SYMBOL = "(none)"  # an allow-list of it alone allows nothing: no instrument has such a name
_WINDOW = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_DAY_MINUTES = 24 * 60
_WORDS_MAX = 200


class Preset(StrEnum):
    """A policy by name; domain/risk_presets.py has their limits."""

    CONSERVATIVE = "conservative"
    BALANCED = "balanced"
    AGGRESSIVE = "aggressive"
    ADAPTIVE = "adaptive"


class Kind(StrEnum):
    """What a limit's value is."""

    NUMBER = "number"
    WHOLE = "whole number"
    TEMPERATURE = "temperature"
    SYMBOLS = "symbols"
    WINDOWS = "windows"


class Tighter(StrEnum):
    """Which of two values leaves less room."""

    LOWER = "lower"
    HIGHER = "higher"
    FEWER = "fewer"  # of an allow-list; the empty one allows all
    MORE = "more"  # of forbidden windows


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit. `low` is allowed only where `from_low` says so; `optional` ones may be None, which is no limit."""

    name: str
    unit: str
    kind: Kind
    tighter: Tighter
    low: int = 0
    high: int = 0
    from_low: bool = True
    optional: bool = False

    def read(self, value: Any) -> Any:
        """The limit's value from a JSON-like one; raises InvalidValue naming it. Checks the range as well."""
        if value is None and self.optional:
            return None
        read = _READERS[self.kind]
        found = read(self.path, value)
        self.check(found)
        return found

    def check(self, value: Any) -> None:
        """Raise InvalidValue for a value out of range."""
        if value is None:
            if not self.optional:
                raise InvalidValue(self.path, f"must be a {self.kind}, is null")
        elif self.kind is Kind.NUMBER:
            self._check_number(value)
        elif self.kind is Kind.WHOLE:
            if not self.low <= value <= self.high:
                raise InvalidValue(self.path, f"must be {self.low} to {self.high}, is {value}")
        elif self.kind is Kind.SYMBOLS:
            _check_symbols(self.path, value)
        elif self.kind is Kind.WINDOWS:
            for window in value:
                minutes_of(window)

    @property
    def path(self) -> str:
        """How an error names it."""
        return f"risk_policy.{self.name}"

    def _check_number(self, value: Decimal) -> None:
        enough = value.is_finite() and (value >= self.low if self.from_low else value > self.low)
        if enough and value <= self.high:
            return
        if self.low == 0 and self.from_low:
            raise InvalidValue(self.path, f"must not be negative, is {value}")
        raise InvalidValue(self.path, f"must be above {self.low} and at most {self.high}, is {value}")


_MONEY_MAX = int(AMOUNT_MAX)
_N, _W = Kind.NUMBER, Kind.WHOLE
_L, _H = Tighter.LOWER, Tighter.HIGHER

LIMITS: tuple[Limit, ...] = (
    Limit("notional_max_pct", "% of equity", _N, _L, 0, 100, from_low=False),
    Limit("at_risk_max_pct", "% of equity", _N, _L, 0, 100, from_low=False),
    Limit("positions_max", "positions", _W, _L, 1, 1000),
    Limit("quote_age_max_s", "s of market time", _W, _L, 1, 86_400),
    Limit("notional_min", "currency", _N, _H, 0, _MONEY_MAX),
    Limit("notional_max", "currency", _N, _L, 0, _MONEY_MAX, from_low=False, optional=True),
    Limit("leverage_max", "x equity", _N, _L, 0, 10, from_low=False),
    Limit("symbol_exposure_max_pct", "% of equity", _N, _L, 0, 1000, from_low=False),
    Limit("bot_exposure_max_pct", "% of equity", _N, _L, 0, 1000, from_low=False),
    Limit("trades_day_max", "round trips a day", _W, _L, 1, 100_000, optional=True),
    Limit("orders_per_second_max", "orders", _W, _L, 1, ORDERS_PER_SECOND_CAP),
    Limit("orders_per_minute_max", "orders", _W, _L, 1, 60 * ORDERS_PER_SECOND_CAP, optional=True),
    Limit("temperature_min", "word", Kind.TEMPERATURE, _H),
    Limit("symbols_allowed", "symbols", Kind.SYMBOLS, Tighter.FEWER),
    Limit("no_entry", "HH:MM-HH:MM, venue time", Kind.WINDOWS, Tighter.MORE),
    Limit("spread_max_bps", "basis points", _N, _L, 0, 10_000, from_low=False),
    Limit("slippage_max_bps", "basis points", _N, _L, 0, 10_000, from_low=False),
    Limit("cooldown_min_s", "s of market time", _W, _H, 0, 86_400, optional=True),
    Limit("day_loss_max_pct", "% of the day's start equity", _N, _L, 0, 100, from_low=False),
    Limit("day_loss_max", "currency", _N, _L, 0, _MONEY_MAX, from_low=False, optional=True),
    Limit("week_loss_max_pct", "% of the week's start equity", _N, _L, 0, 100, from_low=False),
    Limit("drawdown_max_pct", "% of the high-water mark", _N, _L, 0, 100, from_low=False),
    Limit("losses_in_a_row_max", "closed trades", _W, _L, 1, 1000, optional=True),
    Limit("rejects_max", "rejections in 60 s", _W, _L, 1, 1000),
    Limit("feed_lost_s", "s of market time", _W, _L, 1, 86_400),
)
BY_NAME: Mapping[str, Limit] = {limit.name: limit for limit in LIMITS}


def tighter_of(limit: Limit, one: Any, other: Any) -> Any:
    """Of two values of a limit the one that leaves less room; of lists what both leave."""
    match limit.tighter:
        case Tighter.FEWER:
            if not one or not other:
                return other or one
            return tuple(symbol for symbol in one if symbol in other) or (NO_SYMBOL,)
        case Tighter.MORE:
            return one if set(other) <= set(one) else tuple(sorted({*one, *other}))
    if one is None or other is None:
        return other if one is None else one
    if limit.kind is Kind.TEMPERATURE:
        return max(one, other, key=heat)
    return min(one, other) if limit.tighter is Tighter.LOWER else max(one, other)


_HEAT = {temperature: number for number, temperature in enumerate(Temperature)}


def heat(temperature: Temperature) -> int:
    """0 for FROZEN to 3 for HOT."""
    return _HEAT[temperature]


@lru_cache(maxsize=256)
def minutes_of(window: str) -> tuple[int, int]:
    """First and last minute of the day (the last is not in it) of "HH:MM-HH:MM"; one past midnight ends before it
    begins. Raises InvalidValue for another text.
    """
    found = _WINDOW.fullmatch(window)
    if found is not None:
        from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
        begin, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
        if from_minute < 60 and to_minute < 60 and begin < _DAY_MINUTES and end <= _DAY_MINUTES and begin != end:
            return begin, end
    raise InvalidValue("risk_policy.no_entry", f"{window!r} is no window: write HH:MM-HH:MM, as in 11:30-12:15")


def in_window(window: str, minute: int) -> bool:
    """Whether a minute of the day lies in a window. Its end does not."""
    begin, end = minutes_of(window)
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def _whole(path: str, value: Any) -> int:
    number = number_of(path, value)
    if number != int(number):
        raise InvalidValue(path, f"must be a whole number, is {number}")
    return int(number)


def _temperature(path: str, value: Any) -> Temperature:
    if value not in tuple(Temperature):
        raise InvalidValue(path, f"unknown temperature {value!r}; there are {', '.join(Temperature)}")
    return Temperature(value)


def _texts(path: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise InvalidValue(path, f"must be a list of texts, is {value!r}")
    if len(value) > _WORDS_MAX:
        raise InvalidValue(path, f"must be at most {_WORDS_MAX}, are {len(value)}")
    return tuple(sorted(set(value)))


def _check_symbols(path: str, symbols: tuple[str, ...]) -> None:
    for symbol in symbols:
        if not 1 <= len(symbol) <= 40:
            raise InvalidValue(path, f"{symbol!r} is not a symbol: 1 to 40 characters")


_READERS: Mapping[Kind, Callable[[str, Any], Any]] = {
    Kind.NUMBER: number_of,
    Kind.WHOLE: _whole,
    Kind.TEMPERATURE: _temperature,
    Kind.SYMBOLS: _texts,
    Kind.WINDOWS: _texts,
}
