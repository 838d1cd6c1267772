"""When health and prices are worth a write: presence of a difference decides, and a heartbeat. Asked by session.py.

A write is billed, and a screen that nobody looks at needs none. So prices go once a second while a screen watches and
every ten seconds otherwise, if they changed. Health goes at once when something changed that a person would act on, and
else every ten seconds, watched or not: what lies between (ages, counts) a screen can tell to ten seconds, and calls
nothing late before thirty. Health also rides along with the account's money, which is the same document.
"""

from __future__ import annotations

from engine.domain.records import HealthRecord, QuotesRecord
from engine.runtime.health import is_news

LOOK_S = 1.0  # how often it is looked at all; a beat is late by as much at most
HEARTBEAT_S = 10.0
WATCHED_S = 1.0  # least time between two writes of prices while a screen watches
UNWATCHED_S = 10.0


class Telling:
    """What was told last of one account, and when, in seconds of the monotonic clock."""

    def __init__(self) -> None:
        self._looked_at = -LOOK_S
        self._health: HealthRecord | None = None
        self._health_at = 0.0
        self._quotes: QuotesRecord | None = None
        self._quotes_at = -UNWATCHED_S

    def looks(self, now: float, *, force: bool) -> bool:
        """Whether it is time to look again; if so it is noted."""
        due = force or now - self._looked_at >= LOOK_S
        if due:
            self._looked_at = now
        return due

    @property
    def has_begun(self) -> bool:
        """Whether health was told before: the account lives, and is not just being recovered."""
        return self._health is not None

    def health(self, record: HealthRecord, now: float, *, beats: bool) -> bool:
        """Whether to write this health now; without `beats` for its news alone."""
        beat = beats and now - self._health_at >= HEARTBEAT_S
        if not beat and not is_news(record, self._health):
            return False
        self.told(record, now)
        return True

    def told(self, record: HealthRecord, now: float) -> None:
        """This health is being written, whoever decided it."""
        self._health, self._health_at = record, now

    def quotes(self, record: QuotesRecord, now: float, *, pause_s: float) -> bool:
        """Whether to write these prices now, so many seconds after the last at the earliest."""
        if now - self._quotes_at < pause_s or record == self._quotes:
            return False
        self._quotes, self._quotes_at = record, now
        return True
