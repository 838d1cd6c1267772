"""What a market says, in the order of market time. Made by feeds and clocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, Tick, TradingSession, TradingStatus


@dataclass(frozen=True, slots=True)
class InstrumentListed:
    """An instrument the feed carries; comes before its first price."""

    instrument: Instrument


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A venue's trading day begins; comes before the day's first price. `at` is not before the session's open."""

    session: TradingSession
    at: Instant


@dataclass(slots=True)
class BarOpened:
    """Bar data: the first price of a bar, at its open. Pending orders fill here."""

    symbol: str
    at: Instant
    price: int


@dataclass(slots=True)
class BarClosed:
    """Bar data: a whole bar, at its close (`bar.close_at`)."""

    bar: Bar


@dataclass(frozen=True, slots=True)
class HistoryBar:
    """A closed bar of the past: warms indicators and candidates, gives no signal."""

    bar: Bar


@dataclass(frozen=True, slots=True)
class ClockTicked:
    """Market time has reached `at` and whatever was due by then is due now."""

    at: Instant


@dataclass(frozen=True, slots=True)
class MarketStatus:
    """The venue says whether a symbol trades; until it says otherwise, or the next session. `why` not, in words that
    follow the symbol's name and a colon; empty where nobody said.
    """

    symbol: str
    status: TradingStatus
    at: Instant
    why: str = ""


@dataclass(frozen=True, slots=True)
class WallClock:
    """Wall time, told once a second on a market whose clock is the wall's. It moves no market time."""

    at: Instant


@dataclass(frozen=True, slots=True)
class MarketEnded:
    """The data is over (replay, backtest): close what is open at the last price, reason `end`."""

    at: Instant


MarketEvent: TypeAlias = (
    Tick
    | BarOpened
    | BarClosed
    | SessionOpened
    | ClockTicked
    | MarketEnded
    | HistoryBar
    | InstrumentListed
    | MarketStatus
    | WallClock
)
