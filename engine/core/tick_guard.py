"""Tells dirty ticks from market moves, by named rules. Asked by engine.py before a tick may touch anything.

not_positive     a price of zero or less
no_session       nothing is known of a trading day yet
wrong_day        stamped on another day than the one being traded
outside_session  the day is right, the hour is not (pre-open, closing session)
out_of_order     older than what was taken before, or of a bar that is closed
ahead            stamped more than a minute ahead of wall time, on a market whose clock is the wall's: it would carry
                 the clock of all symbols with it, and close their bars
repeat           the same instant and price again, and nothing traded in between
band             beyond the instrument's circuit limits, where it has any
jump             more than 20 % from the last price; three in a row that agree within 1 % are the new price
outlier          more than 3 % from the last price, and more than 20 times what a minute has usually moved of late (the
                 median of the last 30); three in a row on the same side are a market that moves
"""

from __future__ import annotations

from engine.core.tape import NEAR_PCT, Tape
from engine.domain.instant import MINUTE, NEVER
from engine.domain.market import Tick

AGREE_PCT = 1
AGREE_COUNT = 3
AHEAD_US = MINUTE  # so that no tick of a bar that is forming can be: those are not asked about
_ALIVE = frozenset({"repeat", "out_of_order", "jump", "outlier", "band"})  # dirty, but from a feed that works


def offence(tape: Tape, tick: Tick) -> str | None:
    """The rule a tick breaks, None for a clean one. Changes nothing."""
    at, price = tick.at, tick.price
    if price <= 0:
        return "not_positive"
    if at - AHEAD_US > tape.wall_at:
        return "ahead"
    if not tape.open_at <= at < tape.close_at:
        if tape.open_at == NEVER:
            return "no_session"
        return "outside_session" if tape.day_start <= at < tape.day_end else "wrong_day"
    if at < tape.last_at or at < tape.floor:
        return "out_of_order"
    if at == tape.last_at and price == tape.last_price and tick.quantity <= 0:
        return "repeat"
    if not tape.band_low <= price <= tape.band_high:
        return "band"
    if abs(price - tape.last_price) * 100 <= tape.last_price * NEAR_PCT:
        return None
    if tape.jumps_to(price):
        return None if _agreed(tape, price, "jump") else "jump"
    if tape.stands_out(at, price) and not _agreed(tape, price, "outlier"):
        return "outlier"
    return None


def note(tape: Tape, tick: Tick, rule: str) -> None:
    """Remember a jump, so that a market that really moved is believed the third time; and that the feed lives."""
    if tape.wall_at != NEVER and (rule in _ALIVE or _of_the_day_before(tape, tick, rule)):
        tape.heard_at = tape.wall_at
    if rule not in ("jump", "outlier"):
        return
    count = tape.jump_count + 1 if _agrees(tape, tick.price, rule) else 1
    tape.doubt(count, tick.price, tape.last_at)


def _of_the_day_before(tape: Tape, tick: Tick, rule: str) -> bool:
    """Whether it is only late, at a venue that never closes: the last trade of a quiet symbol may be yesterday's."""
    return rule == "wrong_day" and tick.at < tape.open_at and tape.session is not None and not tape.session.closes


def _agrees(tape: Tape, price: int, rule: str) -> bool:
    in_a_row = tape.jump_count > 0 and tape.jump_after == tape.last_at  # no clean tick came between
    if rule == "outlier":
        return in_a_row and (price > tape.last_price) == (tape.jump_price > tape.last_price)
    return in_a_row and abs(price - tape.jump_price) * 100 <= tape.jump_price * AGREE_PCT


def _agreed(tape: Tape, price: int, rule: str) -> bool:
    return tape.jump_count >= AGREE_COUNT - 1 and _agrees(tape, price, rule)
