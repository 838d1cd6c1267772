"""What a look at the service shows that a person must know: dead letters, a broker away, a long standstill.

Fed by session, with each look's health, once a second; feeds the alert desk. What the core decides it says itself.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.domain.instant import iso
from engine.domain.records import HealthRecord

AWAY_S = 15.0  # a stream that breaks is open again within seconds, and a report that fails is asked for again
STILL_S = 60.0  # looks come each second
_STAY = "Orders at work there stay there."
Tell = Callable[[str, str, str], None]
"""Called with kind, subject and text."""


class AlertCauses:
    """Remembers the last look. Times are seconds of the monotonic clock."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._looked_at: float | None = None
        self._letters: int | None = None
        self._away_since: float | None = None
        self._away_told = ""

    def look(self, health: HealthRecord, now: float) -> None:
        """Raise what is new in this look."""
        self._standstill(health, now)
        self._dead_letters(health)
        self._broker(health, now)

    def _standstill(self, health: HealthRecord, now: float) -> None:
        before, self._looked_at = self._looked_at, now
        if before is None or now - before <= STILL_S:
            return
        text = f"The engine stood still for {now - before:.0f} s, until {iso(health.heartbeat_at)}; it goes on"
        self._tell("heartbeat_missing", f"still until {health.heartbeat_at}", text)

    def _dead_letters(self, health: HealthRecord) -> None:
        before, self._letters = self._letters, health.dead_letters
        if before is None or health.dead_letters <= before:
            return
        wait = f"{health.dead_letters} dead letters wait" if health.dead_letters > 1 else "1 dead letter waits"
        text = f"Firestore refuses a record for good: {wait} for a person, to be sent again or discarded"
        self._tell("dead_letter", health.engine_instance, text)

    def _broker(self, health: HealthRecord, now: float) -> None:
        away = health.broker_state == "away" or health.truth_state == "unknown"
        if not away:
            if self._away_told:
                self._tell(
                    "broker_back", self._away_told, "The broker answers again; what happened meanwhile is asked for"
                )
            self._away_since, self._away_told = None, ""
            return
        if self._away_since is None:
            self._away_since = now
        if self._away_told or now - self._away_since < AWAY_S:
            return
        for_s = f"{now - self._away_since:.0f} s"
        if health.truth_state == "unknown" and health.truth_differences:
            text = f"The broker has not answered for {for_s}. {_STAY} {health.truth_differences[-1]}"
        else:  # its reports may come all the same, or one is not due yet
            learned = "what happens there is learned from its reports, as far as they come"
            text = f"The broker's stream of news is broken for {for_s}: {learned}. {_STAY}"
        self._away_told = f"{health.engine_instance} {health.heartbeat_at}"
        self._tell("broker_away", self._away_told, text)
