"""The engine's process: own the account, recover it, trade until told to end. Called by service.

Nobody needs to be there when it starts: a store that does not answer is waited for, and so is an engine that has the
account (runtime/patience). Meanwhile the snapshot says so, and a SIGTERM ends the process at once and in order.
"""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import structlog

from engine.bootstrap.late_doctoring import with_doctoring
from engine.bootstrap.leaving import LEAVE_ANEW_S, LEAVE_S, leave_the_broker
from engine.bootstrap.live import hands_on, kept_while_starting
from engine.bootstrap.market import open_market
from engine.bootstrap.outside import Outside, outside, reach_of
from engine.bootstrap.recovering import Recovered, acquired, recovered
from engine.bootstrap.venue import Edge, practice_edge
from engine.domain.errors import CannotStart, JournalSuperseded, OperatingError
from engine.outbox.backoff import Backoff
from engine.ports import Grant
from engine.runtime.begun import Saying
from engine.runtime.cut_short import CutShortFeed, unless_ended
from engine.runtime.ending import Ended, EndWish
from engine.runtime.kill_signal import KILL_SIGNAL, KillSignal
from engine.runtime.kill_watch import KillWatch
from engine.runtime.ownership import LIVE_RENEW_AGAIN_S, kept
from engine.runtime.patience import Patience
from engine.runtime.session import Session
from engine.runtime.start_notice import StartNotice
from engine.runtime.starting import Starting
from engine.runtime.superseded import put_aside
from engine.runtime.supervisor import Parts, Supervisor, Watched
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.bootstrap.angelone_login import ClientHeld
    from engine.domain.account import AccountSpec

SIGNALS = (signal.SIGTERM, signal.SIGINT)
ANEW_LOOK_S = 0.5
SWITCH_S = 0.0003  # so long another thread computes before a tick gets its turn; Python's own 5 ms are seen (0038)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Running:
    """A recovered account with what is the process's own: who watches it, its kill switch, its client at the broker."""

    back: Recovered
    watched: Watched
    kill: KillWatch
    client: ClientHeld | None = None


def run_engine(settings: Settings, edge: Edge | None = None) -> int:
    """Own the account, recover it, trade until told to end; the exit code. `edge` stands in for the venue of settings.

    Raises CannotStart where waiting would not help, InvalidValue and DataError for what the settings name.
    """
    end = EndWish()
    begun = Saying(settings.begun_fd)
    killed = KillSignal()
    signal.signal(KILL_SIGNAL, lambda *_: killed.ask())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {KILL_SIGNAL})  # the launcher kept one back until somebody listens
    while True:
        for number in SIGNALS:
            signal.signal(number, lambda *_: end.ask())
        try:
            market = unless_ended(partial(open_market, settings), end)
        except Ended:
            _log.info("ended", before="its market was opened")
            return 0
        broker = market.broker
        venue = edge or (practice_edge(settings.venue, market.account.mode) if broker is None else broker.edge)
        with outside(settings, market) as out:
            begun()  # it has its market, its journal and the ways that alerts take
            try:
                running = own_and_recover(out, end, venue, killed)
                try:
                    code = trade(out, running, end)
                finally:
                    anew = broker is not None and broker.anew.is_set() and not end.asked
                    leave_the_broker(broker, running.client, LEAVE_ANEW_S if anew else LEAVE_S)
                if not anew:
                    return code
                continue  # with the keys of now, or waiting for some
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
    client: ClientHeld | None = None
    try:
        with Starting(account, notice, out.snapshots, out.journal, out.market.feed, end, out.wire.close):
            watched = Watched(out.clock)
            reach = with_doctoring(reach_of(out, watched), out)
            reach = replace(reach, feed=CutShortFeed(reach.feed, end))
            broker = out.market.broker
            if broker is not None:
                reach = replace(reach, check_due=broker.check_due)
            prepare = partial(unless_ended, out.market.prepare, end)
            Patience(Backoff(random.random), notice, end, away=notice.market_away)(prepare)
            grant = acquired(reach, patient)
            hands = hands_on(reach, grant)
            with kept_while_starting(out.lease, grant, hands):
                if broker is not None:
                    from engine.bootstrap.owners_keys import keys_for

                    keys = keys_for(out, broker.name, patient, notice, end)
                    client = _held_client(out, broker.client(keys, out.settings.owner_uid), patient)
                    broker.take_up(keys)
                with nullcontext() if client is None else kept(out.lease, client.grant, LIVE_RENEW_AGAIN_S):
                    back = _recover(out, partial(recovered, reach, grant, patient, edge, hands=hands), watched, killed)
                return replace(back, client=client)
    except BaseException as error:
        leave_the_broker(out.market.broker, client, LEAVE_S)
        ours = isinstance(error, Ended | CannotStart)
        if ours and grant is not None and not notice.store_is_away:  # it would take longer than the end may
            _let_go(out, grant)
        raise


def _held_client(out: Outside, client: AccountSpec | None, patient: Patience) -> ClientHeld | None:
    if client is None:
        return None
    from engine.bootstrap.angelone_login import hold_client

    return hold_client(out, client, patient)


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
                **({} if back.doctor is None else {"doctor": back.doctor.run}),
                **_loops_at_the_broker(out, running, lambda: supervisor.end()),  # noqa: PLW0108 - made below
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

    def told_to_end(*_: object) -> None:
        end.ask()  # remembered, should the account be about to begin anew
        supervisor.end()

    for number in SIGNALS:
        signal.signal(number, told_to_end)
    if end.asked:  # told since the last step of the start, before the supervisor had its ear on it
        supervisor.end()
    gc.collect()
    gc.freeze()  # a full collection would stop the ticks for 30 to 100 ms (docs/decisions/0038)
    sys.setswitchinterval(SWITCH_S)
    return supervisor.run()


def _loops_at_the_broker(
    out: Outside, running: Running, end: Callable[[], None]
) -> Mapping[str, Callable[[threading.Event], None]]:
    """What looks after the login behind real prices; none where there is none. `end` is called when all has to begin
    anew, with other keys.
    """
    broker, client = out.market.broker, running.client
    if broker is None:
        return {}
    seen = running.back.session.counterpart.seen

    def until_anew(stop: threading.Event) -> None:
        while not stop.is_set():
            if broker.anew.wait(ANEW_LOOK_S):
                end()
                return

    held = {} if client is None else {"client": client.run}
    return {"login": partial(broker.tend, seen), **held, "anew": until_anew}


def _let_go(out: Outside, grant: Grant) -> None:
    try:
        out.lease.release(grant)
    except OperatingError as error:
        _log.warning("lease not released", account=grant.account_id, error=str(error))


def _nap(awake: threading.Event, seconds: float) -> None:
    awake.wait(seconds)
    awake.clear()
