"""How the service is doing for an account, and the prices its screens need, as records. Asked by session.py.

Most of a health record only moves: ages, counts, the heartbeat. What a person would act on is news, and news alone is
worth a write of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_EVEN, Decimal
from operator import attrgetter

from engine.core.state import State
from engine.domain.instant import Instant, instant_of, iso
from engine.domain.records import HealthRecord, QuoteEntry, QuotesRecord
from engine.ports import Clock, MarketFeed, QueueStatus

LATE_S = 5.0  # without a tick on a market that sends several a second
STALE_S = 30.0
BACKLOG_AGE_S = 10.0  # of the oldest record that waits; screens warn from there on
_PERCENT_UNIT = Decimal("0.01")
_MOVES = frozenset(
    {
        "truth_checked_at", "heartbeat_at", "queue_depth", "queue_oldest_age_s", "queue_attempts", "queue_delivered",
        "queue_delivered_per_s", "queue_parked", "journal_detail", "last_tick_at", "ticks", "ticks_dropped",
    }
)  # fmt: skip
_still = attrgetter(*(field.name for field in fields(HealthRecord) if field.name not in _MOVES))


@dataclass(slots=True)
class Pulse:
    """What the session has seen, by monotonic time: when it started, and when the last tick came."""

    started_at: float
    last_tick_at: float | None = None
    ticks_seen: int = 0
    finished: bool = False
    instance: str = ""
    epoch: int = 0
    pid: int = 0
    on_air: Callable[[], bool] = lambda: True  # whether prices are to be expected at all

    def see(self, ticks: int, now: float) -> None:
        """The engine has taken so many ticks by now."""
        if ticks != self.ticks_seen:
            self.ticks_seen, self.last_tick_at = ticks, now


@dataclass(slots=True)
class BrokerSeen:
    """How the venue does: `simulated`, `connected`, `away` or `closed` (out of its hours); when its last report came
    (wall), or why none comes.
    """

    state: str = "simulated"
    checked_at: Instant | None = None
    failing: str | None = None
    failing_since: Instant = 0
    session: str = ""  # how the login stands, in a word of the broker's adapter; empty where there is none
    until: Instant | None = None  # when that ends by itself, by the market's clock


def truth_of(state: State, seen: BrokerSeen) -> tuple[str, tuple[str, ...]]:
    """Whether broker and books are in step, and what differs, in words. What was not compared is not in step."""
    said = state.truth.sentences()
    if state.breaker.broken:
        return "differs", (state.breaker.reason or "", *said)
    unheard = f"The broker gives no report since {iso(seen.failing_since)}: {seen.failing}"
    if said:
        return "differs", said if seen.failing is None else (*said, unheard)
    if seen.failing is not None:
        return "unknown", (unheard,)
    return state.truth.state if state.truth.reports else "checking", ()


def feed_state(pulse: Pulse, now: float) -> str:
    """`live`, `late`, `stale`, `finished` or `closed`, by the age of the last tick."""
    if pulse.finished:
        return "finished"
    if not pulse.on_air():
        return "closed"
    age = now - (pulse.last_tick_at if pulse.last_tick_at is not None else pulse.started_at)
    if age > STALE_S:
        return "stale"
    return "late" if age > LATE_S else "live"


def is_news(record: HealthRecord, told: HealthRecord | None) -> bool:
    """Whether a person would act on what differs from what was told last. What is not named in `_MOVES` is news."""
    if told is None or _still(record) != _still(told):
        return True
    return bool(record.queue_parked) != bool(told.queue_parked)  # that any is: how many changes with every attempt


def held_reason(queue: QueueStatus) -> str | None:
    """Why no entry may be made now: what would be decided could not be written down. None where it can be."""
    if queue.journal_state == "writing":
        return None
    what = queue.journal_detail or f"The journal on the disk does not write ({queue.journal_state})"
    until = "Entries wait until the journal writes again; exits go on, at a broker those that can be written down"
    return f"{what.rstrip('. ')}. {until}"


def health_record(
    state: State, feed: MarketFeed, pulse: Pulse, queue: QueueStatus, clock: Clock, seen: BrokerSeen
) -> HealthRecord:
    """The runtime's part of the account document, now."""
    now, wall = clock.monotonic(), clock.now()
    wall_at = instant_of(wall)
    last_tick_at = None
    if pulse.last_tick_at is not None:
        last_tick_at = wall_at - int((now - pulse.last_tick_at) * 1_000_000)
    truth_state, differences = truth_of(state, seen)
    return HealthRecord(
        account_id=state.account.account_id,
        effective_mode=state.mode.value,
        clock_speed=feed.speed,
        clock_simulated=feed.simulated,
        clock_finished=pulse.finished,
        truth_state=truth_state,
        truth_checked_at=seen.checked_at,
        truth_differences=differences,
        engine_instance=pulse.instance,
        engine_epoch=pulse.epoch,
        heartbeat_at=wall_at,
        queue_depth=queue.depth,
        queue_oldest_age_s=round(queue.oldest_age_s, 3),
        dead_letters=queue.dead_letters,
        feed_state=feed_state(pulse, now),
        last_tick_at=last_tick_at,
        ticks=state.ticks,
        ticks_dropped=dict(sorted(state.dropped.items())),
        broker_state=seen.state,
        broker_until=seen.until,
        queue_state="backlog" if queue.oldest_age_s > BACKLOG_AGE_S else "idle",
        queue_parked=queue.parked,
        queue_attempts=queue.attempts,
        queue_delivered=queue.delivered,
        queue_delivered_per_s=round(queue.delivered_per_s, 2),
        store_state=queue.store_state,
        journal_state=queue.journal_state,
        journal_detail=queue.journal_detail,
        mode_reasons=state.mode_reasons,
        engine_pid=pulse.pid,
    )


def quotes_record(state: State) -> QuotesRecord:
    """The last price of every symbol that has one."""
    symbols: dict[str, QuoteEntry] = {}
    for symbol in state.symbols():
        tape = state.tapes[symbol]
        if tape.last_price and tape.last_at > 0:
            first = tape.first_price or tape.last_price
            change = (Decimal(tape.last_price - first) * 100 / first).quantize(_PERCENT_UNIT, ROUND_HALF_EVEN)
            symbols[symbol] = QuoteEntry(tape.price(), tape.last_at, change)
    market_at = max((entry.at for entry in symbols.values()), default=state.now)
    return QuotesRecord(state.account.account_id, symbols, market_at)
