"""What the engine's process reaches outside of it, opened before the account is its own. Made from settings; used by
engine.py. Nothing here has asked the store for anything yet.
"""

from __future__ import annotations

import random
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from engine.adapters.bell_file import BellFile
from engine.adapters.clock import SystemClock
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.lease import LIVE_LIFETIME_S, LIVE_RENEW_S, FirestoreLease
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.wire import GrpcWire
from engine.adapters.own_folder import own_folder
from engine.adapters.queue.journal import FileJournal
from engine.adapters.snapshot_file import SnapshotFile
from engine.bootstrap.alerts import alert_desk
from engine.bootstrap.listening import listening
from engine.bootstrap.reach import Reach
from engine.bootstrap.traded import Market
from engine.domain.account import Mode
from engine.domain.errors import CannotStart, InvalidValue, JournalFailed
from engine.outbox.codec import decode, encode
from engine.ports import Clock
from engine.runtime.alerting import AlertDesk
from engine.runtime.snapshot import SnapshotWriter
from engine.settings import Settings
from engine.strategies.registry import make


@dataclass(frozen=True, slots=True)
class Outside:
    """One engine's doors. `instance` names this process to others; `awake` is set when records reached the disk."""

    settings: Settings
    market: Market
    clock: Clock
    instance: str
    wire: GrpcWire
    journal: FileJournal
    awake: threading.Event
    lease: FirestoreLease
    control: FirestoreControlPlane
    snapshots: SnapshotWriter
    alerts: AlertDesk


@contextmanager
def outside(settings: Settings, market: Market) -> Iterator[Outside]:
    """The doors, closed at the end. Raises CannotStart for a journal that can't be opened."""
    clock = SystemClock()
    awake = threading.Event()
    wire = connect(settings.project, settings.firestore_emulator)
    journal = _open_journal(settings, market, clock, awake)
    alerts = alert_desk(settings, market.account.account_id, clock, journal)
    alerts.start()
    try:
        yield Outside(
            settings=settings,
            market=market,
            clock=clock,
            instance=secrets.token_hex(4),
            wire=wire,
            journal=journal,
            awake=awake,
            lease=_lease(wire, clock, market.account.mode),
            control=FirestoreControlPlane(wire, FirestoreDocuments(wire, clock, random.random), clock.now),
            snapshots=SnapshotWriter(SnapshotFile(settings.snapshot_path), clock),
            alerts=alerts,
        )
    finally:
        alerts.end()
        journal.close()


def reach_of(out: Outside, watched: Callable[[], bool]) -> Reach:
    """What an account's engine is given of it."""
    broker = out.market.broker
    return Reach(
        instance=out.instance,
        account=out.market.account,
        bots=out.market.bots,
        feed=out.market.feed,
        make_strategy=make,
        clock=out.clock,
        wire=out.wire,
        journal=out.journal,
        lease=out.lease,
        control=out.control,
        unit=random.random,
        watched=watched,
        wake=out.awake.set,
        alerts=out.alerts,
        bell=BellFile(out.settings.bell_path),
        listening=partial(listening, out.settings, out.market.account, out.alerts, out.journal, out.clock),
        market_clock=out.market.clock,
        on_air=(lambda: True) if broker is None else (lambda: broker.on_air),
    )


def _lease(wire: GrpcWire, clock: Clock, mode: Mode) -> FirestoreLease:
    """Without patience: runtime/patience does the waiting, and says so."""
    if mode is Mode.LIVE:
        return FirestoreLease(wire, clock, LIVE_LIFETIME_S, patience_s=0.0, renew_s=LIVE_RENEW_S)
    return FirestoreLease(wire, clock, patience_s=0.0)


def _open_journal(settings: Settings, market: Market, clock: Clock, awake: threading.Event) -> FileJournal:
    path = settings.journal_path(market.account.account_id)
    try:
        own_folder(settings.state_dir)
        return FileJournal(path, encode, decode, clock, on_durable=awake.set)
    except InvalidValue as error:
        raise CannotStart(str(error)) from None
    except OSError as error:
        raise CannotStart(f"{error.filename or path}: {error.strerror or error}: the journal needs it") from error
    except JournalFailed as error:
        raise CannotStart(str(error)) from error
