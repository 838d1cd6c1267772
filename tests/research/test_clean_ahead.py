"""What the guard is asked ahead it says again when the ticks come: row by row, whatever dirt is among them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine.core.tape import Tape
from engine.core.tick_guard import note, offence
from engine.domain.instant import DAY, MINUTE, SECOND
from engine.domain.market import Tick
from engine.market_data.runs import SymbolRows
from engine.research.clean_ahead import NotForeseen, rulings_on
from tests.builders.market import instrument
from tests.builders.times import session

TRADING = session()


def dirty_rows(chance: random.Random) -> SymbolRows:
    """A few hundred ticks, one in six of them dirty in some way, some dirt in rows of its own; or none dirty at all."""
    clean = chance.random() < 0.2
    at, price = TRADING.open_at + chance.randrange(-2, 2) * MINUTE, chance.randrange(5_000, 300_000)
    rows: list[tuple[int, int, int, float]] = []
    place, wrong = at, 0
    for _ in range(chance.randrange(50, 400)):
        at += chance.choice((0, 0, 1, 1, 3, 20, 70)) * SECOND
        place = max(place, at)
        if not clean and chance.random() < 0.004:
            price = price * chance.choice((50, 150, 97, 103)) // 100  # the market moved
        price = max(100, round(price * (1 + chance.gauss(0, 0.0005))))
        wrong = wrong - 1 if wrong else (chance.randrange(1, 5) if not clean and chance.random() < 0.05 else 0)
        shown = price * chance.choice((2, 2, 3, 104, 93)) if wrong else price
        shown = shown // 100 if shown > 20 * price else shown
        stamped, dirt = at, 1.0 if clean else chance.random()
        if dirt < 0.02:
            stamped = place - chance.randrange(1, 50) * SECOND
        elif dirt < 0.04:
            stamped = chance.choice((0, at + DAY, at - 2 * DAY))
        elif dirt < 0.05:
            shown = chance.choice((0, -5))
        rows.append((place, stamped, shown, float(chance.randrange(3) + clean)))
        if not clean and chance.random() < 0.05:
            rows.append((place, stamped, shown, 0.0))
    places, stamps, prices, quantities = (np.array(column) for column in zip(*rows, strict=True))
    return SymbolRows("AAA", np.arange(len(rows)), places, stamps, prices, quantities)


def tape() -> Tape:
    fresh = Tape(instrument("AAA"))
    fresh.begin(TRADING)
    return fresh


def judged(rows: SymbolRows) -> tuple[Tape, list[str | None]]:
    """The guard's word on each tick as it comes, the clock coming to each minute by the symbol's own ticks."""
    own, said = tape(), []
    for at, price, quantity in zip(rows.at.tolist(), rows.price.tolist(), rows.quantity.tolist(), strict=True):
        tick = Tick("AAA", at, price, quantity)
        rule = offence(own, tick)
        said.append(rule)
        if rule is not None:
            note(own, tick, rule)
            continue
        if 0 < own.until <= at:
            own.cut(at - at % MINUTE)
            own.history.append((own.closed.pop(), TRADING))
        own.accept(at, price)
        own.form(at, price, quantity)
    return own, said


def test_each_row_is_ruled_on_as_the_guard_rules_when_it_comes() -> None:
    foreseen, found = 0, set()
    for seed in range(300):
        rows = dirty_rows(random.Random(seed))
        try:
            rulings = rulings_on(tape(), TRADING, rows)
        except NotForeseen:
            continue
        foreseen += 1
        own, said = judged(rows)
        assert np.flatnonzero(rulings.taken).tolist() == [row for row, rule in enumerate(said) if rule is None]
        rules = {rule for rule in said if rule is not None}
        assert rulings.dropped(len(rows.at)) == {rule: said.count(rule) for rule in rules}
        memory = rulings.memory(len(rows.at))
        if memory is not None and memory[0]:
            assert memory == (own.jump_count, own.jump_price, own.jump_after)
        found |= rules
    assert foreseen > 200
    assert found == {"not_positive", "wrong_day", "outside_session", "out_of_order", "repeat", "jump", "outlier"}


def test_nothing_is_foreseen_of_a_row_that_may_be_of_a_minute_that_the_others_have_closed() -> None:
    opened = TRADING.open_at
    at = np.array([opened, opened + 10 * SECOND])
    place = np.array([opened, opened + 70 * SECOND])
    with pytest.raises(NotForeseen):
        rulings_on(tape(), TRADING, SymbolRows("AAA", np.arange(2), place, at, np.array([100, 101]), np.ones(2)))
