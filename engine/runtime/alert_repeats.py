"""Whether an alert is new or happened a moment ago. Asked by alerting before an alert is written or sent anywhere.

The first of a cause passes at once. What comes of the same cause within its window is counted, and told as a number
when the window closes. While it goes on the windows double, from a minute to an hour, so a fault of a night is a dozen
messages. Time is the monotonic clock's, handed in: a market that runs ten times as fast makes no ten times the noise.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.records import AlertRecord

WINDOW_S = 60.0
LONGEST_S = 3600.0
CAUSES_MAX = 2000  # a cause is 200 bytes; beyond, the one that was quiet longest is told and forgotten


@dataclass(frozen=True, slots=True)
class Repeated:
    """An alert that happened `more` times again within the `over_s` seconds that have passed."""

    alert: AlertRecord
    more: int
    over_s: float


@dataclass(slots=True)
class _Cause:
    alert: AlertRecord
    opened_at: float
    length_s: float = WINDOW_S
    more: int = 0


class Repeats:
    """One account's. Not safe to share between threads by itself."""

    def __init__(self) -> None:
        self._causes: OrderedDict[str, _Cause] = OrderedDict()
        self._pushed_out: list[Repeated] = []

    def passes(self, alert: AlertRecord, now: float) -> bool:
        """Whether to tell of this one; otherwise it is counted."""
        cause = self._causes.get(alert.alert_id)
        if cause is None:
            self._causes[alert.alert_id] = _Cause(alert, now)
            if len(self._causes) > CAUSES_MAX:
                _, oldest = self._causes.popitem(last=False)
                self._pushed_out += _told(oldest, now)
            return True
        cause.more += 1
        cause.alert = _again(cause.alert, alert)
        self._causes.move_to_end(alert.alert_id)
        return False

    def closed(self, now: float) -> Sequence[Repeated]:
        """What was counted in windows that have closed by now. One in which nothing came is forgotten."""
        told, self._pushed_out = self._pushed_out, []
        for alert_id, cause in list(self._causes.items()):
            if now - cause.opened_at < cause.length_s:
                continue
            if cause.more == 0:
                del self._causes[alert_id]
                continue
            told += _told(cause, now)
            cause.opened_at, cause.more = now, 0
            cause.length_s = min(cause.length_s * 2, LONGEST_S)
        return told

    def all(self, now: float) -> Sequence[Repeated]:
        """What was counted and not told, whatever its window: for the end."""
        told = [*self._pushed_out, *(each for cause in self._causes.values() for each in _told(cause, now))]
        self._causes.clear()
        self._pushed_out = []
        return told


def _told(cause: _Cause, now: float) -> list[Repeated]:
    return [Repeated(cause.alert, cause.more, now - cause.opened_at)] if cause.more else []


def _again(first: AlertRecord, newest: AlertRecord) -> AlertRecord:
    """The first one, having happened once more, in the newest words: they may say more (that nothing more is tried)."""
    return AlertRecord(
        alert_id=first.alert_id,
        severity=first.severity,
        kind=first.kind,
        text=newest.text,
        at=first.at,
        count=first.count + 1,
        last_at=newest.at,
        delivered_to=first.delivered_to,
    )


def words_of(repeated: Repeated) -> str:
    """`… and 9,999 more in the last minute`."""
    minutes = round(repeated.over_s / 60)
    span = "minute" if minutes <= 1 else f"{minutes} minutes" if minutes < 90 else f"{round(minutes / 60)} hours"
    return f"{repeated.alert.text} … and {repeated.more:,} more in the last {span}"
