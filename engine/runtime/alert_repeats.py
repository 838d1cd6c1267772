"""Whether an alert is new or happened a moment ago. Asked by alerting before an alert is written or sent anywhere.

The first of a cause passes at once. What comes of the same cause within its window is counted, and told as a number
when the window closes. While it goes on the windows double, from a minute to an hour, so a fault of a night is a dozen
messages. Time is the monotonic clock's, handed in: a market that runs ten times as fast makes no ten times the noise.

Some alerts come in turns, each another one: entries stop and go on, a broker is away and back. A store that is slow now
and then would have them take turns all night, so beyond two there and back it is told how things stand, once they have
stood so for a minute, and each ten minutes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.domain.records import AlertRecord

WINDOW_S = 60.0
LONGEST_S = 3600.0
TURNS_TOLD = 4  # there and back, twice
TURNS_S = 600.0
SETTLED_S = 60.0
CAUSES_MAX = 2000  # a cause is 200 bytes; beyond, the one that was quiet longest is told and forgotten


# Kinds that take turns, and what they are about. Each turn is in the audit log, or in the account's health.
TURNS = {
    **dict.fromkeys(("dry", "live"), "mode"),
    **dict.fromkeys(("held", "let_go"), "journal"),
    **dict.fromkeys(("broker_away", "broker_back"), "broker"),
}


@dataclass(frozen=True, slots=True)
class Repeated:
    """An alert that happened `more` times again within the `over_s` seconds that have passed; of `turns` the newest,
    and `more` of them before it that were not told either.
    """

    alert: AlertRecord
    more: int
    over_s: float
    turns: bool = False


@dataclass(slots=True)
class _Cause:
    alert: AlertRecord
    opened_at: float
    length_s: float = WINDOW_S
    more: int = 0


@dataclass(slots=True)
class _Turns:
    """`told` of them since there was none for a while; `held_back` since `held_back_at`, the newest at `newest_at`. How
    long things have to stand before it is told doubles each time that it is.
    """

    newest_at: float
    newest: AlertRecord | None = None
    told: int = 0
    held_back: int = 0
    held_back_at: float = 0.0
    settled_s: float = SETTLED_S

    def passes(self, alert: AlertRecord, now: float) -> bool:
        """Whether to tell of it; otherwise it is held back."""
        if not self.held_back:
            if now - self.newest_at >= TURNS_S:
                self.told, self.settled_s = 0, SETTLED_S
            self.held_back_at = now
        self.newest_at = now
        if self.told < TURNS_TOLD:
            self.told += 1
            return True
        self.held_back, self.newest = self.held_back + 1, alert
        return False

    def due(self, now: float) -> bool:
        """Whether things have stood as they do for long enough, or it is time to say that they don't."""
        return now - self.newest_at >= self.settled_s or now - self.held_back_at >= TURNS_S

    def take(self, now: float) -> list[Repeated]:
        """What was held back."""
        if self.newest is None:
            return []
        told = Repeated(replace(self.newest, count=self.held_back), self.held_back - 1, now - self.held_back_at, True)
        self.held_back, self.newest = 0, None
        self.settled_s = min(2 * self.settled_s, TURNS_S)
        return [told]


class Repeats:
    """One account's. Not safe to share between threads by itself."""

    def __init__(self) -> None:
        self._causes: OrderedDict[str, _Cause] = OrderedDict()
        self._turns: dict[str, _Turns] = {}
        self._pushed_out: list[Repeated] = []

    def passes(self, alert: AlertRecord, now: float) -> bool:
        """Whether to tell of this one; otherwise it is counted."""
        cause = self._causes.get(alert.alert_id)
        if cause is None:
            about = TURNS.get(alert.kind)
            if about is not None and not self._turns.setdefault(about, _Turns(now)).passes(alert, now):
                return False
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
        return [*told, *(each for turns in self._turns.values() if turns.due(now) for each in turns.take(now))]

    def all(self, now: float) -> Sequence[Repeated]:
        """What was counted and not told, whatever its window: for the end."""
        told = [*self._pushed_out, *(each for cause in self._causes.values() for each in _told(cause, now))]
        told += [each for turns in self._turns.values() for each in turns.take(now)]
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
    """`… and 9,999 more in the last minute`; of turns `… after 12 more turns in the last 10 minutes`."""
    if not repeated.more:
        return repeated.alert.text
    minutes = round(repeated.over_s / 60)
    span = "minute" if minutes <= 1 else f"{minutes} minutes" if minutes < 90 else f"{round(minutes / 60)} hours"
    told = f"after {repeated.more:,} more turns" if repeated.turns else f"and {repeated.more:,} more"
    return f"{repeated.alert.text} … {told} in the last {span}"
