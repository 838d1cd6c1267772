"""How the service is doing for an account, and the prices its screens need, as records. Asked by session.py."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from engine.core.state import State
from engine.domain.instant import instant_of
from engine.domain.records import HealthRecord, QuoteEntry, QuotesRecord
from engine.ports import Clock, MarketFeed, QueueStatus

LATE_S = 5.0  # without a tick on a market that sends several a second
STALE_S = 30.0
_PERCENT_UNIT = Decimal("0.01")


@dataclass(slots=True)
class Pulse:
    """What the session has seen, by monotonic time: when it started, and when the last tick came."""

    started_at: float
    last_tick_at: float | None = None
    ticks_seen: int = 0
    finished: bool = False
    instance: str = ""
    epoch: int = 0

    def see(self, ticks: int, now: float) -> None:
        """The engine has taken so many ticks by now."""
        if ticks != self.ticks_seen:
            self.ticks_seen, self.last_tick_at = ticks, now


def feed_state(pulse: Pulse, now: float) -> str:
    """`live`, `late`, `stale` or `finished`, by the age of the last tick."""
    if pulse.finished:
        return "finished"
    age = now - (pulse.last_tick_at if pulse.last_tick_at is not None else pulse.started_at)
    if age > STALE_S:
        return "stale"
    return "late" if age > LATE_S else "live"


def health_record(state: State, feed: MarketFeed, pulse: Pulse, queue: QueueStatus, clock: Clock) -> HealthRecord:
    """The runtime's part of the account document, now."""
    now, wall = clock.monotonic(), clock.now()
    wall_at = instant_of(wall)
    last_tick_at = None
    if pulse.last_tick_at is not None:
        last_tick_at = wall_at - int((now - pulse.last_tick_at) * 1_000_000)
    broken = (state.breaker.reason or "",) if state.breaker.broken else ()
    return HealthRecord(
        account_id=state.account.account_id,
        effective_mode=state.account.mode.value,
        clock_speed=feed.speed,
        clock_simulated=feed.simulated,
        clock_finished=pulse.finished,
        truth_state="differs" if broken else "in_step",
        truth_checked_at=wall_at,
        truth_differences=broken,
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
        broker_state="simulated",
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
