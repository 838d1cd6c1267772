"""Differences as they are opened and closed.

Called by answers.py and settle.py for orders without an answer, else by reconcile.py and adopt.py.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from engine.core.audit import note_difference
from engine.core.publish import publish_alert
from engine.core.state import State
from engine.domain.identity import difference_id
from engine.domain.instant import Instant
from engine.domain.records import DifferenceKind, DifferenceRecord, DifferenceState

ZERO = Decimal(0)


def difference(
    state: State, kind: DifferenceKind, subject: str, symbol: str, at: Instant, words: tuple[str, str],
    *, order_id: str | None = None, venue_order_id: str | None = None, venue_state: str | None = None,
    quantity: Decimal = ZERO, price: Decimal | None = None,
) -> DifferenceRecord:  # fmt: skip
    """An open difference, not yet told to anybody; `words` are ours and theirs, `at` is the venue's time of it.

    An order or a fill differs once; of a symbol's quantity one may be settled and another found on the same day.
    """
    before = state.truth.settled(kind, subject) if subject == symbol else 0
    named = f"{subject} {before}" if before else subject
    return DifferenceRecord(
        difference_id=difference_id(state.account.account_id, kind, named, state.ledger.day),
        kind=kind,
        subject=subject,
        symbol=symbol,
        order_id=order_id,
        venue_order_id=venue_order_id,
        quantity=quantity,
        price=price,
        at=at,
        venue_state=venue_state,
        ours=words[0],
        theirs=words[1],
        state=DifferenceState.OPEN,
        found_at=state.now,
    )


def put(state: State, record: DifferenceRecord) -> None:
    """Remember it as it stands, and write it down."""
    note_difference(state, state.truth.differences.get(record.difference_id), record)
    state.truth.differences[record.difference_id] = record
    state.publish(record)


def announce(state: State, finding: DifferenceRecord) -> None:
    """Say that something differs."""
    put(state, finding)
    sentence = f"{finding.symbol}: {finding.ours}; the broker: {finding.theirs}. Entries on it wait"
    publish_alert(state, "critical", "difference", finding.difference_id, sentence)


def close(state: State, standing: DifferenceRecord, result: str) -> None:
    """Say that it is no more, by itself."""
    put(state, replace(standing, state=DifferenceState.GONE, resolved_at=state.now, result=result))


def open_unknown(state: State, order_id: str, symbol: str, reason: str, at: Instant) -> None:
    """An order without an answer is a difference at once, until the broker says what became of it."""
    words = (f"order {order_id} was sent", f"no answer ({reason}); it is being asked")
    finding = difference(state, DifferenceKind.UNKNOWN_ORDER, order_id, symbol, at, words, order_id=order_id)
    known = state.truth.differences.get(finding.difference_id)
    if known is None or known.state is not DifferenceState.OPEN:
        announce(state, finding)


def close_unknown(state: State, order_id: str, result: str) -> None:
    """The broker has said what became of it."""
    for standing in state.truth.open():
        if standing.kind is DifferenceKind.UNKNOWN_ORDER and standing.order_id == order_id:
            close(state, standing, result)


def close_missed(state: State, venue_fill_id: str, result: str) -> None:
    """A fill is booked that stood there as missed. At once: after a restart nobody would know that it is, and a person
    who adopts it would book it twice.
    """
    for standing in state.truth.open():
        if standing.kind is DifferenceKind.MISSED_FILL and standing.subject == venue_fill_id:
            close(state, standing, result)
