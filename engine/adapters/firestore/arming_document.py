"""What controls/{account} says of arming. Read for the control plane; the API writes it.

Whatever is odd is unreadable.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.domain.arming import Arming
from engine.domain.instant import Instant, instant_of


def read_arming(controls: Mapping[str, Any]) -> Arming:
    """As of these controls; empty ones were never read."""
    if not controls:
        return Arming(None, None)
    read_only = controls.get("read_only", False)
    return Arming(_until(controls.get("armed")), read_only if isinstance(read_only, bool) else None)


def _until(armed: object) -> Instant | None:
    if armed is None:
        return 0
    until = armed.get("until") if isinstance(armed, Mapping) else None
    return instant_of(until) if isinstance(until, datetime) else None
