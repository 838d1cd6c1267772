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
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog

from engine.bootstrap.live import kept_while_starting
from engine.bootstrap.market import open_market
from engine.bootstrap.outside import Outside, outside, reach_of
from engine.bootstrap.recovering import Recovered, acquired, recovered
from engine.bootstrap.venue import Edge, practice_edge
from engine.domain.errors import CannotStart, JournalSuperseded, OperatingError
from engine.outbox.backoff import Backoff
from engine.ports import Grant
from engine.runtime.ending import Ended, EndWish
from engine.runtime.kill_watch import KILL_SIGNAL, KillSignal, KillWatch
from engine.runtime.patience import Patience
from engine.runtime.session import Session
from engine.runtime.start_notice import StartNotice
from engine.runtime.starting import Starting
from engine.runtime.superseded import put_aside
from engine.runtime.supervisor import Parts, Supervisor, Watched
from engine.settings import Settings

SIGNALS = (signal.SIGTERM, signal.SIGINT)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Running:
    """A recovered account with what is the process's own: who watches it, and its kill switch."""

    back: Recovered
    watched: Watched
    kill: KillWatch


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
                return trade(out, own_and_recover(out, end, edge, killed), end)
            except Ended:
                _log.info("ended", account=market.account.account_id, before="it traded")
                return 0
            except JournalSuperseded as superseded:
                _log.warning("the journal is another engine's past", why=str(superseded))
        put_aside(settings.journal_path(market.account.account_id))


def own_and_recover(out: Outside, end: EndWish, edge: Edge | None, killed: KillSignal) -> Running:
    """All that comes before trading, however long the store takes. Raises Ended when asked to."""
    account = out.market.account
    notice = StartNotice(out.clock, account.account_id)
    patient = Patience(Backoff(random.random), notice, end)
    grant: Grant | None = None
    try:
        with Starting(account, notice, out.snapshots, out.journal, out.market.feed, end, out.wire.close):
            watched = Watched(out.clock)
            reach = reach_of(out, watched)
            grant = acquired(reach, patient)
            with kept_while_starting(account, out.lease, grant):
                return _recover(out, partial(recovered, reach, grant, patient, edge), watched, killed)
    except (Ended, CannotStart):
        if grant is not None and not notice.troubled:  # a store that is away would take longer than the end may
            _let_go(out, grant)
        raise


def _recover(
    out: Outside, bring_back: Callable[[Callable[[Session], None]], Recovered], watched: Watched, killed: KillSignal
) -> Running:
    """Bring the account back to where it was left, the kill switch looked at before any price is."""
    kills: list[KillWatch] = []

    def look_for_kill(session: Session) -> None:
        session.pulse.pid = os.getpid()
        state = session.loop.engine.state
        kill = KillWatch(out.settings.state_dir, killed, session.inbox.put, lambda: state.kill, out.clock)
        kill.look()
        kills.append(kill)

    return Running(bring_back(look_for_kill), watched, kills[0])


def trade(out: Outside, running: Running, end: EndWish) -> int:
    """Run the account's workers until one fails or the end is asked for; the exit code."""
    back = running.back
    supervisor = Supervisor(
        Parts(
            clock=out.clock,
            session=back.session,
            feed=out.market.feed,
            watch=back.watch,
            control=out.control,
            outbox=out.journal,
            relay=lambda stop: back.relay.run(stop.is_set, lambda seconds: _nap(out.awake, seconds)),
            lease=out.lease,
            grant=back.grant,
            snapshots=out.snapshots,
            place=back.place,
            beside={
                "kill": running.kill.run,
                "leaders": back.leaders.run,
                **back.guard.works,
                **({} if back.desk is None else back.desk.works),
            },
            listening=back.listening.works,
            alerts=out.alerts,
            hold=back.guard.hold,
            renew_again_s=back.guard.renew_again_s,
        ),
        running.watched,
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
