"""How far a broker's clock is from ours, by the date of its answers. Fed by its calls; asked by its doctor."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from engine.ports import Clock


class ClockSkew:
    """`seconds` that the broker's clock is ahead of ours, to a second; None before an answer with a date."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.seconds: float | None = None

    def learn(self, date: str) -> None:
        """From the header of an answer; one that is no date says nothing."""
        try:
            told = parsedate_to_datetime(date)
        except (ValueError, OverflowError):
            return
        told = told if told.tzinfo is not None else told.replace(tzinfo=UTC)
        ours: datetime = self._clock.now()
        self.seconds = (told - ours).total_seconds()
