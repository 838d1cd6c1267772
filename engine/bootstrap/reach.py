"""What an account's engine can reach while it recovers and trades. Made by outside.py from settings, and by proof from
a simulated world; used by recovering.py and live.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.firestore.wire import Wire
from engine.bootstrap.listening import Listens, nobody
from engine.core.state import MakeStrategy
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.findings import Finding
from engine.outbox.journal import Journal
from engine.ports import Bell, Clock, MarketFeed
from engine.runtime.alerting import AlertDesk
from engine.runtime.dead_letters import LetterJournal
from engine.runtime.rederive import LocalJournal


class WholeJournal(Journal, LetterJournal, LocalJournal, Protocol):
    """A journal as all of its readers know it."""

    @property
    def name(self) -> str:
        """What the lease calls it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One account's surroundings. `instance` names the process to others; `unit` gives numbers in [0, 1) for back-offs;
    `wake` is told that the relay has work; without `alerts` and `bell` there are none; `listening` says who hears its
    engine; `market_clock` is the market's where that is not the wall's; `on_air`: whether prices are to be expected;
    `check` makes the check before the open of a broker, `keys_changed` takes up a broker's new keys, `check_due` names
    the broker whose check of the morning is due.
    """

    instance: str
    account: AccountSpec
    bots: tuple[BotSpec, ...]
    feed: MarketFeed
    make_strategy: MakeStrategy
    clock: Clock
    wire: Wire
    journal: WholeJournal
    lease: FirestoreLease
    control: FirestoreControlPlane
    unit: Callable[[], float]
    watched: Callable[[], bool] = lambda: False
    wake: Callable[[], None] = lambda: None
    alerts: AlertDesk | None = None
    bell: Bell | None = None
    listening: Listens = nobody
    market_clock: Clock | None = None
    on_air: Callable[[], bool] = lambda: True
    check: Callable[[str], Iterable[Finding]] | None = None
    keys_changed: Callable[[str], None] = lambda broker: None
    check_due: Callable[[], str | None] = lambda: None

    def price_digits(self) -> dict[str, int]:
        """Decimals of each symbol's prices."""
        return {item.symbol: item.price_digits for item in self.feed.instruments()}

    def store(self) -> FirestoreRecordStore:
        """Where records go, under the account's fence."""
        digits = self.price_digits()
        return FirestoreRecordStore(self.wire, self.lease, self.clock, lambda symbol: digits.get(symbol, 2))
