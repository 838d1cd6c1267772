"""Every door to the outside, a Protocol each. Adapters implement them, twins too; runtime, api and cli call them.

What crosses a door is a domain value or a plain dict of JSON-like values (str, int, float, bool, None, aware datetime,
list, dict). Operating errors are those of domain/errors.
"""

from engine.ports.candles import CandleLimits, HistoricalCandles
from engine.ports.leaders import LeaderBoard, Standing
from engine.ports.listing import InstrumentList, ListedInstrument
from engine.ports.market import Broker, Clock, MarketFeed, Sighting, Venue
from engine.ports.people import (
    Bell,
    BotDocument,
    ControlPlane,
    Documents,
    Identity,
    Notifier,
    Page,
    TokenVerifier,
    Transaction,
)
from engine.ports.secrets import Sealer, Vault
from engine.ports.way_out import (
    Fields,
    Grant,
    Lease,
    Outbox,
    PastStore,
    Pending,
    QueueStatus,
    RecordStore,
    Salvage,
    SnapshotStore,
    StoredStates,
)

__all__ = [
    "Bell",
    "BotDocument",
    "Broker",
    "CandleLimits",
    "Clock",
    "ControlPlane",
    "Documents",
    "Fields",
    "Grant",
    "HistoricalCandles",
    "Identity",
    "InstrumentList",
    "LeaderBoard",
    "Lease",
    "ListedInstrument",
    "MarketFeed",
    "Notifier",
    "Outbox",
    "Page",
    "PastStore",
    "Pending",
    "QueueStatus",
    "RecordStore",
    "Salvage",
    "Sealer",
    "Sighting",
    "SnapshotStore",
    "Standing",
    "StoredStates",
    "TokenVerifier",
    "Transaction",
    "Vault",
    "Venue",
]
