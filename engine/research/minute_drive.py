"""Drives the engine over whole minutes of ticks that are known: it stops at what matters, and passes over the rest.

Made by skip_ticks.py, which says what matters and why that is enough; fed with one lane a symbol (tick_lanes.py).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from engine.core.leaving import next_leave_at
from engine.core.minute import bots_on
from engine.domain.instant import MINUTE, NEVER, Instant
from engine.domain.market import TradingSession
from engine.market_data.runs import TickRun
from engine.research.equity_ahead import equity_line
from engine.research.foresight import asked_ahead
from engine.research.tick_lanes import TickLane
from engine.simulation.paper import PaperLoop


class Drive:
    """The rows before a run's last minute, which begins at `last`; the clock has come to `first`.

    Minutes from `_next` on have not been, nor have rows from `_row` on; `_ran` is the last that was passed over. `_due`
    is what the engine says is due next.
    """

    def __init__(
        self, loop: PaperLoop, run: TickRun, lanes: Sequence[TickLane], session: TradingSession,
        first: Instant, last: Instant,
    ) -> None:  # fmt: skip
        self._loop, self._state, self._session, self._run = loop, loop.engine.state, session, run
        self._lanes, self._lane = lanes, {lane.symbol: lane for lane in lanes}
        self._closing: list[Instant] = sorted({at for lane in lanes for at in lane.bars.close_at})
        self._last, self._next, self._due = last, first + MINUTE, NEVER
        self._row, self._ran = 0, -NEVER
        self._heard: dict[Instant, list[TickLane]] = {}
        self._state.rouse()
        for lane in lanes:
            self._ask(lane)
        self._state.lookers.clear()  # of those that were asked nobody sleeps
        self._moments = sorted(self._heard)

    def _ask(self, lane: TickLane) -> None:
        """Ask the bots on a symbol about all its bars."""
        for series in self._state.series.get(lane.symbol, {}).values() if len(lane.bars) else ():
            stretch = lane.stretch(self._session.open_at)
            for bar in asked_ahead(bots_on(self._state, series), series, lane.bars, stretch):
                self._heard.setdefault(lane.bars.close_at[bar], []).append(lane)

    def go(self) -> None:
        """Take all in, the clock coming to `last` included."""
        while self._next <= self._last:
            minute, found = self._next_minute(), self._next_tick()
            until = minute - MINUTE if found is None else min(minute - MINUTE, found[0].at[found[1]] // MINUTE * MINUTE)
            tripping = self._pass_over(int(until))
            if tripping is not None:
                self._look_at_minute(tripping)
            elif found is not None and found[0].at[found[1]] < minute:
                self._look_at_tick(*found)
            else:
                self._look_at_minute(minute)
        self._end()

    def _next_minute(self) -> Instant:
        """The next whole minute at which the engine must look around."""
        state = self._state
        if self._loop.venue.waiting or state.orders.working():
            return self._next
        found = self._last
        number = bisect_left(self._moments, self._next)
        if number < len(self._moments):
            found = min(found, self._moments[number])
        if len(state.portfolio):
            leave_at = next_leave_at(state, self._session)
            return min(found, max(self._next, -(-leave_at // MINUTE) * MINUTE))
        return min(found, self._due)  # an order that was taken back is still looked after for a minute

    def _next_tick(self) -> tuple[TickLane, int] | None:
        """The next tick that the engine must look at: its lane, and its number there."""
        found: list[tuple[int, TickLane, int]] = []
        for symbol in self._loop.venue.symbols_waiting:
            lane = self._lane.get(symbol)
            if lane is not None and (number := int(lane.rows.searchsorted(self._row))) < len(lane.rows):
                found.append((int(lane.rows[number]), lane, number))
        for symbol in self._held():
            lane = self._lane.get(symbol)
            if lane is not None and (touch := lane.touch(self._row)) is not None:
                found.append((int(lane.rows[touch]), lane, touch))
        return min(found, key=lambda one: one[0])[1:] if found else None

    def _held(self) -> list[str]:
        return sorted({position.symbol for position in self._state.portfolio.all()})

    def _pass_over(self, until: Instant) -> Instant | None:
        """Let the minutes up to `until` be, that one too; returns the first at which a breaker would trip, if any.

        While something is held every minute counts, else those at which a bar closes.
        """
        if until < self._next:
            return None
        state, session = self._state, self._session
        if len(state.portfolio):
            minutes = list(range(self._next, until + 1, MINUTE))
        else:
            closing = self._closing
            minutes = closing[bisect_left(closing, self._next) : bisect_right(closing, until)]
        line, safe = equity_line(state, self._lane, minutes)
        for at, equity in zip(minutes[:safe], line[:safe], strict=True):
            if session.open_at < at <= session.close_at:
                state.ledger.mark(at, equity)
            state.now = self._ran = at
        if safe < len(minutes):
            return minutes[safe]
        self._next = until + MINUTE
        return None

    def _look_at_minute(self, at: Instant) -> None:
        """Let the clock come to a minute, at which bars that matter close."""
        state = self._state
        heard = self._lanes if at == self._last else self._heard.get(at, ())
        closing = [lane.close_to(state, at, self._session, closes=True) for lane in heard]
        for symbol in self._held():
            lane = self._lane.get(symbol)
            if lane is not None and lane not in heard:
                lane.close_to(state, at, self._session, closes=False)
        if any(closing) or state.exposed() or self._due == at:
            state.next_due_at = at
            self._loop.clock_to(at)
        else:
            state.next_due_at = NEVER  # nothing was left for the clock to do
        self._next, self._due = at + MINUTE, state.next_due_at
        self._row = int(self._run.place.searchsorted(at))

    def _look_at_tick(self, lane: TickLane, number: int) -> None:
        """Let the venue and the engine look at a tick."""
        state, row = self._state, int(lane.rows[number])
        for symbol in self._held():
            if symbol != lane.symbol and symbol in self._lane:
                self._lane[symbol].stand_before(row)
        tick = lane.tick(state, number, self._session)
        self._next = state.next_due_at = tick.at - tick.at % MINUTE + MINUTE
        self._loop.step(tick)
        lane.passed(tick)
        self._row, self._due = row + 1, NEVER

    def _end(self) -> None:
        """What bots and indicators know is what they would know now."""
        state = self._state
        for tape in state.tapes.values():
            tape.floor = max(tape.floor, self._ran)
        for lane in self._lanes:
            for series in state.series.get(lane.symbol, {}).values() if len(lane.bars) else ():
                series.indicators.stand(lane.bars.close_at[-1])
        for bot_id in sorted(state.bots):
            bot = state.bots[bot_id]
            closes = [self._lane[symbol].bars.close_at[-1] for symbol in bot.stances
                      if symbol in self._lane and len(self._lane[symbol].bars)]  # fmt: skip
            if closes and bot.evaluating:
                known = closes if bot.last_evaluated_at is None else [bot.last_evaluated_at, *closes]
                bot.last_evaluated_at = max(known)
                bot.take_part(state.ledger.day)
