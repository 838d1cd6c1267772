"""The kill switch: everything an account has at work is stopped, each step proven by what the broker says.

Called by engine.py when somebody wants it and after each event that may have moved it, by control.py when a person
resumes. What stands is looked at anew each time (kill_proofs.py), so a restart goes on where it was.

Entries alone are cancelled: what closes or protects a position goes on. Exits do not wait for cancellations, since a
venue that is slow to cancel must not keep a position open; what an entry still fills meanwhile is closed as well.
Orders and positions that are not ours are not touched: reconcile.py tells of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from engine.core.audit import note
from engine.core.kill_proofs import orders_out, positions_closed
from engine.core.publish import publish_account, publish_alert
from engine.core.publish_bots import publish_bot
from engine.core.state import State
from engine.domain.events import KillAsked, KillReviewed, KillSwitchRemoved
from engine.domain.instant import Instant
from engine.domain.records import KillItem, KillRecord, KillState, KillStep, KillStepName, Proof
from engine.domain.records.audit import ENGINE

NAMED_MAX = 3  # in a sentence


def on_kill_asked(state: State, event: KillAsked) -> None:
    """Kill the account. Asked again it is the same kill: positions may be added, and what failed is tried again."""
    standing = state.kill
    if standing is None:
        at = state.reached_at()
        kill = KillRecord(KillState.RUNNING, at, event.asked_at, event.by, event.reason, event.flatten, ())
        also = "; positions are closed" if event.flatten else "; positions stay, and exits go on"
        words = f"Killed: {event.reason}. No entry is made, open orders are cancelled{also}"
        publish_alert(state, "critical", "kill", str(kill.asked_at), words)
        note(state, event.by, "killed", state.account.account_id, state.breaker.reason, kill.words)
    else:
        steps = tuple(replace(step, items=tuple(map(_afresh, step.items))) for step in standing.steps)
        kill = replace(standing, flatten=standing.flatten or event.flatten, steps=steps)
        if kill.flatten and not standing.flatten:
            words = "The kill that stands closes positions, too"
            publish_alert(state, "critical", "kill", f"{kill.asked_at} flatten", words)
            note(state, event.by, "kill_flattens", state.account.account_id, None, event.reason)
    state.kill = replace(kill, switch=kill.switch or event.by == "file")
    state.breaker.halt(kill.words)
    go_on(state, publish=True)
    if state.views:
        for bot_id in sorted(state.bots):
            publish_bot(state, state.bots[bot_id])


def on_switch_removed(state: State, event: KillSwitchRemoved) -> None:
    """The file is gone. The kill stands, and may be lifted."""
    if state.kill is not None and state.kill.switch:
        state.kill = replace(state.kill, switch=False)
        publish_account(state)


def on_reviewed(state: State, event: KillReviewed) -> None:
    """Some seconds have passed: what was refused is asked again."""
    go_on(state, review=True)


def lift(state: State) -> str | None:
    """A person resumes: the kill is over; or why it is not, in words."""
    kill = state.kill
    if kill is None:
        return None
    if kill.switch:
        return "The file KILL_SWITCH is still there: remove it, then resume"
    for step in kill.steps:
        if step.state is not Proof.DONE:
            left = [item.detail for item in step.items if item.state is not Proof.DONE]
            more = f"; and {len(left) - NAMED_MAX} more" if len(left) > NAMED_MAX else ""
            return f"The kill is not done yet: {'; '.join(left[:NAMED_MAX])}{more}"
    state.kill = None
    publish_alert(state, "info", "kill_lifted", str(kill.asked_at), f"The kill is lifted ({kill.reason})")
    return None


def go_on(state: State, *, review: bool = False, publish: bool = False) -> None:
    """Look at everything that the kill named, and at what has come to light since; ask for what is still to be asked.

    `publish`: also where no step has moved.
    """
    kill = state.kill
    if kill is None:
        return
    at, before = state.reached_at(), {step.step: step for step in kill.steps}
    out = orders_out(state, _items(before, KillStepName.ORDERS_CANCELLED), at, review=review)
    steps = [
        _step(KillStepName.ENTRIES_BLOCKED, before, [], at, bots=len(state.bots)),
        _step(KillStepName.ORDERS_CANCELLED, before, out, at),
    ]
    if kill.flatten:
        named = _items(before, KillStepName.POSITIONS_FLATTENED)
        closed = positions_closed(state, named, at, review=review)
        steps.append(_step(KillStepName.POSITIONS_FLATTENED, before, closed, at))
    done = all(step.state is Proof.DONE for step in steps)
    state.kill = replace(kill, state=KillState.DONE if done else KillState.RUNNING, steps=tuple(steps))
    for step in steps:
        _tell(state, state.kill, before.get(step.step), step)
    if publish or state.kill != kill:
        publish_account(state)


def _afresh(item: KillItem) -> KillItem:
    """A person asks again: what failed is tried as if it had not been."""
    return replace(item, state=Proof.WAITING, tries=0) if item.state is Proof.FAILED else item


def _items(before: dict[KillStepName, KillStep], name: KillStepName) -> tuple[KillItem, ...]:
    return before[name].items if name in before else ()


def _step(
    name: KillStepName, before: dict[KillStepName, KillStep], items: Sequence[KillItem], at: Instant, bots: int = 0
) -> KillStep:
    """The items of a step, counted."""
    done = sum(item.state is Proof.DONE for item in items)
    failed = sum(item.state is Proof.FAILED for item in items)
    if done == len(items):
        proof = Proof.DONE
    else:
        proof = Proof.FAILED if done + failed == len(items) else Proof.RUNNING
    proven_at = before[name].at if name in before else None
    if name is KillStepName.ENTRIES_BLOCKED:
        detail = f"No order that opens or adds to a position is sent; {bots} bot{'' if bots == 1 else 's'} held back"
        return KillStep(name, proof, bots, bots, 0, detail, (), proven_at or at)
    detail = _WORDS[name](done, len(items)) + (f"; {failed} refused by the broker, see there" if failed else "")
    if proven_at is None and proof is Proof.DONE:
        proven_at = at
    return KillStep(name, proof, len(items), done, failed, detail, tuple(items), proven_at)


_WORDS: dict[KillStepName, Callable[[int, int], str]] = {
    KillStepName.ORDERS_CANCELLED: lambda done, total: (
        f"{done} of {total} orders are out" if total else "No entry was at work"
    ),
    KillStepName.POSITIONS_FLATTENED: lambda done, total: (
        f"{done} of {total} positions are closed" if total else "Nothing was held"
    ),
}


def _tell(state: State, kill: KillRecord, before: KillStep | None, step: KillStep) -> None:
    """One alert when a step is proven first, one for each order or position that has failed now."""
    if step.state is Proof.DONE and (before is None or before.at is None):
        publish_alert(state, "info", "kill_step", f"{kill.asked_at} {step.step}", f"Kill: {step.detail}")
        note(state, ENGINE, "kill_step_done", step.step, None, step.detail)
    known = {item.subject: item.state for item in before.items} if before is not None else {}
    for item in step.items:
        if item.state is Proof.FAILED and known.get(item.subject) is not Proof.FAILED:
            publish_alert(state, "critical", "kill_failed", f"{kill.asked_at} {item.subject}", f"Kill: {item.detail}")


HANDLERS: dict[type, Callable[[State, Any], None]] = {
    KillAsked: on_kill_asked,
    KillSwitchRemoved: on_switch_removed,
    KillReviewed: on_reviewed,
}
