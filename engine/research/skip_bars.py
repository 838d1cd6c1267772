"""Lets the engine look only at the minutes that matter of bar data, and takes the rest in whole stretches.

Used by backtest.py; the brother of skip_ahead.py, for bars. What bots say of the bars is asked ahead (foresight.py).
Then a minute matters where a bot gives a signal, an order waits at the venue, a bar touches a stop or target of what is
held, something is to be left by the clock, or equity comes to where a breaker would trip. Of all others nothing remains
but closed bars and a point of the equity line.

It knows no trading rule, only the engine's contract. At a minute that matters the same events go through the same
`PaperLoop.step` in the same order as anywhere else, those of symbols on which nothing can happen left out; whatever the
engine may look at then stands as it would. Equal to stepping every bar: tests/research proves it on hundreds of random
streams, with every record compared. Where it can't know (see `run_bars`) every bar is stepped.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from engine.core.indicators.stretch import Stretch
from engine.core.leaving import next_leave_at
from engine.core.minute import bots_on
from engine.core.position import Position
from engine.core.state import State
from engine.domain.instant import MINUTE, NEVER, Instant
from engine.domain.market import TradingSession
from engine.market_data.runs import BarRun
from engine.research.bar_lanes import Lane, lanes_of
from engine.research.equity_ahead import equity_line
from engine.research.foresight import asked_ahead, foreseeable
from engine.simulation.paper import PaperLoop

_MOST_PARTS = 8  # of a run, cut where rows are outside the session


def run_bars(loop: PaperLoop, run: BarRun) -> None:
    """Take a run of bars as `loop.run(run.events())` would. Every symbol of it must be listed.

    Skipped ahead are minute bars of one session, for bots on minute bars that look at one symbol at a time and send
    orders at the market; rows outside the session, and all others, are stepped.
    """
    state = loop.engine.state
    session = _one_session(state, run)
    if session is None or not foreseeable(state):
        loop.run(run.events())
        return
    inside = (run.open_at >= session.open_at) & (run.open_at < session.close_at)
    edges = [0, *(np.flatnonzero(inside[1:] != inside[:-1]) + 1).tolist(), len(run)]
    if len(edges) - 1 > _MOST_PARTS:
        loop.run(run.events())
        return
    for start, end in pairwise(edges):
        if inside[start]:
            _Drive(loop, run.part(start, end), session).go()
        else:
            loop.run(run.events(start, end))


def _one_session(state: State, run: BarRun) -> TradingSession | None:
    """The session that everything in the run and in the account belongs to, where all bars and bots are of a minute."""
    codes = np.flatnonzero(np.bincount(run.codes)).tolist()
    if len(state.sessions) != 1 or any(run.timeframes[code] != "1m" for code in codes):
        return None
    if any(width != "1m" for widths in state.series.values() for width in widths):
        return None
    (session,) = state.sessions.values()
    tapes = [state.tapes[run.symbols[code]] for code in codes]
    fresh = all(tape.session == session and tape.until < 0 for tape in tapes)
    return session if fresh else None


class _Drive:
    """One run, by the moments at which rows stand: closes first, then opens."""

    def __init__(self, loop: PaperLoop, run: BarRun, session: TradingSession) -> None:
        self._loop, self._state, self._session = loop, loop.engine.state, session
        self._lanes = lanes_of(run, self._state)
        self._lane = {lane.symbol: lane for lane in self._lanes}
        starts = np.flatnonzero(np.concatenate(((True,), np.diff(run.place) != 0)))
        self._row: list[int] = [*starts.tolist(), len(run)]
        self._place: list[Instant] = run.place[starts].tolist()
        self._opens: list[int] = (starts + np.add.reduceat(run.closes.astype(np.int64), starts)).tolist()
        self._closing = [place for number, place in enumerate(self._place) if self._has_closes(number)]
        self._heard: dict[int, list[tuple[int, Lane, int]]] = {}  # by moment: rows to look at, their lanes and bars
        self._state.rouse()
        for lane in self._lanes:
            self._ask(lane, starts)
        self._state.lookers.clear()  # of those that were asked nobody sleeps
        self._moments = sorted(self._heard)
        self._positions: list[Position] | None = None  # that the next two are of
        self._held_lanes: list[Lane] = []
        self._leave_at: Instant = NEVER
        self._ran: Instant = -NEVER  # the last minute that was passed over

    def _has_closes(self, moment: int) -> bool:
        return self._opens[moment] > self._row[moment]

    def _ask(self, lane: Lane, starts: np.ndarray[tuple[int], np.dtype[np.intp]]) -> None:
        """Ask the bots on a symbol about all its bars."""
        for series in self._state.series.get(lane.symbol, {}).values():
            bots = bots_on(self._state, series)
            if not len(lane.bars):
                continue
            scale = lane.tape.scale
            stretch = Stretch(
                lane.high / scale, lane.low / scale, lane.close / scale, lane.volume,
                lane.bars.close_at, self._session.open_at,
            )  # fmt: skip
            for number in asked_ahead(bots, series, lane.bars, stretch):
                row = int(lane.close_rows[number])
                moment = int(starts.searchsorted(row, side="right")) - 1
                self._heard.setdefault(moment, []).append((row, lane, number))

    def go(self) -> None:
        """Take the whole run in."""
        moment, last = 0, len(self._place) - 1
        while moment <= last:
            stop = self._next_stop(moment)
            if stop > moment:
                stop = self._pass_over(moment, stop)
            self._look(stop)
            moment = stop + 1
        self._end()

    def _next_stop(self, moment: int) -> int:
        """The first moment from this one on that matters; the first and the last always do."""
        if moment == 0 or self._loop.venue.waiting:
            return moment
        stop = len(self._place) - 1
        number = bisect_left(self._moments, moment)
        if number < len(self._moments):
            stop = min(stop, self._moments[number])
        row = self._row[moment]
        for lane in self._held():
            touch = lane.touch(row)
            if touch is not None:
                stop = min(stop, bisect_left(self._place, lane.bars.close_at[touch]))
        if self._state.portfolio.all():
            stop = min(stop, max(moment, bisect_left(self._place, self._leave_at)))
        elif self._state.next_due_at != NEVER:  # an order that was taken back is still looked after for a minute
            stop = min(stop, max(moment, bisect_left(self._place, self._state.next_due_at)))
        return stop

    def _pass_over(self, moment: int, stop: int) -> int:
        """Take in the moments before `stop`, but for those at which a breaker may trip; returns where it came to."""
        state, session = self._state, self._session
        held = len(state.portfolio) > 0
        end = self._place[stop - 1]
        minutes: Sequence[Instant]
        if held:
            minutes = range(min(state.next_due_at, self._place[moment]), end + 1, MINUTE)
        else:
            low = bisect_left(self._closing, self._place[moment])
            minutes = self._closing[low : bisect_left(self._closing, end + 1, low)]
        line, safe = equity_line(state, self._lane, minutes)
        if safe < len(minutes):
            stop = bisect_left(self._place, minutes[safe])
            if stop <= moment:
                return moment
            return self._pass_over(moment, stop)
        for at, equity in zip(minutes, line, strict=True):
            if session.open_at < at <= session.close_at:
                state.ledger.mark(at, equity)
        self._take_in(self._row[stop])
        self._ran = minutes[-1] if minutes else self._ran
        state.now = max(state.now, end)
        if held:
            state.next_due_at = NEVER if session.over(end) else end + MINUTE
        return stop

    def _look(self, moment: int) -> None:
        """Let the engine look at a moment: bars that matter close, the clock comes to it, waiting orders see opens."""
        loop, state, at = self._loop, self._state, self._place[moment]
        for row, lane, number in self._closes(moment):
            self._take_in(row)
            loop.step(lane.closed(state, number, self._session))
        row, end = self._opens[moment], self._row[moment + 1]
        self._take_in(row)
        if self._has_closes(moment):
            state.next_due_at = min(state.next_due_at, at)
        if row < end or moment < len(self._place) - 1:
            loop.clock_to(at)
        while loop.venue.waiting:
            opened = [(found, lane) for lane in self._waiting() if (found := lane.opened(row, end)) is not None]
            if not opened:
                break
            (row, own), lane = min(opened, key=lambda one: one[0])
            self._take_in(row)
            loop.step(lane.open(own))
            row += 1
        if self._opens[moment] < end:
            state.now = max(state.now, at)
        self._take_in(end)

    def _closes(self, moment: int) -> list[tuple[int, Lane, int]]:
        """The closes at a moment that the engine must look at, by row."""
        closes = {row: (row, lane, number) for row, lane, number in self._heard.get(moment, ())}
        start, end = self._row[moment], self._opens[moment]
        for lane in self._held():
            touch = lane.touch(start)
            if touch is not None and (row := int(lane.close_rows[touch])) < end:
                closes[row] = (row, lane, touch)
        return [closes[row] for row in sorted(closes)]

    def _held(self) -> list[Lane]:
        """The lanes of what is held, reckoned anew when that is something else."""
        positions = self._state.portfolio.all()
        if positions is not self._positions:
            self._positions = positions
            self._held_lanes = [lane for p in positions if (lane := self._lane.get(p.symbol)) is not None]
            self._leave_at = next_leave_at(self._state, self._session)
        return self._held_lanes

    def _waiting(self) -> list[Lane]:
        """The lanes of symbols with an order at the venue."""
        return [self._lane[symbol] for symbol in self._loop.venue.symbols_waiting if symbol in self._lane]

    def _take_in(self, row: int) -> None:
        """Let the tapes that the engine may look at, those of what is held, stand as before a row."""
        for lane in self._held():
            if lane.next_row < row:
                lane.pass_to(row)

    def _end(self) -> None:
        """Let everything stand as after the last row. What the clock has not come to yet is the engine's."""
        state, session = self._state, self._session
        for lane in self._lanes:
            lane.pass_to(self._row[-1])
            lane.keep(state, len(lane.bars), session)
            for series in state.series.get(lane.symbol, {}).values() if len(lane.bars) else ():
                series.indicators.stand(lane.bars.close_at[-1])
        for tape in state.tapes.values():
            tape.floor = max(tape.floor, self._ran)
        for bot_id in sorted(state.bots):
            bot = state.bots[bot_id]
            closes = [self._lane[symbol].bars.close_at[-1] for symbol in bot.stances
                      if symbol in self._lane and len(self._lane[symbol].bars)]  # fmt: skip
            if closes and bot.evaluating:
                bot.last_evaluated_at = (
                    max(closes) if bot.last_evaluated_at is None else max(bot.last_evaluated_at, *closes)
                )
                bot.take_part(state.ledger.day)
