"""Pages of closed trades, kept while no further trade closes. Fed by the records route; feeds it from memory or lists.

Closed trades are facts: a page of them changes only when a trade closes, and then the account's roll-up does too. So a
request reads the roll-up, one document or the engine's snapshot, and the 50 documents of a page only when that moved.
Roll-up and trade are written in the same moment, but may arrive apart: a page counts as settled when it was read
`SETTLED_S` after the roll-up moved, and is read anew every `UNSETTLED_S` until then. A settled page is read anew after
`KEPT_S`, for the trade that a fault held back longer.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from flask import Response

from engine.api.answers import answered
from engine.api.authentication import caller
from engine.api.lists import page_of
from engine.api.models.queries import BotPageQuery
from engine.api.reads import roll_up
from engine.api.services import services
from engine.ports import Clock, Page

UNSETTLED_S = 1.0
SETTLED_S = 10.0
KEPT_S = 60.0
PAGES_MAX = 64  # of up to 200 trades of some 500 bytes: 6 MB at most

Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A page, the roll-up it was read beside, since when that stands (wall time), and when it was read (monotonic)."""

    page: Page
    version: Key
    version_since: datetime
    settled: bool
    read_at: float


class TradePages:
    """The pages read last, of all users of this process; safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()

    def page(self, key: Key, version: Key, moved_at: datetime | None, read: Callable[[], Page]) -> Page:
        """The page of a key, `read` where none is kept that still holds.

        `version` is what the roll-up says now, `moved_at` the wall time it was written at; None where nobody says.
        """
        now = self._clock.monotonic()
        with self._lock:
            kept = self._kept.get(key)
        same = kept is not None and kept.version == version
        if kept is not None and same and now - kept.read_at < (KEPT_S if kept.settled else UNSETTLED_S):
            return kept.page
        since = kept.version_since if kept is not None and same else moved_at or self._clock.now()
        settled = (self._clock.now() - since).total_seconds() >= SETTLED_S
        made = _Kept(read(), version, since, settled, now)
        with self._lock:
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > PAGES_MAX:
                self._kept.popitem(last=False)
        return made.page


def listed_trades(query: BotPageQuery) -> Response:
    """A page of the caller's closed trades; an empty one for a caller without an account."""
    uid = caller().uid
    account_id = services().ownership.account_to_read(uid, query.account_id)
    if account_id is None:
        return answered({"items": [], "cursor": None})
    sums = roll_up(account_id, "all").fields
    moved_at = sums.get("updated_at")
    page = services().trades.page(
        (uid, account_id, query.bot_id, query.symbol, query.limit, query.cursor),
        (sums["trades"], sums["charges"], sums["net_pnl"]),
        moved_at if isinstance(moved_at, datetime) else None,
        lambda: page_of("closed_trades", query),
    )
    return answered({"items": page.items, "cursor": page.cursor})
