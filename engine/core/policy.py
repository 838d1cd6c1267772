"""The risk policy in force: set by a person, loosened by the next session, put back after a restart.

Called by control.py, minute.py and recover.py. What the deployment's hard limits forbid is never obeyed.
"""

from __future__ import annotations

from engine.core.audit import note
from engine.core.publish import publish_account
from engine.core.risk.policy_change import change
from engine.core.state import State
from engine.domain.events import PolicyChanged
from engine.domain.records import AccountRecord
from engine.domain.records.audit import ENGINE
from engine.domain.risk import RiskPolicy, plain_policy
from engine.domain.risk_presets import policy_kept


def on_policy_changed(state: State, event: PolicyChanged) -> None:
    """A person set another policy: what is tighter holds at once, what is looser from the next session on.

    Said again (at a restart, say) it changes nothing, and nothing is written.
    """
    wanted = state.account.hard_limits.obeyed(event.policy)
    before = state.policy_next or state.policy
    known = (state.policy, state.policy_next)
    if not (state.recovered or state.ticks or state.bars):  # nothing was decided yet under another one
        state.policy, state.policy_next = wanted, None
    else:
        state.policy, state.policy_next = change(state.policy, wanted)
    if (state.policy, state.policy_next) != known:
        _note(state, state.account.user_id, "policy_changed", before, wanted)
        publish_account(state)


def begin_session(state: State) -> None:
    """What waited for the next session holds now."""
    if state.policy_next is not None:
        before, state.policy, state.policy_next = state.policy, state.policy_next, None
        _note(state, ENGINE, "policy_loosened", before, state.policy)


def recover_policy(state: State, record: AccountRecord) -> None:
    """Go on with the policy that was in force, and with what waited; hard limits may have become tighter since."""
    hard = state.account.hard_limits
    if record.policy_in_force is not None:
        state.policy = hard.obeyed(policy_kept(record.policy_in_force, state.policy))
    if record.policy_next is not None:
        state.policy_next = hard.obeyed(policy_kept(record.policy_next, state.policy))


def _note(state: State, actor: str, action: str, before: RiskPolicy, after: RiskPolicy) -> None:
    old, new = plain_policy(before), plain_policy(after)
    changed = [name for name in new if old[name] != new[name]]
    words = [{name: "none" if policy[name] is None else str(policy[name]) for name in changed} for policy in (old, new)]
    note(state, actor, action, state.account.account_id, *words)
