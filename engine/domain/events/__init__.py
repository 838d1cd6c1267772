"""Everything that can come in at the engine's one door, queued in the inbox: from markets, venues and people.

Market events (Tick, BarOpened, BarClosed, SessionOpened, ClockTicked, MarketEnded) carry market time and arrive in
its order.
"""

from __future__ import annotations

from typing import TypeAlias

from engine.domain.copying import LeaderTold
from engine.domain.events.broker import (
    BrokerEvent,
    BrokerReported,
    CancelRefused,
    FillReceived,
    OrderAccepted,
    OrderCancelled,
    OrderDispatched,
    OrderExpired,
    OrderRejected,
    OrderUnknown,
    ReportBegun,
)
from engine.domain.events.market import (
    BarClosed,
    BarOpened,
    ClockTicked,
    HistoryBar,
    InstrumentListed,
    MarketEnded,
    MarketEvent,
    MarketStatus,
    SessionOpened,
    WallClock,
)
from engine.domain.events.people import (
    BotChanged,
    BotRemoved,
    CommandReceived,
    EntriesHeld,
    HaltChanged,
    KillAsked,
    KillReviewed,
    KillSwitchRemoved,
    ModeChanged,
    PersonEvent,
    PolicyChanged,
    Recovered,
    SignalSimulated,
)
from engine.domain.found import ChainFound, FactsFound, ViewsFound

__all__ = [
    "BarClosed",
    "BarOpened",
    "BotChanged",
    "BotRemoved",
    "BrokerEvent",
    "BrokerReported",
    "CancelRefused",
    "ChainFound",
    "ClockTicked",
    "CommandReceived",
    "EntriesHeld",
    "Event",
    "FillReceived",
    "HaltChanged",
    "HistoryBar",
    "InstrumentListed",
    "KillAsked",
    "KillReviewed",
    "KillSwitchRemoved",
    "LeaderTold",
    "MarketEnded",
    "MarketEvent",
    "MarketStatus",
    "ModeChanged",
    "OrderAccepted",
    "OrderCancelled",
    "OrderDispatched",
    "OrderExpired",
    "OrderRejected",
    "OrderUnknown",
    "PersonEvent",
    "PolicyChanged",
    "Recovered",
    "ReportBegun",
    "SessionOpened",
    "SignalSimulated",
    "WallClock",
]

Event: TypeAlias = (
    MarketEvent
    | BrokerEvent
    | PersonEvent
    | EntriesHeld
    | ModeChanged
    | SignalSimulated
    | LeaderTold
    | Recovered
    | FactsFound
    | ViewsFound
    | ChainFound
)
