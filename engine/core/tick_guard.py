"""Tells dirty ticks from market moves, by named rules. Asked by engine.py before a tick may touch anything.

not_positive     a price of zero or less
no_session       nothing is known of a trading day yet
wrong_day        stamped on another day than the one being traded
outside_session  the day is right, the hour is not (pre-open, closing session)
out_of_order     older than what was taken before, or of a bar that is closed
repeat           the same instant and price again, and nothing traded in between
jump             more than 20 % from the last price; three in a row that agree within 1 % are the new price
"""

from __future__ import annotations

from engine.core.tape import Tape
from engine.domain.instant import NEVER
from engine.domain.market import Tick

AGREE_PCT = 1
AGREE_COUNT = 3


def offence(tape: Tape, tick: Tick) -> str | None:
    """The rule a tick breaks, None for a clean one. Changes nothing."""
    at, price = tick.at, tick.price
    if price <= 0:
        return "not_positive"
    if not tape.open_at <= at < tape.close_at:
        if tape.open_at == NEVER:
            return "no_session"
        return "outside_session" if tape.day_start <= at < tape.day_end else "wrong_day"
    if at < tape.last_at or at < tape.floor:
        return "out_of_order"
    if at == tape.last_at and price == tape.last_price and tick.quantity <= 0:
        return "repeat"
    if tape.jumps_to(price) and not _agreed(tape, price):
        return "jump"
    return None


def note(tape: Tape, tick: Tick, rule: str) -> None:
    """Remember a jump, so that a market that really moved is believed the third time."""
    if rule != "jump":
        return
    if _agrees(tape, tick.price):
        tape.jump_count += 1
    else:
        tape.jump_count = 1
    tape.jump_price, tape.jump_after = tick.price, tape.last_at


def _agrees(tape: Tape, price: int) -> bool:
    in_a_row = tape.jump_count > 0 and tape.jump_after == tape.last_at  # no clean tick came between
    return in_a_row and abs(price - tape.jump_price) * 100 <= tape.jump_price * AGREE_PCT


def _agreed(tape: Tape, price: int) -> bool:
    return tape.jump_count >= AGREE_COUNT - 1 and _agrees(tape, price)
