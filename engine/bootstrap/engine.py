"""The engine's process: own the account, recover it, trade until told to end. Called by service.

Nobody needs to be there when it starts: a store that does not answer is waited for, and so is an engine that has the
account (runtime/patience). Meanwhile the snapshot says so, and a SIGTERM ends the process at once and in order.
"""

from __future__ import annotations

import gc
import os
import random
import signal
import threading
from dataclasses import dataclass

import structlog

from engine.adapters.bell_file import BellFile
from engine.adapters.firestore.recovery import FirestorePast
from engine.adapters.firestore.store import FirestoreRecordStore
from engine.bootstrap.live import Watching, kept_while_starting, watching
from engine.bootstrap.market import open_market
from engine.bootstrap.outside import Outside, outside
from engine.bootstrap.shown import nested_fields
from engine.bootstrap.venue import Edge, VenueDesk, outgoing_to, practice_edge, venue_desk
from engine.domain.errors import CannotStart, JournalSuperseded, OperatingError
from engine.outbox.backoff import Backoff
from engine.outbox.relay import Relay
from engine.ports import Grant
from engine.runtime.control_watch import ControlWatch
from engine.runtime.dead_letters import DeadLetterDesk
from engine.runtime.ending import Ended, EndWish
from engine.runtime.journal_trouble import tell_journal_trouble
from engine.runtime.kill_watch import KILL_SIGNAL, KillSignal, KillWatch
from engine.runtime.patience import Patience, Patient
from engine.runtime.recovery import Place, Sources, answered_commands, recover
from engine.runtime.rederive import written_down
from engine.runtime.session import Doors, Session
from engine.runtime.snapshot import AccountSnapshot
from engine.runtime.start_notice import StartNotice
from engine.runtime.starting import Starting
from engine.runtime.superseded import known_epoch, put_aside
from engine.runtime.supervisor import Parts, Supervisor, Watched
from engine.settings import Settings
from engine.strategies.registry import make

SIGNALS = (signal.SIGTERM, signal.SIGINT)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Recovered:
    """An account that is ours and as it was left; `place` is where its market goes on."""

    grant: Grant
    session: Session
    watch: ControlWatch
    watched: Watched
    place: Place
    relay: Relay
    desk: VenueDesk | None
    kill: KillWatch
    guard: Watching


def run_engine(settings: Settings, edge: Edge | None = None) -> int:
    """Own the account, recover it, trade until told to end; the exit code. `edge` stands in for the venue of settings.

    Raises CannotStart where waiting would not help, InvalidValue and DataError for what the settings name.
    """
    end = EndWish()
    for number in SIGNALS:
        signal.signal(number, lambda *_: end.ask())
    killed = KillSignal()
    signal.signal(KILL_SIGNAL, lambda *_: killed.ask())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {KILL_SIGNAL})  # the launcher kept one back until somebody listens
    market = open_market(settings)
    edge = edge or practice_edge(settings.venue, market.account.mode)
    while True:
        with outside(settings, market) as out:
            try:
                recovered = _own_and_recover(out, end, edge, killed)
                return _trade(out, recovered, end)
            except Ended:
                _log.info("ended", account=market.account.account_id, before="it traded")
                return 0
            except JournalSuperseded as superseded:
                _log.warning("the journal is another engine's past", why=str(superseded))
        put_aside(settings.journal_path(market.account.account_id))


def _own_and_recover(out: Outside, end: EndWish, edge: Edge | None, killed: KillSignal) -> Recovered:
    """All that comes before trading, however long the store takes. Raises Ended when asked to."""
    account = out.market.account
    notice = StartNotice(out.clock, account.account_id)
    patient = Patience(Backoff(random.random), notice, end)
    grant: Grant | None = None
    try:
        with Starting(account, notice, out.snapshots, out.journal, out.market.feed, end, out.wire.close):
            grant = _own(out, patient)
            with kept_while_starting(out, grant):
                return _recover(out, grant, patient, edge, killed)
    except (Ended, CannotStart):
        if grant is not None and not notice.troubled:  # a store that is away would take longer than the end may
            _let_go(out, grant)
        raise


def _own(out: Outside, patient: Patient) -> Grant:
    """Take the account's lease; the lock on the journal proves its last holder dead where the lease names this file."""
    account, journal, known = out.market.account, out.journal, None
    if journal.salvaged is None:  # a salvaged one has a new name, and is completed from the store
        known = known_epoch(journal.newest_states())
    return patient(
        lambda: out.lease.acquire(account, out.instance, journal.name, old_holder_dead=True, known_epoch=known)
    )


def _recover(out: Outside, grant: Grant, patient: Patient, edge: Edge | None, killed: KillSignal) -> Recovered:
    """Bring the account back to where it was left."""
    account, feed, journal = out.market.account, out.market.feed, out.journal
    patient(lambda: out.control.ensure(account, out.market.bots))
    watched = Watched(out.clock)
    snapshot = AccountSnapshot(account.user_id, nested_fields(account, _price_digits(out)))
    relay = _relay(out, grant)
    outgoing = outgoing_to(edge, journal, relay, out.clock)
    session = Session(account, make, Doors(out.clock, feed, journal, watched, outgoing, out.alerts), snapshot)
    out.alerts.market_at = lambda: session.loop.engine.state.now
    session.pulse.instance, session.pulse.epoch, session.pulse.pid = grant.instance, grant.epoch, os.getpid()
    letters = DeadLetterDesk(journal, account.account_id)
    carriers = [letters.carry_out]
    watch = ControlWatch(
        out.control,
        account,
        session.inbox,
        out.clock,
        carry_out=lambda command: any(carry_out(command) for carry_out in carriers),
        watched=watched,
        bell=BellFile(out.settings.bell_path),
    )
    store = FirestorePast(out.wire)
    out.alerts.send(tell_journal_trouble(journal, account.account_id, out.clock))
    past = patient(lambda: written_down(journal, store, account, grant))
    letters.tell_untold(past.records)
    watch.begin_answered(answered_commands(journal))
    place = recover(session, watch, past, Sources(feed, journal, store, patient))
    state = session.loop.engine.state
    kill = KillWatch(out.settings.state_dir, killed, session.inbox.put, lambda: state.kill, out.clock)
    kill.look()  # before any price
    patient(lambda: out.lease.renew(grant))  # a store that was away for long may have cost us the lease: Fenced says so
    guard = watching(out, session, grant)
    desk = None
    if edge is not None and outgoing is not None:
        desk = venue_desk(edge, session, outgoing, out.clock, guard.last_word)
    if desk is not None:
        carriers.append(desk.reconciliation.carry_out)
        desk.reconciliation.step()  # what the venue has is known before any price is
    return Recovered(grant, session, watch, watched, place, relay, desk, kill, guard)


def _relay(out: Outside, grant: Grant) -> Relay:
    digits = _price_digits(out)
    store = FirestoreRecordStore(out.wire, out.lease, out.clock, lambda symbol: digits.get(symbol, 2))
    return Relay(out.journal, store, grant, out.clock, Backoff(random.random), wake=out.awake.set)


def _trade(out: Outside, recovered: Recovered, end: EndWish) -> int:
    """Run the account's workers until one fails or the end is asked for; the exit code."""
    relay = recovered.relay
    supervisor = Supervisor(
        Parts(
            clock=out.clock,
            session=recovered.session,
            feed=out.market.feed,
            watch=recovered.watch,
            control=out.control,
            outbox=out.journal,
            relay=lambda stop: relay.run(stop.is_set, lambda seconds: _nap(out.awake, seconds)),
            lease=out.lease,
            grant=recovered.grant,
            snapshots=out.snapshots,
            place=recovered.place,
            beside={
                "kill": recovered.kill.run,
                **recovered.guard.works,
                **({} if recovered.desk is None else recovered.desk.works),
            },
            alerts=out.alerts,
            hold=recovered.guard.hold,
            renew_again_s=recovered.guard.renew_again_s,
        ),
        recovered.watched,
    )
    for number in SIGNALS:
        signal.signal(number, lambda *_: supervisor.end())
    if end.asked:  # told since the last step of the start, before the supervisor had its ear on it
        supervisor.end()
    gc.collect()
    gc.freeze()  # a full collection would stop the ticks for 30 to 100 ms (docs/decisions)
    return supervisor.run()


def _let_go(out: Outside, grant: Grant) -> None:
    try:
        out.lease.release(grant)
    except OperatingError as error:
        _log.warning("lease not released", account=grant.account_id, error=str(error))


def _nap(awake: threading.Event, seconds: float) -> None:
    awake.wait(seconds)
    awake.clear()


def _price_digits(out: Outside) -> dict[str, int]:
    return {item.symbol: item.price_digits for item in out.market.feed.instruments()}
