"""Everything that can come in at the engine's one door. Made by feeds, brokers, clocks and people; queued in the inbox.

Market events (Tick, BarOpened, BarClosed, SessionOpened, ClockTicked, MarketEnded) carry market time and arrive in
its order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from engine.domain.account import BotSpec, Desired, RiskPolicy
from engine.domain.instant import Instant
from engine.domain.instrument import Instrument
from engine.domain.market import Bar, Tick, TradingSession
from engine.domain.records import Record


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
class MarketEnded:
    """The data is over (replay, backtest): close what is open at the last price, reason `end`."""

    at: Instant


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """The venue has the order."""

    order_id: str
    venue_order_id: str
    at: Instant


@dataclass(frozen=True, slots=True)
class OrderRejected:
    """The venue will not have the order."""

    order_id: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """The venue took the rest of the order out; what was filled before stays filled."""

    order_id: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class OrderExpired:
    """The order's day is over at the venue."""

    order_id: str
    reason: str
    at: Instant


@dataclass(frozen=True, slots=True)
class FillReceived:
    """The venue traded part or all of an order. `price` in currency."""

    order_id: str
    venue_fill_id: str
    quantity: Decimal
    price: Decimal
    at: Instant


@dataclass(frozen=True, slots=True)
class BotChanged:
    """A bot's spec or desired state, as the API last wrote it. A new bot arrives the same way."""

    spec: BotSpec
    desired: Desired
    generation: int


@dataclass(frozen=True, slots=True)
class BotRemoved:
    """A bot was deleted: its positions are closed, then it is forgotten."""

    bot_id: str


@dataclass(frozen=True, slots=True)
class PolicyChanged:
    """The account's risk policy, as the API last wrote it."""

    policy: RiskPolicy


@dataclass(frozen=True, slots=True)
class HaltChanged:
    """A person halted the account (or the service), or lifted it."""

    halted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class CommandReceived:
    """A one-off command.

    Kinds: close_position {bot_id, symbol}, cancel_order {order_id}, flatten {}, sync_orders {}.
    """

    command_id: str
    kind: str
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Recovered:
    """What the journal (or the store) last held of this account: the newest of each state, to go on from."""

    records: tuple[Record, ...]
    sequence: int


MarketEvent: TypeAlias = (
    Tick | BarOpened | BarClosed | SessionOpened | ClockTicked | MarketEnded | HistoryBar | InstrumentListed
)
BrokerEvent: TypeAlias = OrderAccepted | OrderRejected | OrderCancelled | OrderExpired | FillReceived
PersonEvent: TypeAlias = BotChanged | BotRemoved | PolicyChanged | HaltChanged | CommandReceived
Event: TypeAlias = MarketEvent | BrokerEvent | PersonEvent | Recovered
