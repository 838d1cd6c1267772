"""When an engine makes the check of its broker by itself, unasked. Asked by the broker doctor."""

from __future__ import annotations

from datetime import timedelta

from engine.domain.instant import MINUTE, instant_of
from engine.market_data.calendar import Calendar
from engine.ports import Clock

BEFORE_OPEN_US = 25 * MINUTE  # Angel One's session begins 45 minutes before the open, prices are connected 20 before
AFTER_MIDNIGHT = timedelta(minutes=5)  # beside what else a day's first minute brings


class Mornings:
    """Once a trading day, so long before the open that a person can still act, so late that the session is there."""

    def __init__(self, broker: str, calendar: Calendar, clock: Clock) -> None:
        self._broker, self._calendar, self._clock = broker, calendar, clock
        self._made = ""

    def __call__(self) -> str | None:
        """The broker, where it is due; it is then taken as made."""
        now = instant_of(self._clock.now())
        session = self._calendar.session_on(self._calendar.day_at(now))
        if (
            session is None
            or session.day == self._made
            or not session.open_at - BEFORE_OPEN_US <= now < session.open_at
        ):
            return None
        self._made = session.day
        return self._broker


class Daily:
    """At a broker that never closes: at the start, and once a day (UTC) from then on."""

    def __init__(self, broker: str, clock: Clock) -> None:
        self._broker, self._clock = broker, clock
        self._made = ""

    def __call__(self) -> str | None:
        """The broker, where it is due; it is then taken as made."""
        day = (self._clock.now() - AFTER_MIDNIGHT).date().isoformat()
        if day == self._made:
            return None
        self._made = day
        return self._broker
