"""Wires everything; the only file that sees all rooms. Called by main.py (the API) and __main__.py (serve).

Roles: `all` starts gunicorn and the engine as two processes; `api` is gunicorn alone; `engine` the engine alone.
"""

from __future__ import annotations

import gc
import os
import random
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import structlog

from engine.adapters.clock import SystemClock
from engine.adapters.feeds.demo import DemoFeed
from engine.adapters.feeds.replay import ReplayFeed
from engine.adapters.firestore.client import connect
from engine.adapters.firestore.control_plane import FirestoreControlPlane
from engine.adapters.firestore.lease import FirestoreLease
from engine.adapters.firestore.mapping import write_of
from engine.adapters.firestore.reader import FirestoreDocuments
from engine.adapters.firestore.recovery import records_from_store
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.adapters.queue.journal import FileJournal
from engine.adapters.snapshot_file import SnapshotFile
from engine.cli.bots_file import read_bots_file
from engine.domain.account import AccountSpec, BotSpec
from engine.domain.effects import PublishRecord
from engine.domain.errors import InvalidValue
from engine.domain.records import Record
from engine.market_data.files import data_digest
from engine.market_data.readers import read_market_data
from engine.outbox.backoff import Backoff
from engine.outbox.codec import decode, encode
from engine.outbox.relay import Relay
from engine.ports import Fields, Grant, MarketFeed
from engine.research.backtest import check_bots
from engine.runtime.control_watch import ControlWatch
from engine.runtime.dead_letters import DeadLetterDesk
from engine.runtime.launcher import Launcher, Program
from engine.runtime.logs import configure_logs
from engine.runtime.recovery import REPLAY, answered_commands, recover
from engine.runtime.session import Doors, Session
from engine.runtime.snapshot import AccountSnapshot, SnapshotWriter
from engine.runtime.supervisor import Parts, Supervisor, Watched
from engine.settings import Settings, read_settings
from engine.simulation.demo_market import DemoMarket
from engine.strategies.bot_list import BotList
from engine.strategies.demo_bots import DEMO_BOTS
from engine.strategies.registry import make
from engine.strategies.replay_account import replay_account

if TYPE_CHECKING:
    from flask import Flask

    from engine.adapters.firestore.wire import Wire

GUNICORN = (
    *("--workers", "1", "--threads", "8", "--worker-class", "gthread", "--timeout", "0", "--graceful-timeout", "8"),
    "--no-control-socket",  # it would lie in the home directory, which a container's user may not have
)
_log = structlog.get_logger()


def serve() -> int:
    """`lockstep serve`: run the role that the environment names; returns the exit code."""
    settings = read_settings(os.environ)
    configure_logs(settings.role)
    if settings.role == "engine":
        return run_engine(settings)
    if settings.role == "api":
        os.execv(sys.executable, _gunicorn(settings))  # noqa: S606 - gunicorn takes this process over, signals and all
    open_market(settings)  # bad data or bots are told here, once, before anything is started
    environment = dict(os.environ)
    programs = [
        Program("engine", (sys.executable, "-m", "engine", "serve"), environment | {"LOCKSTEP_ROLE": "engine"}),
        Program("api", _gunicorn(settings), environment | {"LOCKSTEP_ROLE": "api"}),
    ]
    return Launcher(programs, SystemClock()).run()


def _gunicorn(settings: Settings) -> list[str]:
    bind = ("--bind", f"{settings.host}:{settings.port}")
    return [sys.executable, "-m", "gunicorn", *GUNICORN, *bind, "main:create_app()"]


def create_app() -> Flask:
    """The HTTP face; called in gunicorn's worker, after its fork."""
    from engine.adapters.firebase_auth import FirebaseTokenVerifier
    from engine.api.app import create_app as create_face
    from engine.api.dependencies import ApiDependencies, ClientConfig, DemoSignIn

    settings = read_settings(os.environ)
    configure_logs("api")
    clock = SystemClock()
    wire = connect(settings.project, settings.firestore_emulator)
    demo = DemoSignIn(settings.demo_email, settings.demo_password) if settings.demo_email else None
    return create_face(
        ApiDependencies(
            documents=FirestoreDocuments(wire, clock, random.random),
            snapshots=SnapshotFile(settings.snapshot_path),
            tokens=FirebaseTokenVerifier(settings.project),
            clock=clock,
            web_dir=settings.web_dir.resolve(),
            client=ClientConfig(
                project=settings.project,
                api_key=settings.api_key,
                auth_domain=settings.auth_domain,
                auth_emulator=settings.auth_emulator,
                firestore_emulator=settings.firestore_emulator,
                demo=demo,
            ),
            owner_uid=settings.owner_uid or None,
        )
    )


@dataclass(frozen=True, slots=True)
class Market:
    """The account that is traded, its bots, and where its prices come from."""

    account: AccountSpec
    bots: tuple[BotSpec, ...]
    feed: MarketFeed


def open_market(settings: Settings) -> Market:
    """The market that the settings name. Raises DataError for bad files, InvalidValue for bots they can't serve."""
    clock = SystemClock()
    listed = read_bots_file(settings.bots) if settings.bots else None
    if settings.feed == "replay":
        if settings.data is None:
            raise InvalidValue("LOCKSTEP_DATA", "the replay market needs a file or a folder")
        data = read_market_data([settings.data])
        bots = listed or BotList((BotSpec("confluence", "confluence", data.symbols, name="confluence"),))
        check_bots(bots.bots, data)
        account = replay_account(bots, data_digest([settings.data]), settings.owner_uid)
        return Market(account, bots.bots, ReplayFeed(data, clock, settings.speed))
    bots = listed or DEMO_BOTS
    demo = DemoMarket(bots.seed)
    known = {instrument.symbol for instrument in demo.instruments()}
    for bot in bots.bots:
        for symbol in bot.symbols:
            if symbol not in known:
                raise InvalidValue(f"{bot.bot_id}.symbols", f"{symbol} is not in the demo; there are {sorted(known)}")
    account = replace(replay_account(bots, "", settings.owner_uid), account_id="paper-demo", name="Demo", market="demo")
    return Market(account, bots.bots, DemoFeed(demo, clock, settings.speed))


def run_engine(settings: Settings) -> int:
    """Own the account, recover it, trade until told to end."""
    clock = SystemClock()
    market = open_market(settings)
    account = market.account
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    wire = connect(settings.project, settings.firestore_emulator)
    awake = threading.Event()
    journal = FileJournal(settings.journal_path(account.account_id), encode, decode, clock, on_durable=awake.set)
    try:
        lease = FirestoreLease(wire, clock)
        instance = secrets.token_hex(4)
        grant = lease.acquire(account, instance, journal.name, old_holder_dead=True)
        control = FirestoreControlPlane(wire, FirestoreDocuments(wire, clock, random.random), clock.now)
        control.ensure(account, market.bots)
        digits = {item.symbol: item.price_digits for item in market.feed.instruments()}
        snapshot = AccountSnapshot(account.user_id, nested_fields(account, digits))
        watched = Watched(clock)
        session = Session(account, make, Doors(clock, market.feed, journal, watched), snapshot)
        session.pulse.instance, session.pulse.epoch = instance, grant.epoch
        desk = DeadLetterDesk(journal, account.account_id)
        watch = ControlWatch(control, account, session.inbox, desk.carry_out)
        records, sequence = written_down(journal, wire, account, grant)
        desk.tell_untold(records)
        watch.begin_answered(answered_commands(journal))
        place = recover(session, market.feed, watch, records, sequence)
        store = FirestoreRecordStore(wire, lease, clock, lambda symbol: digits.get(symbol, 2))
        relay = Relay(journal, store, grant, clock, Backoff(random.random))
        supervisor = Supervisor(
            Parts(
                clock=clock,
                session=session,
                feed=market.feed,
                watch=watch,
                control=control,
                outbox=journal,
                relay=lambda stop: relay.run(stop.is_set, lambda seconds: _nap(awake, seconds)),
                lease=lease,
                grant=grant,
                snapshots=SnapshotWriter(SnapshotFile(settings.snapshot_path), clock),
                place=place,
            ),
            watched,
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: supervisor.end())
        gc.collect()
        gc.freeze()  # a full collection would stop the ticks for 30 to 100 ms (docs/decisions)
        return supervisor.run()
    finally:
        journal.close()


def _nap(awake: threading.Event, seconds: float) -> None:
    awake.wait(seconds)
    awake.clear()


def written_down(journal: FileJournal, wire: Wire, account: AccountSpec, grant: Grant) -> tuple[Sequence[Record], int]:
    """What to go on from: the journal, or the store where the journal is new. What the store lacks is sent again."""
    records, sequence = tuple(journal.newest_states()), journal.last_sequence
    if records:
        again = journal.requeue_after(grant.delivered_sequence)
        _log.info("journal found", account=account.account_id, sequence=sequence, sent_again=again)
        return records, sequence
    found, sequence = records_from_store(wire, account.account_id)
    if found:
        _log.warning("the journal is new: going on from the store", account=account.account_id, sequence=sequence)
        if account.market == REPLAY:
            return found, grant.delivered_sequence  # played again, and what the store may lack is sent again
        journal.put([PublishRecord(sequence, record) for record in found])  # the next start finds it all here
    return found, sequence


def nested_fields(account: AccountSpec, digits: dict[str, int]) -> Callable[[Record], Fields]:
    """Records as their documents' fields, nested, for the snapshot."""
    clock = SystemClock()

    def to_fields(record: Record) -> Fields:
        write = write_of(record, account, 0, clock.now(), lambda symbol: digits.get(symbol, 2))
        nested: Fields = {}
        for path, value in write.fields.items():
            segments = (path,) if isinstance(path, str) else path
            place: dict[str, Any] = nested
            for segment in segments[:-1]:
                place = place.setdefault(segment, {})
            place[segments[-1]] = value
        del nested["sequence"]  # only what is written down is numbered
        return nested

    return to_fields
