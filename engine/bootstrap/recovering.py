"""From an account that is ours to one that can trade: its session recovered, its way out and its venue wired.

Called by engine.py with the doors of a process, and by proof with those of a simulated world: there is one wiring.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from engine.adapters.firestore.leaders import FirestoreLeaders
from engine.adapters.firestore.recovery import FirestorePast
from engine.bootstrap.listening import Listening
from engine.bootstrap.live import Hands, Watching, hands_on, watching
from engine.bootstrap.reach import Reach
from engine.bootstrap.shown import nested_fields
from engine.bootstrap.venue import Edge, VenueDesk, outgoing_to, venue_desk
from engine.domain.events import CommandReceived
from engine.outbox.backoff import Backoff
from engine.outbox.relay import Relay
from engine.ports import Grant
from engine.runtime.broker_doctor import BrokerDoctor
from engine.runtime.control_watch import ControlWatch
from engine.runtime.dead_letters import DeadLetterDesk
from engine.runtime.journal_trouble import tell_journal_trouble
from engine.runtime.leader_watch import LeaderWatch, followers_of
from engine.runtime.outgoing import Outgoing
from engine.runtime.patience import Patient
from engine.runtime.recovery import Place, Sources, answered_commands, recover
from engine.runtime.rederive import written_down
from engine.runtime.rehearsal_past import look_back
from engine.runtime.session import Doors, Session
from engine.runtime.snapshot import AccountSnapshot
from engine.runtime.superseded import known_epoch

CarryOut = Callable[[CommandReceived], bool]


@dataclass(frozen=True, slots=True)
class Recovered:
    """An account that is ours and as it was left; `place` is where its market goes on."""

    grant: Grant
    session: Session
    watch: ControlWatch
    place: Place
    relay: Relay
    desk: VenueDesk | None
    guard: Watching
    listening: Listening
    leaders: LeaderWatch
    doctor: BrokerDoctor | None = None


def acquired(reach: Reach, patient: Patient) -> Grant:
    """Take the account's lease; the lock on the journal proves its last holder dead where the lease names this file.

    Raises JournalSuperseded for a journal that another engine's has overtaken.
    """
    account, journal, known = reach.account, reach.journal, None
    if journal.salvaged is None:  # a salvaged one has a new name, and is completed from the store
        known = known_epoch(journal.newest_states())
    return patient(
        lambda: reach.lease.acquire(account, reach.instance, journal.name, old_holder_dead=True, known_epoch=known)
    )


def recovered(
    reach: Reach,
    grant: Grant,
    patient: Patient,
    edge: Edge | None,
    before_prices: Callable[[Session], None],
    hands: Hands | None = None,
) -> Recovered:
    """Bring the account back to where it was left; `before_prices` is called with its session before any price is.
    `hands` are had where the account is watched over already.

    Raises Fenced where the store was away for so long that the lease is another's.
    """
    account, journal, clock = reach.account, reach.journal, reach.clock
    patient(lambda: reach.control.ensure(account, reach.bots))
    relay = Relay(journal, reach.store(), grant, clock, Backoff(reach.unit), wake=reach.wake)
    outgoing = outgoing_to(edge, journal, relay, clock)
    heard = reach.listening(grant, protects=outgoing is not None)
    session = _session(reach, grant, outgoing, heard)
    letters = DeadLetterDesk(journal, account.account_id)
    carriers: list[CarryOut] = [letters.carry_out]
    doctor = None
    if reach.check is not None:
        doctor = BrokerDoctor(
            account.account_id,
            reach.check,
            journal,
            session.inbox.put,
            clock,
            reach.keys_changed,
            reach.check_due,
            **({} if reach.alerts is None else {"tell": reach.alerts.tell}),
        )
        carriers.append(doctor.carry_out)
    watch = ControlWatch(
        reach.control,
        account,
        session.inbox,
        clock,
        carry_out=lambda command: any(carry_out(command) for carry_out in carriers),
        watched=reach.watched,
        bell=reach.bell,
    )
    stored = FirestorePast(reach.wire)
    past = patient(lambda: written_down(journal, stored, account, grant))
    letters.tell_untold(past.records)
    watch.begin_answered(answered_commands(journal))
    place = recover(session, watch, past, Sources(reach.feed, journal, stored, patient))
    before_prices(session)
    patient(lambda: reach.lease.renew(grant))
    guard = watching(reach, session, hands or hands_on(reach, grant))
    desk = None
    if edge is not None and outgoing is not None:
        desk = venue_desk(edge, session, outgoing, clock, guard.last_word)
        carriers.append(desk.reconciliation.carry_out)
        desk.reconciliation.step()  # what the venue has is known before any price is
    state = session.loop.engine.state
    heard = _and_rehearsed(heard, session, stored)
    leaders = LeaderWatch(FirestoreLeaders(reach.wire), account, lambda: followers_of(state), session.inbox.put, clock)
    return Recovered(grant, session, watch, place, relay, desk, guard, heard, leaders, doctor)


def _and_rehearsed(heard: Listening, session: Session, stored: FirestorePast) -> Listening:
    """With what reads the store for an earlier rehearsal, where the journal does not tell of it."""
    if not session.rehearsal.unknown:
        return heard
    return replace(heard, works={**heard.works, "rehearsal": partial(look_back, session.rehearsal, stored)})


def _session(reach: Reach, grant: Grant, outgoing: Outgoing | None, heard: Listening) -> Session:
    account, alerts = reach.account, reach.alerts
    doors = Doors(
        reach.clock, reach.feed, reach.journal, reach.watched, outgoing, alerts, heard.taps, reach.market_clock
    )
    snapshot = AccountSnapshot(account.user_id, nested_fields(account, reach.price_digits()))
    session = Session(account, reach.make_strategy, doors, snapshot)
    session.pulse.instance, session.pulse.epoch, session.pulse.on_air = grant.instance, grant.epoch, reach.on_air
    if alerts is not None:
        alerts.market_at = lambda: session.loop.engine.state.now
        alerts.send(tell_journal_trouble(reach.journal, account.account_id, reach.clock))
    return session
