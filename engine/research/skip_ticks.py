"""Lets the engine look only at the ticks and minutes that matter of tick data, and takes the rest in whole minutes.

Used by backtest.py, with minute_drive.py; what skip_bars.py is for bars. Which ticks the guard takes is asked ahead
(clean_ahead.py), so the minute bars are known; what bots say of them is asked ahead too (foresight.py). Then a minute
matters where a bot gives a signal, an order is at work, something is to be left by the clock, or equity comes to where
a breaker would trip; a tick matters where an order waits for its symbol's price, or where it touches a stop or target
of what is held. Of all others nothing remains but closed bars and points of the equity line.

It knows no trading rule, only the engine's contract. What matters goes through the same `PaperLoop.step` and
`clock_to` in the same order as anywhere else; whatever the engine may look at then stands as it would. Equal to
stepping every tick: tests/research proves it on hundreds of random streams, with every record compared, `make prove`
on real days. Where it can't know (see `run_ticks`) skip_ahead.py takes over, which knows less and skips less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.core.state import State
from engine.domain.instant import MINUTE, NEVER, Instant
from engine.domain.market import TradingSession
from engine.market_data.runs import SymbolRows, TickRun
from engine.research.clean_ahead import NotForeseen, Rulings, rulings_on
from engine.research.foresight import foreseeable
from engine.research.minute_drive import Drive
from engine.research.skip_ahead import run_ahead
from engine.research.tick_lanes import TickLane
from engine.simulation.paper import PaperLoop

_LEAST_MINUTES = 3  # fewer are not worth the asking


def run_ticks(loop: PaperLoop, run: TickRun) -> None:
    """Take a run of ticks as `loop.run(run.events())` would. Every symbol of it must be listed.

    Skipped are whole minutes of one session, for bots on minute bars that look at one symbol at a time and send orders
    at the market. What comes before its first whole minute, its last minute, and what comes after the session's close
    is left to skip_ahead.
    """
    state = loop.engine.state
    session = _one_session(state)
    if session is None or not foreseeable(state):
        run_ahead(loop, run)
        return
    forming = max((tape.until for tape in state.tapes.values()), default=0)
    begin = int(np.searchsorted(run.place, forming)) if forming > 0 else 0
    if begin:
        run_ahead(loop, run.part(0, begin))
    begin = _whole_minutes(loop, run, begin, session)
    if begin < len(run):
        run_ahead(loop, run.part(begin, len(run)))


def _one_session(state: State) -> TradingSession | None:
    """The session that the whole account is in, where all bots are on minute bars and none waits to be closed."""
    if len(state.sessions) != 1 or any(width != "1m" for widths in state.series.values() for width in widths):
        return None
    (session,) = state.sessions.values()
    alike = all(t.session == session and not t.closed and t.wall_at == NEVER for t in state.tapes.values())
    return session if alike else None


def _whole_minutes(loop: PaperLoop, run: TickRun, begin: int, session: TradingSession) -> int:
    """Take the rows of whole minutes from `begin` on; returns the first row not taken."""
    state = loop.engine.state
    symbols = run.by_symbol()
    end = min(_after_close(state, rows, session) for rows in symbols)
    try:
        ruled = [_Ruled.of(state, rows.part(begin, end), session) for rows in symbols]
    except NotForeseen:
        return begin
    clean = [one for one in ruled if one.taken is not None]
    if not clean:
        return begin
    first = min(one.first_at for one in clean) // MINUTE * MINUTE
    last = max(one.last_at for one in clean) // MINUTE * MINUTE
    if last - first < _LEAST_MINUTES * MINUTE:
        return begin
    stop = min(row for one in clean if (row := one.first_row_from(last)) is not None)
    loop.clock_to(first)
    before = state.ticks
    lanes = [TickLane(state.tapes[one.rows.symbol], one.rows, stop, one.rulings) for one in ruled]
    Drive(loop, run, lanes, session, first, last).go()
    for lane in lanes:
        lane.end(state)
    state.ticks = before + stop - begin
    return stop


def _after_close(state: State, rows: SymbolRows, session: TradingSession) -> int:
    """The symbol's first row that shows that the session's close has passed; a row that no run has where none does."""
    if not len(rows.at) or rows.at.max() < session.close_at:
        return NEVER
    day_end = state.tapes[rows.symbol].day_end
    after = np.flatnonzero((rows.at >= session.close_at) & (rows.at < day_end) & (rows.price > 0))
    return int(rows.rows[after[0]]) if len(after) else NEVER


@dataclass(frozen=True, slots=True)
class _Ruled:
    """A symbol's rows, the guard's rulings on them, and the first and the last that it takes, if any."""

    rows: SymbolRows
    rulings: Rulings
    taken: tuple[int, int] | None

    @staticmethod
    def of(state: State, rows: SymbolRows, session: TradingSession) -> _Ruled:
        """Ask the guard. Raises NotForeseen."""
        rulings = rulings_on(state.tapes[rows.symbol], session, rows)
        taken = rulings.taken
        if not taken.any():
            return _Ruled(rows, rulings, None)
        return _Ruled(rows, rulings, (int(taken.argmax()), len(taken) - 1 - int(taken[::-1].argmax())))

    @property
    def first_at(self) -> Instant:
        assert self.taken is not None
        return int(self.rows.at[self.taken[0]])

    @property
    def last_at(self) -> Instant:
        assert self.taken is not None
        return int(self.rows.at[self.taken[1]])

    def first_row_from(self, at: Instant) -> int | None:
        """The first row of the run, at an instant or later, that the guard takes."""
        start = int(np.searchsorted(self.rows.place, at))
        found = np.flatnonzero(self.rulings.taken[start:])
        return int(self.rows.rows[start + found[0]]) if len(found) else None
