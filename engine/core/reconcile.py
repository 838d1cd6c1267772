"""Broker and books brought into step: reports judged, differences opened, and closed as somebody decides.

Called by engine.py for reports and by commands.py for decisions. A finding becomes a difference when two reports in a
row show it: what was only on its way has come by then. Nothing is booked before it is decided; while a symbol differs,
no entry is made on it (decide.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.core.adopt import adopt, end_in_books, missing_for
from engine.core.answers import end_if_told, on_accepted, on_rejected
from engine.core.decide import close_now
from engine.core.differences import compare
from engine.core.lapsed import ENDED_UNTRADED
from engine.core.orders import UNANSWERED, Order
from engine.core.sending import withdraw_entries
from engine.core.standing import announce, close, close_unknown, put
from engine.core.state import State
from engine.core.tripping import compared
from engine.domain.broker import VenueOrder, VenueState
from engine.domain.effects import CancelOrder
from engine.domain.errors import InvariantBroken
from engine.domain.events import BrokerReported, OrderAccepted, OrderRejected, ReportBegun
from engine.domain.instant import Instant
from engine.domain.order import ExitReason
from engine.domain.records import DifferenceKind, DifferenceRecord, DifferenceState, Resolution

CONFIRMATIONS = 2
_POLICIES = {DifferenceKind.LATE_ORDER: Resolution.FLATTEN}  # an order that was given up is cancelled
_ENDS = {
    Resolution.ADOPT: DifferenceState.ADOPTED,
    Resolution.IGNORE: DifferenceState.IGNORED,
    Resolution.FLATTEN: DifferenceState.FLATTENED,
}


def on_report_begun(state: State, event: ReportBegun) -> None:
    """From now on, what changes is not judged by the report to come."""
    state.truth.touched.clear()


def on_reported(state: State, event: BrokerReported) -> None:
    """Compare the broker's report with the books."""
    truth, report = state.truth, event.report
    comparison = compare(state, report)
    truth.listed.update(order.client_order_id for order in report.orders if order.client_order_id is not None)
    for sighted in comparison.sighted:
        _answer(state, sighted, report.at)
    for order, decided in comparison.ended:
        end_if_told(state, order, decided)
    found = {finding.difference_id: finding for finding in comparison.found}
    suspects, truth.suspects = truth.suspects, {}
    for identity, finding in found.items():
        known = truth.differences.get(identity)
        if known is not None and known.state is DifferenceState.OPEN:
            _renew(state, known, finding)
        elif suspects.get(identity, 0) + 1 >= CONFIRMATIONS:
            _open(state, finding)
        else:
            truth.suspects[identity] = suspects.get(identity, 0) + 1
    doubted = _end_untraded(state, comparison.untraded, suspects, report.at)
    for standing in truth.open():
        if standing.kind is DifferenceKind.UNKNOWN_ORDER:
            _end_question(state, standing)
        elif standing.difference_id not in found and standing.symbol not in truth.touched | doubted:
            close(state, standing, "broker and books came into step")
    for let_be in comparison.over:
        close(state, let_be, "broker and books came into step")
    truth.reports += 1
    compared(state)


def _end_untraded(state: State, orders: list[Order], suspects: dict[str, int], at: Instant) -> set[str]:
    """Orders of an earlier day of which nothing was filled end, once two reports in a row say so; returns the symbols
    of those that wait for the second.
    """
    doubted: set[str] = set()  # asked, never walked through
    for order in orders:
        named = f"{order.order_id} untraded"
        if suspects.get(named, 0) + 1 < CONFIRMATIONS:
            state.truth.suspects[named] = 1
            doubted.add(order.symbol)
        else:
            end_in_books(state, order, VenueState.EXPIRED, ENDED_UNTRADED, at)
            _end_lapsed(state, order)
    return doubted


def _end_lapsed(state: State, order: Order) -> None:
    """What a person was asked about it has answered itself, as what is held was decided about."""
    for standing in state.truth.open():
        if standing.kind is DifferenceKind.LAPSED_ORDER and standing.order_id == order.order_id:
            close(state, standing, ENDED_UNTRADED)


def _answer(state: State, sighted: VenueOrder, at: Instant) -> None:
    """What the report says of an order without an answer is the answer."""
    identity = str(sighted.client_order_id)
    if sighted.state is VenueState.REJECTED:
        on_rejected(state, OrderRejected(identity, sighted.reason or "rejected", at))
    else:
        on_accepted(state, OrderAccepted(identity, sighted.venue_order_id, at, sighted.quantity))


def _end_question(state: State, standing: DifferenceRecord) -> None:
    """Nobody decides about an order without an answer; but one that has ended, before a restart, asks nothing more."""
    order = state.orders.get(standing.order_id or "")
    if order is None or order.state not in UNANSWERED:
        close(state, standing, "what became of the order is known")


def _open(state: State, finding: DifferenceRecord) -> None:
    """Say that something differs, and do what a policy by name says about its kind, if one does."""
    if finding.kind is DifferenceKind.LAPSED_ORDER:
        close_unknown(state, finding.subject, "the broker's book is a new day's: there is nobody left to ask")
    announce(state, finding)
    policy = state.account.on_difference.get(finding.kind, _POLICIES.get(finding.kind))
    if policy is not None:
        resolve(state, finding.difference_id, Resolution(policy), f"policy {finding.kind}: {policy}", state.now)


def resolve(state: State, identity: str, resolution: Resolution, by: str, at: Instant) -> tuple[str, dict[str, str]]:
    """Do as somebody decided; what a command answers: `done` or `failed`, and the result in words."""
    standing = state.truth.differences.get(identity)
    if standing is not None and standing.state is DifferenceState.GONE and resolution is Resolution.ADOPT:
        return "done", {"result": standing.result or "it passed by itself"}
    if standing is None or standing.state is not DifferenceState.OPEN:
        return "failed", {"reason": "no such open difference"}
    if standing.kind is DifferenceKind.UNKNOWN_ORDER:
        return "failed", {"reason": "the broker is still being asked; an order without an answer is not guessed about"}
    missing = None if resolution is Resolution.IGNORE else missing_for(state, standing)
    if missing is not None:
        return "failed", {"reason": missing}
    try:
        result = _DEEDS[resolution](state, standing, at)
    except InvariantBroken as broken:
        return "failed", {"reason": f"the books can't take it: {broken}"}
    put(
        state, replace(standing, state=_ENDS[resolution], resolved_at=at, resolved_by=by, result=result)
    )  # what was booked is published before it
    return "done", {"result": result}


def _ignore(state: State, standing: DifferenceRecord, at: Instant) -> str:
    return "left as it is; the books and the broker stay apart by this much"


def _flatten(state: State, standing: DifferenceRecord, at: Instant) -> str:
    """Adopt, then close whatever is held in the symbol; an order at work is cancelled instead."""
    if standing.kind in (DifferenceKind.FOREIGN_ORDER, DifferenceKind.LATE_ORDER):
        cancel = CancelOrder(standing.order_id or "", at, "a person had it cancelled", False, standing.venue_order_id)
        state.out.append(cancel)
        return "asked the broker to cancel it"
    adopted = adopt(state, standing, at)
    withdraw_entries(state, at, symbol=standing.symbol)
    orders = [
        close_now(state, position, ExitReason.MANUAL, at)
        for position in state.portfolio.all()
        if position.symbol == standing.symbol
    ]
    sent = sum(order is not None for order in orders)
    return f"{adopted}; {sent} closing order{'' if sent == 1 else 's'} sent"


_DEEDS: dict[Resolution, Callable[[State, DifferenceRecord, Instant], str]] = {
    Resolution.ADOPT: adopt,
    Resolution.IGNORE: _ignore,
    Resolution.FLATTEN: _flatten,
}


def _renew(state: State, known: DifferenceRecord, finding: DifferenceRecord) -> None:
    """The same difference with other numbers."""
    now = replace(finding, found_at=known.found_at, at=known.at)
    if now != known:
        put(state, now)


HANDLERS: dict[type, Callable[[State, Any], None]] = {
    ReportBegun: on_report_begun,
    BrokerReported: on_reported,
}
