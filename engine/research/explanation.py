"""Why a bot did or did not trade on a bar, from its documents. Fed by a Documents port; feeds cli/explain.

A bar is `[open, close)`, and a decision's `at` its close. The day's last bar may be shorter than its timeframe: it
opens where the one before it closed. A signal's id is reckoned from the bar, so no list of signals is searched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from engine.domain.copying import COPY
from engine.domain.errors import InvalidValue
from engine.domain.identity import signal_id
from engine.domain.instant import Instant, instant_of, moment_of
from engine.domain.signal import SignalType
from engine.domain.timeframe import TIMEFRAMES, timeframe_us
from engine.ports import Documents, Fields
from engine.strategies.registry import make

HOURS_MAX = 24  # documents of a bot's day
FILLS_A_PAGE = 200
FILL_PAGES_MAX = 25  # 5,000 fills of a bot on a symbol since the bar; beyond that the cool-down is not told


@dataclass(frozen=True, slots=True)
class JudgedBar:
    """One symbol's bar and what the bot made of it. `decision` has `score, verdict, detail` and the inputs by name."""

    symbol: str
    label: str  # HHMM of its open in the venue's zone
    opened_at: Instant
    closed_at: Instant
    decision: Fields


@dataclass(frozen=True, slots=True)
class Cooldown:
    """The cool-down after the bot's last fill on the symbol. `left_s` at the bar's close, 0 when it was over."""

    length_s: int
    last_fill_at: Instant | None
    left_s: int


@dataclass(frozen=True, slots=True)
class Explained:
    """A bar, with the signal that it gave and the order that came of it, where there are such. `cooldown` is None where
    more fills came since than are looked through."""

    bar: JudgedBar
    cooldown: Cooldown | None
    signal: Fields | None
    order: Fields | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The bars of that time, by symbol; `there` are the first and last decisions around where there are none."""

    bot: Fields
    at: Instant
    bars: tuple[Explained, ...]
    there: tuple[JudgedBar, ...]


def explain(documents: Documents, bot_id: str, at: Instant, account_id: str | None, symbol: str | None) -> Explanation:
    """What a bot made of the bars that hold `at`. Raises InvalidValue for a bot or symbol that is not there, and an
    OperatingError when the store does not answer."""
    bot = documents.get("bots", bot_id)
    if bot is None:
        raise InvalidValue("bot", f"the store has no bot {bot_id!r}")
    if account_id not in (None, bot["account_id"]):
        raise InvalidValue("account", f"{bot_id} is a bot of {bot['account_id']!r}")
    if bot["strategy"] == COPY:
        raise InvalidValue("bot", f"{bot_id} follows a leader and decides by no bar: its signals name what they copy")
    judged = [bar for bar in _judged(documents, bot, at) if symbol in (None, bar.symbol)]
    if symbol is not None and not judged and symbol not in bot["symbols"]:
        raise InvalidValue("symbol", f"{bot_id} trades {', '.join(bot['symbols'])}")
    found = [bar for bar in judged if bar.opened_at <= at < bar.closed_at]
    explained = tuple(_explained(documents, bot, bar) for bar in sorted(found, key=lambda bar: bar.symbol))
    ordered = sorted(judged, key=lambda bar: (bar.closed_at, bar.symbol))
    return Explanation(bot, at, explained, () if found else (*ordered[:1], *ordered[1:][-1:]))


def _judged(documents: Documents, bot: Fields, at: Instant) -> Iterator[JudgedBar]:
    """All decisions of the trading days that may hold `at`: a venue's day begins up to a day from UTC's."""
    width = timeframe_us(bot["timeframe"])
    closed: dict[str, Instant] = {}
    rows = [row for day in _days(moment_of(at).date()) for row in _rows(documents, bot, day)]
    for closed_at, symbol, label, decision in sorted(rows, key=lambda row: row[:3]):
        opened_at = max(closed_at - width, closed.get(symbol, 0))
        closed[symbol] = closed_at
        yield JudgedBar(symbol, label, opened_at, closed_at, decision)


def _days(day: date) -> Iterator[str]:
    yield from ((day + timedelta(days=step)).isoformat() for step in (-1, 0, 1))


def _rows(documents: Documents, bot: Fields, day: str) -> Iterator[tuple[Instant, str, str, Fields]]:
    where = {"user_id": bot["user_id"], "account_id": bot["account_id"], "bot_id": bot["id"], "day": day}
    for hour in documents.page("decisions", where, None, HOURS_MAX, None).items:
        for slot, decision in hour["bars"].items():
            symbol, _, label = slot.rpartition("_")
            yield instant_of(decision["at"]), symbol, label, decision


def _explained(documents: Documents, bot: Fields, bar: JudgedBar) -> Explained:
    signal = _signal(documents, bot, bar) if bar.decision["verdict"] == "signal" else None
    order = None
    if signal is not None and signal["order_id"] is not None:
        order = documents.get("orders", signal["order_id"])
    return Explained(bar, _cooldown(documents, bot, bar), signal, order)


def _signal(documents: Documents, bot: Fields, bar: JudgedBar) -> Fields | None:
    """The bar's signal; looked for under every timeframe, as the bot's may have been changed since."""
    known = (bot["timeframe"], *(name for name in TIMEFRAMES if name != bot["timeframe"]))
    for timeframe in known:
        opened_at = max(bar.closed_at - timeframe_us(timeframe), bar.opened_at)
        for kind in SignalType:
            identity = signal_id(bot["account_id"], bot["id"], bar.symbol, timeframe, opened_at, kind)
            found = documents.get("trading_signals", identity)
            if found is not None:
                return found
    return None


def _cooldown(documents: Documents, bot: Fields, bar: JudgedBar) -> Cooldown | None:
    length_s = make(bot["strategy"], bot["parameters"]).cooldown_s
    where = {name: bot[name] for name in ("user_id", "account_id")} | {"bot_id": bot["id"], "symbol": bar.symbol}
    cursor = None
    for _ in range(FILL_PAGES_MAX):
        page = documents.page("fills", where, "filled_at", FILLS_A_PAGE, cursor)
        for fill in page.items:
            filled_at = instant_of(fill["filled_at"])
            if filled_at < bar.closed_at:
                left = filled_at + length_s * 1_000_000 - bar.closed_at
                return Cooldown(length_s, filled_at, max(0, -(-left // 1_000_000)))
        if page.cursor is None:
            return Cooldown(length_s, None, 0)
        cursor = page.cursor
    return None
