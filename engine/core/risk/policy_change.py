"""From one policy to another: what is tighter holds at once, what is looser from the next session on. Pure.

Asked by policy.py when a person sets a policy, and by the API, which shows what would come of it.
"""

from __future__ import annotations

from engine.domain.risk import RiskPolicy, with_limits
from engine.domain.risk_limits import LIMITS, Preset, tighter_of


def change(in_force: RiskPolicy, wanted: RiskPolicy) -> tuple[RiskPolicy, RiskPolicy | None]:
    """The policy that holds now, and the one of the next session where anything waits for it.

    Each limit by itself: of lists what both leave holds now. `adaptive` is a limit too, since it tightens by itself:
    it begins at once, and ends with the next session. Other presets are names, no more.
    """
    tight = {
        limit.name: tighter_of(limit, getattr(in_force, limit.name), getattr(wanted, limit.name)) for limit in LIMITS
    }
    preset = in_force.preset if in_force.preset is Preset.ADAPTIVE else wanted.preset
    now = with_limits(in_force, {**tight, "preset": preset})
    return now, None if now == wanted else wanted
