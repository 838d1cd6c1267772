"""When a breaker trips, and what lifts it: docs/decisions/0009-risk.md as functions. Asked by tripping.py.

A check allows its limit, a breaker trips at it. Equity is cash and open positions at their last prices: net of all
charges paid, and without those that closing the positions would cost, which nobody has paid yet.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from engine.domain.instant import SECOND, Instant
from engine.domain.records import TripKind, TripRecord
from engine.domain.risk import RiskPolicy

REJECTS_WITHIN_US = 60 * SECOND
_HUNDRED = Decimal(100)
_MOST_REJECTS = 1_000  # no limit is that high
UNREAD_MAX = 3  # one may be a hiccup of the broker's; each has cost its symbol a minute of look-ups

_LIFTED_BY: Mapping[TripKind, str] = {
    TripKind.DAILY_STOP: "the next session lifts it",
    TripKind.WEEKLY_STOP: "the next week's first session lifts it",
    TripKind.DRAWDOWN: "a person's resume lifts it, and the high-water mark begins anew at the equity of then",
    TripKind.LOSING_STREAK: "the next session or a person's resume lifts it",
    TripKind.REJECT_STORM: "a person's resume lifts it",
    TripKind.UNREAD_REFUSALS: "the next session or a person's resume lifts it",
    TripKind.FEED_LOST: "the next session or a person's resume lifts it",
    TripKind.NOT_RECONCILED: "the comparison lifts it",
}
LIFTED_BY_A_PERSON = frozenset(
    {TripKind.DRAWDOWN, TripKind.LOSING_STREAK, TripKind.REJECT_STORM, TripKind.UNREAD_REFUSALS, TripKind.FEED_LOST}
)
_LIFTED_BY_A_SESSION = frozenset(
    {TripKind.DAILY_STOP, TripKind.LOSING_STREAK, TripKind.UNREAD_REFUSALS, TripKind.FEED_LOST}
)


class Books(Protocol):
    """What trips rest on of the ledger: money in the account's currency, the trading day in ISO."""

    day: str
    start_equity_day: Decimal
    start_equity_week: Decimal
    high_water_mark: Decimal
    losses_in_a_row: int


class Floor:
    """The highest equity at which any loss trips. Kept until what it rests on is another: it is asked each minute."""

    __slots__ = ("_ahead", "_ahead_of", "_day", "_equity", "_mark", "_policy", "_week")

    def __init__(self) -> None:
        self._policy: RiskPolicy | None = None
        self._day = self._week = self._mark = self._equity = Decimal(0)
        self._ahead_of: tuple[object, ...] = ()
        self._ahead = Decimal(0)

    def reached(self, equity: Decimal, policy: RiskPolicy, ledger: Books) -> bool:
        """Whether equity (currency) is at or below it."""
        if (
            self._policy is not policy
            or self._day is not ledger.start_equity_day
            or self._week is not ledger.start_equity_week
            or self._mark is not ledger.high_water_mark
        ):
            self._policy, self._mark = policy, ledger.high_water_mark
            self._day, self._week = ledger.start_equity_day, ledger.start_equity_week
            self._equity = floor_of(policy, ledger, self._mark)
        return equity <= self._equity

    def ahead(self, policy: RiskPolicy, ledger: Books, mark: Decimal, tripped: Iterable[TripKind]) -> Decimal:
        """`floor_of`, kept until it is asked about something else."""
        rests_on = (policy, ledger.start_equity_day, ledger.start_equity_week, mark, *tripped)
        if self._ahead_of != rests_on:
            self._ahead_of, self._ahead = rests_on, floor_of(policy, ledger, mark, rests_on[4:])  # type: ignore[arg-type]
        return self._ahead


def floor_of(policy: RiskPolicy, ledger: Books, mark: Decimal, tripped: Container[TripKind] = ()) -> Decimal:
    """The highest equity (currency) at which a loss trips that has not `tripped`, with this high-water mark.

    Minus infinity where all of them have.
    """
    floors = []
    if TripKind.DAILY_STOP not in tripped:
        floors.append(_less(ledger.start_equity_day, policy.day_loss_max_pct))
        if policy.day_loss_max is not None:
            floors.append(ledger.start_equity_day - policy.day_loss_max)
    if TripKind.WEEKLY_STOP not in tripped:
        floors.append(_less(ledger.start_equity_week, policy.week_loss_max_pct))
    if TripKind.DRAWDOWN not in tripped:
        floors.append(_less(mark, policy.drawdown_max_pct))
    return max(floors, default=Decimal("-Infinity"))


def losses(equity: Decimal, policy: RiskPolicy, ledger: Books, at: Instant) -> list[TripRecord]:
    """What an equity (currency) trips: the day's stop, the week's, the drawdown."""
    found = [_daily(equity, policy, ledger, at)]
    start, limit = ledger.start_equity_week, policy.week_loss_max_pct
    if equity <= _less(start, limit):
        percent = _percent(equity - start, start)
        words = f"Weekly stop: {percent:.2f} % this week, limit -{limit:.2f} %"
        found.append(_trip(TripKind.WEEKLY_STOP, ledger, at, percent, -limit, words))
    mark, limit = ledger.high_water_mark, policy.drawdown_max_pct
    if equity <= _less(mark, limit):
        percent = _percent(mark - equity, mark)
        words = f"Drawdown: {percent:.2f} % below the high-water mark of {mark:.2f}, limit {limit:.2f} %"
        found.append(_trip(TripKind.DRAWDOWN, ledger, at, percent, limit, words))
    return [trip for trip in found if trip is not None]


def _daily(equity: Decimal, policy: RiskPolicy, ledger: Books, at: Instant) -> TripRecord | None:
    start, limit, money = ledger.start_equity_day, policy.day_loss_max_pct, policy.day_loss_max
    if equity <= _less(start, limit):
        percent = _percent(equity - start, start)
        words = f"Daily stop: {percent:.2f} % today, limit -{limit:.2f} %"
        return _trip(TripKind.DAILY_STOP, ledger, at, percent, -limit, words)
    if money is not None and equity <= start - money:
        words = f"Daily stop: {equity - start:.2f} today, limit -{money:.2f}"
        return _trip(TripKind.DAILY_STOP, ledger, at, equity - start, -money, words)
    return None


def losing_streak(policy: RiskPolicy, ledger: Books, at: Instant) -> TripRecord | None:
    """Closed trades lost one after another."""
    limit, found = policy.losses_in_a_row_max, ledger.losses_in_a_row
    if limit is None or found < limit:
        return None
    words = f"Losing streak: {found} trades lost one after another, limit {limit}"
    return _trip(TripKind.LOSING_STREAK, ledger, at, Decimal(found), Decimal(limit), words)


class Rejections:
    """When the broker rejected orders lately, by market time."""

    __slots__ = ("_at",)

    def __init__(self) -> None:
        self._at: deque[Instant] = deque(maxlen=_MOST_REJECTS)

    def add(self, at: Instant) -> None:
        """One more."""
        self._at.append(at)

    def within(self, at: Instant) -> int:
        """How many in the 60 s until an instant, the sixtieth included."""
        while self._at and at - self._at[0] > REJECTS_WITHIN_US:
            self._at.popleft()
        return len(self._at)

    def clear(self) -> None:
        """A person has seen to them."""
        self._at.clear()


def reject_storm(
    policy: RiskPolicy, ledger: Books, rejections: Rejections, at: Instant, last: str
) -> TripRecord | None:
    """Rejections by the broker within 60 s; `last` is what it said to the last one."""
    found, limit = rejections.within(at), policy.rejects_max
    if found < limit:
        return None
    words = f"Reject storm: the broker rejected {found} orders within 60 s, limit {limit} (the last: {last})"
    return _trip(TripKind.REJECT_STORM, ledger, at, Decimal(found), Decimal(limit), words)


def unread_refusals(ledger: Books, found: int, at: Instant, last: str, *, needs_person: bool) -> TripRecord | None:
    """So many entries in a row that the broker refused in words that are in no list; `last` are those of the last one,
    which stop everything by themselves where they need a person.
    """
    if found < UNREAD_MAX and not needs_person:
        return None
    limit = 1 if needs_person else UNREAD_MAX
    orders = f"{found} entries in a row" if found > 1 else "an order"
    words = f"Unread refusals: {orders} refused by the broker in words of no list, limit {limit} (the last: {last})"
    return _trip(TripKind.UNREAD_REFUSALS, ledger, at, Decimal(found), Decimal(limit), words)


def feed_lost(policy: RiskPolicy, ledger: Books, symbol: str, silent_us: int, at: Instant) -> TripRecord | None:
    """No price of a held symbol for so long."""
    limit = policy.feed_lost_s
    if silent_us < limit * SECOND:
        return None
    found = Decimal(silent_us // SECOND)
    words = f"Feed lost: no price of {symbol} for {found} s while it is held, limit {limit} s"
    return _trip(TripKind.FEED_LOST, ledger, at, found, Decimal(limit), words)


def not_reconciled() -> TripRecord:
    """The hold of an account from its start until the broker's first report was compared with its books."""
    kind = TripKind.NOT_RECONCILED
    words = f"Not reconciled: the broker's report is not compared with the books yet; {_LIFTED_BY[kind]}"
    return TripRecord(kind, 0, Decimal(0), Decimal(1), words, _LIFTED_BY[kind])


def lifted_by_session(trip: TripRecord, day: str) -> bool:
    """Whether the session of a day (ISO) lifts it. A week turns with its first session, be that a Tuesday's."""
    if trip.kind is TripKind.WEEKLY_STOP:
        return not trip.day or _week(day) > _week(trip.day)
    return trip.kind in _LIFTED_BY_A_SESSION and day > trip.day


def period_of(trip: TripRecord) -> str:
    """What the trip belongs to, so that told again it is the same: its week, its day, else its moment."""
    if trip.kind is TripKind.WEEKLY_STOP and trip.day:
        return _week(trip.day)
    return trip.day if trip.kind is TripKind.DAILY_STOP else str(trip.at)


def _trip(kind: TripKind, ledger: Books, at: Instant, found: Decimal, limit: Decimal, words: str) -> TripRecord:
    return TripRecord(kind, at, found, limit, f"{words}; {_LIFTED_BY[kind]}", _LIFTED_BY[kind], ledger.day)


def _week(day: str) -> str:
    """The ISO week of a day, as 2026-W10: later weeks compare as greater."""
    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year:04d}-W{week:02d}"


def _less(start: Decimal, pct: Decimal) -> Decimal:
    return start * (_HUNDRED - pct) / _HUNDRED


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    """In percent, unrounded; -100 of what was nothing or less to begin with."""
    return part * 100 / whole if whole > 0 else -_HUNDRED
