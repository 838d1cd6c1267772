"""What the tick guard will say of a symbol's ticks, asked before the engine's clock comes there. Used by skip_ticks.py.

The guard judges a tick by the symbol's own ticks and the session alone, so its rulings do not depend on what the
account does meanwhile. A tick inside the session, no earlier than the one before it and no further from it than two
prints that are never looked at twice, is clean if that one was taken: such rows are found in columns. Every other row,
and what follows one that was refused, is given to the guard's own `offence`, in order, on a tape of its own.

Two things a symbol's own rows do not tell: whether the clock has passed a minute by the others' ticks, and so whether
the last bar counts among those that a move is measured by. Where a ruling would hang on that, there is none.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.core.past_bars import PastBars
from engine.core.tape import HISTORY_BARS, MOVES, NEAR_PCT, RECENT_US, Tape
from engine.core.tick_guard import note, offence
from engine.domain.instant import MINUTE, Instant
from engine.domain.market import Bar, Tick, TradingSession
from engine.market_data.columns import Mask
from engine.market_data.runs import SymbolRows

_TAKEN = ""
_RULES = (_TAKEN, "not_positive", "outside_session", "wrong_day", "out_of_order", "repeat", "band", "jump", "outlier")
_CODES = {rule: code for code, rule in enumerate(_RULES)}
_MOST_ASKED = 5_000  # rows that a guard is asked about one by one; a file with more is stepped

Memory = tuple[int, int, Instant]  # of a jump: how many agreed, at what price, after which tick


class NotForeseen(Exception):
    """A ruling that hangs on other symbols, or too many to ask for."""


@dataclass(frozen=True, slots=True)
class Rulings:
    """`codes` has a ruling a row. `memories` are what the guard remembers of a jump once it has seen a row, by row."""

    codes: npt.NDArray[np.int8]
    memories: list[tuple[int, Memory]]

    @property
    def taken(self) -> Mask:
        """The rows that touch the tape."""
        mask: Mask = self.codes == 0
        return mask

    def dropped(self, end: int) -> dict[str, int]:
        """How many of the rows before `end` break which rule."""
        counts = np.bincount(self.codes[:end], minlength=len(_RULES)).tolist()
        return {rule: count for rule, count in zip(_RULES, counts, strict=True) if count and rule != _TAKEN}

    def memory(self, end: int) -> Memory | None:
        """What is remembered of a jump before row `end`; None where that is what was remembered at first."""
        number = bisect_right(self.memories, end - 1, key=lambda known: known[0])
        if not number:
            return None
        row, (count, price, after) = self.memories[number - 1]
        seen_since = bool((self.codes[row + 1 : end] == 0).any())
        return (0 if seen_since else count), price, after


def rulings_on(tape: Tape, session: TradingSession, rows: SymbolRows) -> Rulings:
    """The guard's ruling on each row, the tape standing before the first. Raises NotForeseen.

    None of the rows is of the session's day and after its close.
    """
    codes = np.zeros(len(rows.at), dtype=np.int8)
    if not len(codes) or _all_clean(tape, session, rows):
        return Rulings(codes, [])
    inside = (rows.at >= session.open_at) & (rows.at < session.close_at)
    today = (rows.at >= tape.day_start) & (rows.at < tape.day_end)
    codes[~inside] = np.where(today[~inside], _CODES["outside_session"], _CODES["wrong_day"])
    codes[rows.price <= 0] = _CODES["not_positive"]
    asked = _Asked(tape, rows, codes, np.flatnonzero(codes == 0))
    asked.go()
    return Rulings(codes, asked.memories)


def _all_clean(tape: Tape, session: TradingSession, rows: SymbolRows) -> bool:
    """Whether every row is surely taken, by what can be seen without a look at each: so most recordings are."""
    at, price = rows.at, rows.price
    first, low = int(price[0]), int(price.min())
    if not max(session.open_at, tape.floor, tape.last_at + 1) <= at[0] or not at[-1] < session.close_at:
        return False
    if low <= 0 or low < tape.band_low or price.max() > tape.band_high:
        return False
    if tape.first_price and abs(first - tape.last_price) * 100 > tape.last_price * NEAR_PCT:
        return False
    passed, moves = np.diff(at), np.diff(price)
    if len(moves) and (passed.min() < 0 or np.abs(moves).max() * 100 > low * NEAR_PCT):
        return False
    again = np.flatnonzero(passed == 0)
    repeated = (moves[again] == 0) & (rows.quantity[again + 1] <= 0)
    return not repeated.any() and (rows.place is at or np.array_equal(rows.place, at))


class _Asked:
    """One symbol's rows inside the session, ruled on. `codes` is written to."""

    def __init__(self, tape: Tape, rows: SymbolRows, codes: npt.NDArray[np.int8], inside: npt.NDArray[np.intp]) -> None:
        self._tape, self._rows, self._codes, self._inside = tape, rows, codes, inside
        self.memories: list[tuple[int, Memory]] = []
        self._asked = 0
        self._top = np.maximum.accumulate(rows.at[inside])

    def go(self) -> None:
        """Rule on all of them."""
        odd = self._in_columns()
        if not len(odd):
            return
        shadow = _shadow_of(self._tape)
        done = 0  # of the rows inside
        while True:
            number = int(np.searchsorted(odd, done))
            if number == len(odd):
                return
            place = int(odd[number])
            self._stand(shadow, done, place)
            done = self._walk(shadow, place)

    def _in_columns(self) -> npt.NDArray[np.intp]:
        """Rule on rows that follow one that was taken; returns those (numbers inside) that must be asked about."""
        tape, mine = self._tape, self._inside
        at, price, quantity = self._rows.at[mine], self._rows.price[mine], self._rows.quantity[mine]
        before = np.maximum.accumulate(np.concatenate(((max(tape.last_at, tape.floor),), at)))[:-1]
        late = at < before
        kept = np.flatnonzero(~late)
        self._codes[mine[late]] = _CODES["out_of_order"]
        at, price = at[kept], price[kept]
        last_at = np.concatenate(((tape.last_at,), at[:-1]))
        last = np.concatenate(((tape.last_price,), price[:-1]))
        repeated = (at == last_at) & (price == last) & (quantity[kept] <= 0)
        far = np.abs(price - last) * 100 > last * NEAR_PCT
        if len(far) and not tape.first_price:
            far[0] = False
        place = self._rows.place[mine[kept]]
        strange = (price < tape.band_low) | (price > tape.band_high) | (at > place) | (at < place - place % MINUTE)
        self._codes[mine[kept[repeated]]] = _CODES["repeat"]
        odd: npt.NDArray[np.intp] = kept[(far | strange) & ~repeated]
        return odd

    def _stand(self, shadow: Tape, start: int, end: int) -> None:
        """Let the shadow stand before a row, nothing between having been asked about."""
        rows, between = self._rows, self._inside[start:end]
        taken = between[self._codes[between] == 0]
        if len(taken):
            shadow.first_price = shadow.first_price or int(rows.price[taken[0]])
            shadow.last_at, shadow.last_price = int(rows.at[taken[-1]]), int(rows.price[taken[-1]])
            shadow.jump_count = 0

    def _walk(self, shadow: Tape, start: int) -> int:
        """Ask about rows one by one, until one is taken after which the columns hold again; returns the next."""
        rows, top = self._rows, self._top
        for number in range(start, len(self._inside)):
            row = int(self._inside[number])
            at, price = int(rows.at[row]), int(rows.price[row])
            tick = Tick(shadow.symbol, at, price, float(rows.quantity[row]))
            rule = self._ask(shadow, tick, row)
            self._codes[row] = _CODES[rule or _TAKEN]
            if rule is not None:
                note(shadow, tick, rule)
                if rule in ("jump", "outlier"):
                    self.memories.append((row, (shadow.jump_count, shadow.jump_price, shadow.jump_after)))
                continue
            shadow.accept(at, price)
            if at >= top[number] and at >= self._tape.floor:
                return number + 1
        return len(self._inside)

    def _ask(self, shadow: Tape, tick: Tick, row: int) -> str | None:
        """What the guard says. Asked twice where the last bar may or may not be closed by then."""
        self._asked += 1
        if self._asked > _MOST_ASKED:
            raise NotForeseen
        place = int(self._rows.place[row])
        if tick.at >= shadow.last_at and not place - place % MINUTE <= tick.at <= place:
            raise NotForeseen
        far = abs(tick.price - shadow.last_price) * 100 > shadow.last_price * NEAR_PCT
        if not far or tick.at - shadow.last_at > RECENT_US:
            return offence(shadow, tick)
        closes, forming = self._closes(tick.at, row)
        shadow.history = _history(closes)
        rule = offence(shadow, tick)
        if not forming and closes:
            shadow.history = _history(closes[:-1])
            if offence(shadow, tick) != rule:
                raise NotForeseen
        return rule

    def _closes(self, at: Instant, row: int) -> tuple[list[int], bool]:
        """The newest closes before an instant's minute, and whether a bar of that minute is forming."""
        tape, rows = self._tape, self._rows
        taken = np.flatnonzero(self._codes[:row] == 0)
        minutes = rows.at[taken] // MINUTE
        forming = bool(len(minutes)) and int(minutes[-1]) == at // MINUTE
        ends = np.flatnonzero(np.append(minutes[1:] != minutes[:-1], not forming)[: len(minutes)])
        closes = rows.price[taken[ends]].tolist()
        if len(closes) < MOVES + 2:
            known = [bar.close for bar, _ in list(tape.history)[-MOVES - 1 :]]
            closes = [*known, *([tape.last_price] if tape.until > 0 else []), *closes]
        return closes[-MOVES - 2 :], forming


def _shadow_of(tape: Tape) -> Tape:
    """A tape as this one stands, that nobody else looks at."""
    shadow = Tape(tape.instrument)
    if tape.session is not None:
        shadow.begin(tape.session)
    for name in ("floor", "last_at", "last_price", "first_price", "jump_price", "jump_count", "jump_after"):
        setattr(shadow, name, getattr(tape, name))
    return shadow


def _history(closes: list[int]) -> PastBars:
    history = PastBars(HISTORY_BARS)
    for close in closes:
        history.append((Bar("", "1m", 0, 0, close, close, close, close, 0.0), None))
    return history
