"""Taking ticks as whole minutes changes nothing: the same records in the same order, the same equity line, the same
state after it, and the guard's rulings one by one.
"""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest

from engine.core.tape import Tape
from engine.domain.account import AccountSpec, BotSpec, Desired
from engine.domain.events import BotChanged, InstrumentListed, MarketEnded, SessionOpened
from engine.domain.instant import MINUTE
from engine.research.foresight import foreseeable
from engine.research.skip_ticks import run_ticks
from engine.simulation.paper import PaperLoop
from engine.strategies.registry import make
from tests.builders.market import instrument
from tests.builders.times import MONDAY, TUESDAY, session
from tests.research.test_skip_ahead import SYMBOLS, random_run
from tests.research.test_skip_bars import take_a_day, two_loops

STREAMS = 150


def shape_of(tape: Tape) -> dict[str, Any]:
    """Everything a tape holds that is more than a matter of speed. A jump that a clean tick followed is forgotten."""
    left_out = {"instrument", "calm_low", "calm_high", "_anchor_low", "_anchor_high"}
    shape = {name: getattr(tape, name) for name in Tape.__slots__ if name not in left_out}
    if tape.jump_after != tape.last_at:
        shape["jump_count"] = 0
    if tape.until < 0:
        for name in ("bar_open_at", "open", "high", "low", "volume"):
            del shape[name]
    return shape


def standing(loop: PaperLoop) -> dict[str, Any]:
    """What the account stands at."""
    state = loop.engine.state
    return {
        "counts": (state.ticks, state.bars, state.dropped, state.now, state.next_due_at, state.sequence),
        "ledger": (state.ledger.cash, state.ledger.high_water_mark, state.ledger.marks),
        "tapes": [shape_of(state.tapes[symbol]) for symbol in SYMBOLS],
        "values": [dict(state.series[symbol]["1m"].indicators.values) for symbol in sorted(state.series)],
        "bots": [(bot.bot_id, bot.last_evaluated_at, bot.sessions, bot.error) for bot in state.bots.values()],
        "stops": [(p.bot_id, p.symbol, p.stop_price, p.best_price) for p in state.portfolio.all()],
    }


def assert_equal(seed: int) -> int:
    chance = random.Random(seed)
    stepped, expected, skipped, found = two_loops(chance, seed)
    last = 0
    for day in (MONDAY, TUESDAY)[: chance.choice((1, 1, 2))]:
        trading = session(day, flatten=chance.choice(("14:55", None)))
        begin = chance.choice((trading.open_at, trading.open_at, trading.close_at - 40 * MINUTE))
        run = random_run(chance, begin, chance.randrange(20, 80), whole=chance.random() < 0.7)
        last = int(run.place[-1])
        for loop in (stepped, skipped):
            loop.step(SessionOpened(trading, trading.open_at))
        take_a_day(chance, run, stepped, partial(run_ticks, skipped))
        assert found == expected
        assert standing(skipped) == standing(stepped)
    for loop in (stepped, skipped):
        loop.step(MarketEnded(last))
    assert found == expected
    assert standing(skipped) == standing(stepped)
    return sum(type(effect.record).__name__ == "FillRecord" for effect in found)


@pytest.mark.parametrize("third", range(3))
def test_taking_whole_minutes_equals_stepping_on_random_streams(third: int) -> None:
    fills = [assert_equal(seed) for seed in range(third * STREAMS // 3, (third + 1) * STREAMS // 3)]
    assert sum(fills) > 60


def test_where_a_venue_takes_limits_alone_nothing_is_asked_ahead() -> None:
    at_market = BotSpec("bot-0", "confluence", SYMBOLS)
    for limits_only in (False, True):
        account = AccountSpec("paper-limits", "user", limits_only=limits_only)
        loop = PaperLoop(account, make, [].append, views=False)
        for symbol in SYMBOLS:
            loop.step(InstrumentListed(instrument(symbol)))
        loop.step(BotChanged(at_market, Desired.RUNNING, 1))
        assert foreseeable(loop.engine.state) is not limits_only
