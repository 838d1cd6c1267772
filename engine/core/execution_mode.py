"""What happens when the effective mode changes. Called by engine.py; decided by runtime/mode, never here.

The core has no opinion of its own: without a word from the runtime a live account is dry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.core.audit import note
from engine.core.publish import publish_alert
from engine.core.publish_bots import publish_bot
from engine.core.sending import withdraw_entries
from engine.core.state import State
from engine.domain.account import Mode
from engine.domain.effective import EffectiveMode
from engine.domain.events import ModeChanged
from engine.domain.records.audit import ENGINE


def on_mode_changed(state: State, event: ModeChanged) -> None:
    """Entries of a live account go on, or stop; those on their way are taken back. Paper accounts hear nothing."""
    if state.account.mode is not Mode.LIVE or event.mode is EffectiveMode.PAPER:
        return
    before, state.mode, state.mode_reasons = state.mode, event.mode, event.reasons
    if before is not event.mode:
        state.reach_now()
        note(state, ENGINE, "mode_changed", state.account.account_id, before.value, _words(event))
        if event.mode is EffectiveMode.DRY:
            withdraw_entries(state, state.now, reason="live trading is dry")
            publish_alert(state, "warning", "dry", str(state.now), f"No live entries: {'; '.join(event.reasons)}")
        else:
            publish_alert(state, "info", "live", str(state.now), "Live trading: entries are sent to the broker")
    if state.views:
        for bot_id in sorted(state.bots):
            publish_bot(state, state.bots[bot_id])


def _words(event: ModeChanged) -> dict[str, str]:
    return {"text": event.mode.value, **({"reasons": "; ".join(event.reasons)} if event.reasons else {})}


HANDLERS: dict[type, Callable[[State, Any], None]] = {ModeChanged: on_mode_changed}
