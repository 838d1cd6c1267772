"""Lets the engine look only at the ticks that matter, and takes the rest in whole stretches. Used by backtest.py.

It knows no trading rule, only the engine's contract: a tick that is later than its symbol's last, inside the minute
whose bar is forming, with a price in the tape's calm interval, and with no order waiting at the venue, changes
nothing but the forming bar. Such a stretch is its last time and price, its highest, its lowest and its volume. Every
other tick goes through the same `PaperLoop.step` as anywhere else, in the same order, after whatever it may look at
has been taken in.

What a stretch must have before it can be skipped is found beforehand, in columns (`_Lane`); what the engine decides
meanwhile (bars forming, calm intervals) is asked of the tapes. Equal to stepping every tick: tests/research proves it
on hundreds of random streams, `make prove` on real days.
"""

from __future__ import annotations

from bisect import bisect_left
from heapq import heapify, heappop, heapreplace

import numpy as np
import numpy.typing as npt

from engine.core.tape import Tape
from engine.domain.instant import MINUTE
from engine.domain.market import Tick
from engine.market_data.runs import TickRun
from engine.simulation.paper import PaperLoop

Positions = npt.NDArray[np.int64]

_FEW = 64  # rows made into ticks at once while an order waits: it rarely waits for more


class _Lane:
    """One symbol's rows of a run in stretches: a first tick that must be looked at, then candidates for skipping.

    `rows` are the rows' numbers in the run. Stretch i is [edges[i], edges[i + 1]); `highs`, `lows` and `volumes` are of
    its candidates. `cursor` is the first row not taken yet, `next` the next that must be looked at.
    """

    __slots__ = (
        "at",
        "cursor",
        "edges",
        "highs",
        "lows",
        "next",
        "prices",
        "quantities",
        "rows",
        "stretch",
        "symbol",
        "tape",
        "volumes",
        "whole_volumes",
    )

    def __init__(self, run: TickRun, code: int, tape: Tape) -> None:
        mine = np.flatnonzero(run.codes == code)
        at, self.prices, self.quantities = run.at[mine], run.price[mine], run.quantity[mine]
        self.tape, self.symbol = tape, tape.symbol
        self.rows: list[int] = mine.tolist()
        self.at: list[int] = at.tolist()
        begins = np.ones(len(at), dtype=np.bool_)
        begins[1:] = (at[1:] // MINUTE != at[:-1] // MINUTE) | (at[1:] <= np.maximum.accumulate(at)[:-1])
        begins |= at != run.place[mine]  # a late row: its minute may be over by then
        starts = np.flatnonzero(begins)
        self.edges: list[int] = [*starts.tolist(), len(at)]
        self.highs, self.lows, self.volumes = self._aggregates(starts)
        # Sums of whole numbers are the same in any order; others are added up one by one, as the engine would.
        self.whole_volumes = bool((self.quantities == np.floor(self.quantities)).all())
        self.stretch = self.cursor = self.next = 0

    def _aggregates(self, starts: Positions) -> tuple[list[int], list[int], list[float]]:
        """Highest, lowest and volume of each stretch's candidates; anything where it has none."""
        prices = np.append(self.prices, 0)  # so that the last stretch has an end to name
        bounds = np.stack((starts + 1, np.append(starts[1:], len(self.prices))), axis=1).ravel()
        volumes = np.add.reduceat(self.quantities, starts) - self.quantities[starts]
        return (
            np.maximum.reduceat(prices, bounds)[::2].tolist(),
            np.minimum.reduceat(prices, bounds)[::2].tolist(),
            volumes.tolist(),
        )

    def take_in(self, row: int) -> int:
        """Take in the rows before a row of the run; returns how many. They are known to be skippable."""
        start, end = self.cursor, self.next
        if end > start and self.rows[end - 1] >= row:
            end = bisect_left(self.rows, row, start, end)
        if start >= end:
            return 0
        tape = self.tape
        number = self.stretch
        if self.whole_volumes and start == self.edges[number] + 1 and end == self.edges[number + 1]:
            high, low, volume = self.highs[number], self.lows[number], tape.volume + self.volumes[number]
        else:
            prices = self.prices[start:end]
            high, low = int(prices.max()), int(prices.min())
            volume = float(np.add.accumulate(np.concatenate(([tape.volume], self.quantities[start:end])))[-1])
        tape.last_at, tape.last_price = self.at[end - 1], int(self.prices[end - 1])
        tape.high, tape.low, tape.volume = max(tape.high, high), min(tape.low, low), volume
        self.cursor = end
        return end - start

    def tick(self) -> Tick:
        """The row that must be looked at; it counts as taken."""
        place = self.next
        self.cursor = place + 1
        return Tick(self.symbol, self.at[place], int(self.prices[place]), float(self.quantities[place]))

    def look_ahead(self) -> bool:
        """Find the next row that must be looked at, from `cursor` on; False when there is none left."""
        place = self.cursor
        while self.edges[self.stretch + 1] <= place - 1:
            self.stretch += 1
        end = self.edges[self.stretch + 1]
        tape = self.tape
        if place < end and tape.until <= self.at[place]:
            end = place  # no bar is forming that it could belong to
        elif place < end:
            low, high = tape.calm_low, tape.calm_high
            whole = place == self.edges[self.stretch] + 1
            if not (whole and low <= self.lows[self.stretch] and self.highs[self.stretch] <= high):
                prices = self.prices[place:end]
                wild = np.flatnonzero((prices < low) | (prices > high))
                end = place + int(wild[0]) if len(wild) else end
        self.next = end
        return end < len(self.rows)

    def move_to(self, row: int) -> bool:
        """Begin again at a row of the run, everything before it being taken; False when nothing is left."""
        self.cursor = bisect_left(self.rows, row)
        self.stretch = max(0, bisect_left(self.edges, self.cursor + 1) - 1)
        if self.cursor == len(self.rows):
            self.next = self.cursor
            return False
        if self.cursor in (0, self.edges[self.stretch]):
            self.next = self.cursor
            return True
        return self.look_ahead()


def run_ahead(loop: PaperLoop, run: TickRun) -> None:
    """Take a run of ticks as `loop.run(run.events())` would. Every symbol of it must be listed."""
    state, venue = loop.engine.state, loop.venue
    lanes = [
        _Lane(run, code, state.tapes[symbol])
        for code, symbol in enumerate(run.symbols)
        if bool((run.codes == code).any())
    ]
    row, overdue = 0, False
    while row < len(run):
        if venue.waiting or overdue:
            row = _step_while_waiting(loop, run, row)
        heap = [(lane.rows[lane.next], number) for number, lane in enumerate(lanes) if lane.move_to(row)]
        heapify(heap)
        row = len(run)
        while heap:
            here, number = heap[0]
            lane = lanes[number]
            if lane.at[lane.next] >= state.next_due_at or not _is_quiet(lane):
                state.ticks += sum(other.take_in(here) for other in lanes)
            else:
                state.ticks += lane.take_in(here)
            loop.step(lane.tick())
            overdue = state.next_due_at <= run.place[here]  # it was late, and began a minute that is over
            if venue.waiting or overdue:
                row = here + 1
                break
            if lane.look_ahead():
                heapreplace(heap, (lane.rows[lane.next], number))
            else:
                heappop(heap)
        state.ticks += sum(lane.take_in(row) for lane in lanes)


def _is_quiet(lane: _Lane) -> bool:
    """Whether the row to be looked at touches no stop or target: nothing of other symbols is looked at then."""
    price = int(lane.prices[lane.next])
    return lane.tape.trigger_low < price < lane.tape.trigger_high


def _step_while_waiting(loop: PaperLoop, run: TickRun, row: int) -> int:
    """Step every tick while an order waits for a price, or a minute is overdue; returns the first row not taken."""
    while row < len(run):
        for tick in run.events(row, min(row + _FEW, len(run))):
            loop.step(tick)
            row += 1
            if not loop.venue.waiting and loop.engine.state.next_due_at > run.place[row - 1]:
                return row
    return row
