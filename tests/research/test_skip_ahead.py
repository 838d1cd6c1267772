"""Skipping ahead changes nothing: the same records in the same order, the same bars, the same state at the end."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from engine.core.tape import Tape
from engine.domain.account import AccountSpec, BotSpec, Desired, Exits
from engine.domain.effects import PublishRecord
from engine.domain.events import BotChanged, InstrumentListed, MarketEnded, SessionOpened
from engine.domain.instant import MINUTE, SECOND
from engine.domain.risk import RiskPolicy
from engine.market_data.runs import TickRun
from engine.research.skip_ahead import run_ahead
from engine.simulation.fill_model import FillModel
from engine.simulation.paper import PaperLoop
from engine.strategies.registry import make
from tests.builders.market import instrument
from tests.builders.times import session

SYMBOLS = ("AAA", "BBB", "CCC")
STREAMS = 150


def random_run(chance: random.Random, open_at: int, minutes: int, whole: bool) -> TickRun:
    """Ticks of three symbols: trends, holes, one-tick minutes, equal times, repeats, late ticks, spikes, wrong days."""
    rows: list[tuple[int, int, int, int, float]] = []
    for code in range(len(SYMBOLS)):
        at, price, lean = open_at - chance.randrange(2) * 30 * SECOND, chance.randrange(5_000, 300_000), 0.0
        place = at
        while at < open_at + minutes * MINUTE:
            at += chance.choice((0, 1, 1, 1, 2, 5, 20, 70)) * SECOND + chance.choice((0, 0, 137))
            if chance.random() < 0.02:
                lean = chance.uniform(-1, 1)
            price = max(100, round(price * (1 + lean * 0.0006 + chance.gauss(0, 0.0004))))
            stamped, shown = at, price
            dirt = chance.random()
            if dirt < 0.01:
                stamped = at - chance.randrange(1, 90) * SECOND
            elif dirt < 0.015:
                shown = price * chance.choice((2, 3))
            elif dirt < 0.018:
                stamped = chance.choice((0, at + 2 * 24 * 60 * MINUTE))
            elif dirt < 0.022:
                shown = price * chance.choice((93, 96, 104, 107)) // 100
            quantity = float(chance.randrange(3)) if whole else chance.random()
            place = max(place, at)
            rows.append((place, code, stamped, shown, quantity))
            if chance.random() < 0.02:
                rows.append((place, code, stamped, shown, 0.0))
    rows.sort(key=lambda row: (row[0], row[1]))
    place, codes, at_, prices, quantities = (np.array(column) for column in zip(*rows, strict=True))
    return TickRun(SYMBOLS, place, codes, at_, prices, quantities.astype(np.float64))


def random_bots(chance: random.Random) -> list[BotSpec]:
    """Eager bots, with exits near enough to be touched inside a minute."""
    bots = []
    for number in range(chance.randrange(1, 4)):
        near = Decimal(chance.randrange(5, 60)) / 100
        bots.append(
            BotSpec(
                f"bot-{number}",
                "confluence",
                tuple(sorted(chance.sample(SYMBOLS, chance.randrange(1, 4)))),
                timeframe=chance.choice(("1m", "1m", "3m")),
                parameters={
                    "buy_at": float(chance.randrange(5, 50)),
                    "sell_at": float(chance.randrange(5, 50)),
                    "confirm_s": chance.choice((0, 60, 180)),
                    "cooldown_s": chance.choice((0, 120)),
                    "allow_short": chance.random() < 0.3,
                },
                exits=chance.choice((Exits(), Exits(near), Exits(near, near), Exits(None, near * 2))),
            )
        )
    if chance.random() < 0.3:
        often = {"rank_minutes": chance.choice((1, 3, 10)), "from_minutes": 5, "hold": 1, "slack": 0}
        parameters = {"momentum_bars": 5, "atr_period": 3, **often}
        bots.append(BotSpec("turns", "rotation", SYMBOLS, parameters=parameters, exits=Exits(Decimal("0.3"))))
    return bots


def paper(bots: list[BotSpec], model: FillModel) -> tuple[PaperLoop, list[PublishRecord]]:
    """A loop at the opening, and where its records go."""
    records: list[PublishRecord] = []
    spec = AccountSpec("paper-skip", "user", risk_policy=RiskPolicy(at_risk_max_pct=Decimal(60)))
    loop = PaperLoop(spec, make, records.append, model=model)
    for symbol in SYMBOLS:
        loop.step(InstrumentListed(instrument(symbol)))
    for bot in bots:
        loop.step(BotChanged(bot, Desired.RUNNING, 1))
    trading = session()
    loop.step(SessionOpened(trading, trading.open_at))
    return loop, records


def shape_of(tape: Tape) -> dict[str, Any]:
    """Everything a tape holds, but for what holds it."""
    return {name: getattr(tape, name) for name in Tape.__slots__ if name != "instrument"}


def assert_equal(seed: int) -> int:
    chance = random.Random(seed)
    run = random_run(chance, session().open_at, chance.randrange(30, 110), whole=chance.random() < 0.7)
    bots = random_bots(chance)
    model = FillModel(seed, latency_ms=chance.choice((0, 0, 1_500)), partial_pct=chance.choice((0, 50)))
    stepped, expected = paper(bots, model)
    stepped.run(run.events())
    skipped, found = paper(bots, model)
    half = chance.randrange(len(run))
    for rows in (slice(0, half), slice(half, None)):
        part = TickRun(run.symbols, run.place[rows], run.codes[rows], run.at[rows], run.price[rows], run.quantity[rows])
        run_ahead(skipped, part)
    assert found == expected
    before, after = stepped.engine.state, skipped.engine.state
    assert (after.ticks, after.bars, after.dropped, after.now) == (
        before.ticks,
        before.bars,
        before.dropped,
        before.now,
    )
    assert [shape_of(after.tapes[s]) for s in SYMBOLS] == [shape_of(before.tapes[s]) for s in SYMBOLS]
    for loop in (stepped, skipped):
        loop.step(MarketEnded(int(run.place[-1])))
    assert found == expected
    return sum(type(effect.record).__name__ == "FillRecord" for effect in found)


@pytest.mark.parametrize("hundred", range(3))
def test_skipping_ahead_equals_stepping_on_random_streams(hundred: int) -> None:
    fills = [assert_equal(seed) for seed in range(hundred * STREAMS // 3, (hundred + 1) * STREAMS // 3)]
    assert sum(fills) > 250
