"""Skipping bars changes nothing: the same records in the same order, the same equity line, the same state after it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
import pytest

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Verdict
from engine.core.tape import Tape
from engine.domain.account import AccountSpec, BotSpec, Desired, Exits
from engine.domain.effects import PublishRecord
from engine.domain.events import BotChanged, InstrumentListed, MarketEnded, SessionOpened
from engine.domain.instant import MINUTE
from engine.domain.market import Bar, TradingSession
from engine.domain.risk import RiskPolicy
from engine.domain.signal import SignalType
from engine.market_data.runs import BarRun
from engine.research.skip_bars import run_bars
from engine.simulation.fill_model import FillModel
from engine.simulation.paper import PaperLoop
from engine.strategies.registry import make
from tests.builders.market import instrument
from tests.builders.times import MONDAY, TUESDAY, WEDNESDAY, session

SYMBOLS = ("AAA", "BBB", "CCC")
STREAMS = 300
STRATEGIES = ("confluence", "confluence", "confluence", "trend", "vwap_reversion", "accumulate", "opening_range")


def random_bars(chance: random.Random, trading: TradingSession, prices: list[int]) -> BarRun:
    """A day's bars of three symbols: trends, holes, flat minutes, spikes, some before the open and after the close."""
    rows: list[tuple[int, int, int, bool, int, int, int, int, int, float]] = []
    minutes = chance.randrange(20, 130)
    first = trading.open_at - chance.choice((0, 0, 0, 3)) * MINUTE
    if chance.random() < 0.2:
        first = trading.close_at - 60 * MINUTE
    for code in range(len(SYMBOLS)):
        lean, hole = 0.0, 0
        for number in range(minutes):
            open_at = first + number * MINUTE
            hole = hole - 1 if hole else (chance.randrange(1, 25) if chance.random() < 0.02 else 0)
            if hole or chance.random() < 0.03:
                continue
            lean = chance.uniform(-1, 1) if chance.random() < 0.05 else lean
            steps = [prices[code]]
            for _ in range(chance.choice((0, 1, 3, 3))):
                move = 1 + lean * 0.001 + chance.gauss(0, 0.001)
                steps.append(
                    max(100, round(steps[-1] * (move if chance.random() < 0.99 else chance.choice((0.95, 1.05)))))
                )
            prices[code] = steps[-1]
            bar = (open_at, steps[0], max(steps), min(steps), steps[-1], float(chance.randrange(4)))
            rows.append((open_at + MINUTE, 0, code, True, *bar))
            rows.append((open_at, 1, code, False, *bar))
    rows.sort(key=lambda row: row[:3])
    place, _, codes, closes, *values = (np.array(column) for column in zip(*rows, strict=True))
    return BarRun(SYMBOLS, ("1m",) * len(SYMBOLS), place, codes, closes, *values)


def random_bots(chance: random.Random) -> list[BotSpec]:
    """Eager bots, with exits near enough to be touched by the next bars."""
    bots = []
    for number in range(chance.randrange(1, 4)):
        near = Decimal(chance.randrange(5, 90)) / 100
        strategy = chance.choice(STRATEGIES)
        wild = {
            "buy_at": float(chance.randrange(5, 60)),
            "sell_at": float(chance.randrange(5, 60)),
            "confirm_s": chance.choice((0, 60, 180)),
            "allow_short": chance.random() < 0.3,
            "follow_volatility": chance.random() < 0.2,
        }
        bots.append(
            BotSpec(
                f"bot-{number}",
                strategy,
                tuple(sorted(chance.sample(SYMBOLS, chance.randrange(1, 4)))),
                parameters={"cooldown_s": chance.choice((0, 120)), **(wild if strategy == "confluence" else {})},
                exits=chance.choice(
                    (
                        Exits(),
                        Exits(near),
                        Exits(near, near),
                        Exits(None, near * 2),
                        Exits(near, trail_pct=near),
                        Exits(near, break_even_at_pct=near),
                        Exits(time_exit_s=chance.randrange(60, 900)),
                    )
                ),
            )
        )
    return bots


def paper(bots: list[BotSpec], model: FillModel, policy: RiskPolicy) -> tuple[PaperLoop, list[PublishRecord]]:
    """A loop before its first day, and where its records go."""
    records: list[PublishRecord] = []
    loop = PaperLoop(
        AccountSpec("paper-skip", "user", risk_policy=policy), make, records.append, model=model, views=False
    )
    for symbol in SYMBOLS:
        loop.step(InstrumentListed(instrument(symbol)))
    for bot in bots:
        loop.step(BotChanged(bot, Desired.RUNNING, 1))
    return loop, records


def shape_of(tape: Tape) -> dict[str, Any]:
    """Everything a tape holds that bars leave a trace in. What is calm is a matter of ticks."""
    left_out = {"instrument", "calm_low", "calm_high", "_anchor_low", "_anchor_high"}
    return {name: getattr(tape, name) for name in Tape.__slots__ if name not in left_out}


def standing(loop: PaperLoop) -> dict[str, Any]:
    """What the account stands at."""
    state = loop.engine.state
    return {
        "counts": (state.bars, state.dropped, state.now, state.next_due_at, state.sequence),
        "ledger": (state.ledger.cash, state.ledger.high_water_mark, state.ledger.marks),
        "tapes": [shape_of(state.tapes[symbol]) for symbol in SYMBOLS],
        "values": [
            {
                key: state.series[symbol]["1m"].indicators.values[key]
                for key in state.series[symbol]["1m"].indicators.values
            }
            for symbol in sorted(state.series)
        ],
        "bots": [(bot.bot_id, bot.last_evaluated_at, bot.sessions, bot.error) for bot in state.bots.values()],
        "stops": [(p.bot_id, p.symbol, p.stop_price, p.best_price) for p in state.portfolio.all()],
    }


def two_loops(chance: random.Random, seed: int) -> tuple[PaperLoop, list[Any], PaperLoop, list[Any]]:
    """Two alike, each with where its records go: one to be stepped, one to skip."""
    bots = random_bots(chance)
    model = FillModel(seed, latency_ms=chance.choice((0, 0, 1_500)), partial_pct=chance.choice((0, 50)))
    losing = chance.choice((Decimal(20), Decimal("0.3")))
    policy = RiskPolicy(
        at_risk_max_pct=Decimal(60), day_loss_max_pct=losing, losses_in_a_row_max=chance.choice((None, 3))
    )
    return *paper(bots, model, policy), *paper(bots, model, policy)


def take_a_day(chance: random.Random, run: Any, stepped: PaperLoop, skip: Callable[[Any], None]) -> None:
    """Step a run of a session through one loop, and let the other skip through it in two parts, cut anywhere."""
    stepped.run(run.events())
    cut = chance.randrange(len(run) + 1)
    for start, end in ((0, cut), (cut, len(run))):
        if start < end:
            skip(run.part(start, end))


def assert_equal(seed: int) -> int:
    chance = random.Random(seed)
    stepped, expected, skipped, found = two_loops(chance, seed)
    prices = [chance.randrange(5_000, 300_000) for _ in SYMBOLS]
    last = 0
    for day in (MONDAY, TUESDAY, WEDNESDAY)[: chance.choice((1, 2, 3))]:
        trading = session(day, flatten=chance.choice(("14:55", "14:55", None)))
        run = random_bars(chance, trading, prices)
        last = int(run.place[-1])
        for loop in (stepped, skipped):
            loop.step(SessionOpened(trading, trading.open_at))
        take_a_day(chance, run, stepped, partial(run_bars, skipped))
        assert found == expected
    for loop in (stepped, skipped):
        loop.step(MarketEnded(last))
    assert found == expected
    assert standing(skipped) == standing(stepped)
    return sum(type(effect.record).__name__ == "FillRecord" for effect in found)


@pytest.mark.parametrize("hundred", range(3))
def test_skipping_bars_equals_stepping_on_random_streams(hundred: int) -> None:
    fills = [assert_equal(seed) for seed in range(hundred * STREAMS // 3, (hundred + 1) * STREAMS // 3)]
    assert sum(fills) > 250


class Changes:
    """Says BUY of the second bar and SELL of the third, nothing of any other."""

    needs = ()
    cooldown_s, allow_short, confirm_us = 0, False, 0

    def __init__(self) -> None:
        self._bars = 0

    def on_bar(self, bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
        self._bars += 1
        signal = {2: SignalType.BUY, 3: SignalType.SELL}.get(self._bars)
        return Verdict("signal" if signal else "quiet", 100.0, signal)

    def explain(self, verdict: Verdict) -> tuple[str, ...]:
        return ("it was the turn of it",)


def test_a_minute_without_a_bar_after_an_entry_was_taken_back_has_its_point_on_the_equity_line() -> None:
    trading, marks = session(), []
    minutes = (30, 31, 32, 34, 35, 36)
    rows = sorted(
        (trading.open_at + (minute + closes) * MINUTE, not closes) for minute in minutes for closes in (False, True)
    )
    place = np.array([at for at, _ in rows])
    closes = np.array([not opens for _, opens in rows])
    flat = np.full(len(rows), 10_000)
    run = BarRun(("AAA",), ("1m",), place, np.zeros(len(rows), dtype=np.int64), closes,
                 place - closes * MINUTE, flat, flat, flat, flat, np.ones(len(rows)))  # fmt: skip
    for stepped in (True, False):
        account = AccountSpec("paper-skip", "user")
        records: list[PublishRecord] = []
        loop = PaperLoop(account, lambda *_: Changes(), records.append, model=FillModel(latency_ms=50_000), views=False)
        loop.step(InstrumentListed(instrument("AAA")))
        loop.step(BotChanged(BotSpec("bot", "confluence", ("AAA",)), Desired.RUNNING, 1))
        loop.step(SessionOpened(trading, trading.open_at))
        if stepped:
            loop.run(run.events())
        else:
            run_bars(loop, run)
        loop.step(MarketEnded(int(place[-1])))
        assert "cancelled" in {getattr(one.record, "state", None) for one in records}
        marks.append(list(loop.engine.state.ledger.marks))
    assert marks[0] == marks[1]
    assert (trading.open_at + 34 * MINUTE) in {mark.at for mark in marks[0]}
