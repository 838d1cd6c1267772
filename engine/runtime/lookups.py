"""Orders whose fate is not known here, and when the venue is asked about each next. Kept by dispatch.py: whoever sends
adds to them, from two threads, and one asks.

Absence is not believed before 60 s since the send, the longest that a request without an expiry of its own may live in
a network, and not before two answers in a row.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from math import inf

from engine.domain.effects import CancelOrder
from engine.domain.instant import Instant

FIRST_S, LONGEST_S = 1.0, 15.0
BELIEVED_AFTER_S = 60.0
BELIEVED_AFTER_LOOKS = 2


@dataclass(slots=True)
class LookUp:
    """One order to ask about. `lost_at`: there was no answer to its send, and by market time it was decided then.
    `cancel`: no answer to that, to be asked again.

    `since`, when the last of the two was, and `due` by monotonic time; `absent` counts the answers in a row that there
    is no such order. `asking`: it is being asked about; `wished` is by when somebody has wished meanwhile that it be
    asked about again.
    """

    order_id: str
    since: float
    due: float
    lost_at: Instant | None
    cancel: CancelOrder | None = None
    tries: int = 0
    absent: int = 0
    asking: bool = False
    wished: float = inf


class LookUps:
    """Each order once. Every wait is twice the one before, up to 15 s. What is wished while an order is asked about is
    not settled by that answer, which may be older than the wish.
    """

    def __init__(self, believed_after_s: float = BELIEVED_AFTER_S) -> None:
        self._believed_after_s = believed_after_s
        self._lock = threading.Lock()
        self._asked: dict[str, LookUp] = {}

    def add(
        self,
        order_id: str,
        now: float,
        *,
        in_s: float,
        lost_at: Instant | None = None,
        cancel: CancelOrder | None = None,
    ) -> None:
        """Ask about an order in so many seconds; one that is asked about already goes on as it was, but that the time
        of a send without an answer, or of a cancellation, begins with that. `lost_at`: when an order without an answer
        was decided, None of one that had an answer.
        """
        with self._lock:
            known = self._asked.get(order_id)
            if known is None:
                self._asked[order_id] = LookUp(order_id, now, now + in_s, lost_at, cancel)
                return
            if (lost_at is not None and known.lost_at is None) or (cancel is not None and known.cancel is None):
                known.since, known.absent = now, 0
            known.lost_at, known.cancel = known.lost_at if lost_at is None else lost_at, cancel or known.cancel
            if known.asking:
                known.wished = min(known.wished, now + in_s)
            else:
                known.due = min(known.due, now + in_s)

    def due(self, now: float) -> list[LookUp]:
        """Those it is time to ask about; each is to be `settled` or asked about `again`."""
        with self._lock:
            return [asked for asked in self._asked.values() if asked.due <= now]

    def asking(self, asked: LookUp) -> None:
        """The question leaves now."""
        with self._lock:
            asked.asking = True

    def next_s(self, now: float) -> float:
        """Seconds until the next is due."""
        with self._lock:
            return min((max(0.0, asked.due - now) for asked in self._asked.values()), default=LONGEST_S)

    def again(self, asked: LookUp, now: float, *, absent: bool) -> None:
        """Nothing is settled: ask later. Only an answer counts, and one that is no answer breaks the row."""
        asked.tries += 1
        asked.absent = asked.absent + 1 if absent else 0
        with self._lock:
            self._ask_at(asked, now + min(FIRST_S * 2.0 ** min(asked.tries, 10), LONGEST_S))

    def believed_absent(self, asked: LookUp, now: float) -> bool:
        """Whether, with the answer that came just now, the venue's book has no such order and will have none."""
        return asked.absent + 1 >= BELIEVED_AFTER_LOOKS and now - asked.since >= self._believed_after_s

    def settled(self, asked: LookUp) -> None:
        """Its fate is known."""
        with self._lock:
            if asked.wished == inf:
                del self._asked[asked.order_id]
            else:
                self._ask_at(asked, asked.wished)

    def _ask_at(self, asked: LookUp, due: float) -> None:
        asked.due, asked.asking, asked.wished = min(due, asked.wished), False, inf
