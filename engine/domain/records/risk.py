"""What has tripped. Made by core/risk/trips, kept on the account's record, so that no restart lifts it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from engine.domain.instant import Instant


class TripKind(StrEnum):
    """What trips a breaker. The value is the `blocking_reason` of entries, and the kind of the alert."""

    DAILY_STOP = "daily_stop"
    WEEKLY_STOP = "weekly_stop"
    DRAWDOWN = "drawdown"
    LOSING_STREAK = "losing_streak"
    REJECT_STORM = "reject_storm"
    UNREAD_REFUSALS = "unread_refusals"
    FEED_LOST = "feed_lost"
    NOT_RECONCILED = "not_reconciled"


@dataclass(frozen=True, slots=True)
class TripRecord:
    """A breaker that has tripped and is not lifted yet.

    found, limit    percent (of the day's or the week's start equity: negative; below the high-water mark: positive),
                    trades, rejections or seconds, by the kind; of a stop in money, currency (negative)
    detail          a sentence with the numbers and what lifts it
    lifted_by       what lifts it, in words
    day             the trading day it tripped on, ISO; empty before any session
    """

    kind: TripKind
    at: Instant
    found: Decimal
    limit: Decimal
    detail: str
    lifted_by: str
    day: str = ""
