"""Sleeping changes nothing: bots that are asked only about bars that mean something to them decide what those decide
that are asked about every bar.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from engine.core.indicators import IndicatorKey
from engine.core.state import MakeStrategy
from engine.core.strategy import Verdict
from engine.domain.account import AccountSpec, BotSpec, Desired
from engine.domain.effects import PublishRecord
from engine.domain.events import BotChanged, InstrumentListed, MarketEnded, SessionOpened
from engine.domain.execution import EntryStyle, Execution
from engine.domain.instant import MINUTE
from engine.domain.market import Bar
from engine.simulation.paper import PaperLoop
from engine.strategies.confluence import Confluence, Parameters, score_of
from engine.strategies.registry import make
from tests.builders.market import instrument
from tests.builders.times import session
from tests.research.test_skip_ahead import SYMBOLS, random_run


class Sleepless:
    """A strategy that does not say when it may sleep."""

    def __init__(self, own: Any) -> None:
        self._own = own
        self.on_bar, self.explain = own.on_bar, own.explain

    @property
    def needs(self) -> Any:
        return self._own.needs

    cooldown_s = property(lambda self: self._own.cooldown_s)
    allow_short = property(lambda self: self._own.allow_short)
    confirm_us = property(lambda self: self._own.confirm_us)


def counted(asked: list[str], *, sleeps: bool) -> MakeStrategy:
    """Strategies that note whenever they are asked about a bar."""

    def made(name: str, parameters: Mapping[str, Any]) -> Any:
        own = make(name, parameters)
        counting = Sleepless(own)
        if sleeps:
            counting.gauge, counting.sleeps, counting.stayed = own.gauge, own.sleeps, own.stayed

        def on_bar(bar: Bar, values: Mapping[IndicatorKey, float | None]) -> Verdict:
            asked.append(bar.symbol)
            verdict: Verdict = own.on_bar(bar, values)
            return verdict

        counting.on_bar = on_bar
        return counting

    return made


def sleepless(name: str, parameters: Mapping[str, Any]) -> Any:
    return Sleepless(make(name, parameters))


def random_bots(chance: random.Random) -> list[BotSpec]:
    """Many bots on few symbols, with thresholds of their own; some with limits, some that follow the volatility."""
    return [
        BotSpec(
            f"bot-{number:02d}",
            "confluence",
            tuple(sorted(chance.sample(SYMBOLS, chance.randrange(1, 4)))),
            timeframe=chance.choice(("1m", "1m", "3m")),
            parameters={
                "buy_at": float(chance.randrange(1, 100)),
                "sell_at": float(chance.randrange(1, 100)),
                "confirm_s": chance.choice((0, 60, 61, 180)),
                "cooldown_s": chance.choice((0, 120)),
                "allow_short": chance.random() < 0.3,
                "follow_volatility": chance.random() < 0.1,
            },
            execution=Execution(EntryStyle.LIMIT) if chance.random() < 0.1 else Execution(),
        )
        for number in range(chance.randrange(5, 30))
    ]


def decided(seed: int, make_strategy: MakeStrategy) -> tuple[list[PublishRecord], Any]:
    """What a random market's bots publish, one of them paused for a while, and how they stand at the end."""
    chance = random.Random(seed)
    records: list[PublishRecord] = []
    loop = PaperLoop(AccountSpec("paper-sleep", "user"), make_strategy, records.append, views=False)
    for symbol in SYMBOLS:
        loop.step(InstrumentListed(instrument(symbol)))
    bots = random_bots(chance)
    for bot in bots:
        loop.step(BotChanged(bot, Desired.RUNNING, 1))
    trading = session()
    loop.step(SessionOpened(trading, trading.open_at))
    run = random_run(chance, trading.open_at, 70, whole=True)
    third = len(run) // 3
    loop.run(run.events(0, third))
    loop.step(BotChanged(bots[0], chance.choice((Desired.STOPPED, Desired.PAUSED)), 2))
    loop.run(run.events(third, 2 * third))
    loop.step(BotChanged(bots[0], Desired.RUNNING, 3))
    loop.run(run.events(2 * third))
    loop.step(MarketEnded(int(run.place[-1])))
    state = loop.engine.state
    return records, [(bot.bot_id, bot.last_evaluated_at, bot.sessions, bot.session_day) for bot in state.bots.values()]


@pytest.mark.parametrize("eight", range(3))
def test_bots_that_sleep_decide_what_those_decide_that_look_at_every_bar(eight: int) -> None:
    signals = 0
    for seed in range(eight * 8, eight * 8 + 8):
        sleeping = decided(seed, make)
        assert sleeping == decided(seed, sleepless)
        signals += sum(type(effect.record).__name__ == "SignalRecord" for effect in sleeping[0])
    assert signals > 100


def test_bots_that_sleep_are_asked_about_few_bars() -> None:
    asked: list[str] = []
    every: list[str] = []
    decided(3, counted(asked, sleeps=True))
    decided(3, counted(every, sleeps=False))
    assert 0 < len(asked) < len(every) / 2


def readings(chance: random.Random, bars: int) -> list[dict[IndicatorKey, float | None]]:
    """Indicators whose score wanders over all there is, not warm now and then."""
    rows: list[dict[IndicatorKey, float | None]] = []
    level = 0.0
    for _ in range(bars):
        level = max(-1.2, min(1.2, level + chance.gauss(0, 0.3)))
        cold = chance.random() < 0.03
        rows.append(
            {
                ("rsi", 14): None if cold else 50.0 + 20.0 * level,
                ("ema", 12): 100.0 + level,
                ("ema", 26): 100.0,
                ("macd_histogram", 12, 26, 9): level / 4.0,
                ("atr", 14): 0.0 if chance.random() < 0.01 else 1.0,
            }
        )
    return rows


@pytest.mark.parametrize("seed", range(40))
def test_a_bar_within_what_confluence_sleeps_through_gives_no_signal_and_leaves_it_as_it_is(seed: int) -> None:
    chance = random.Random(seed)
    parameters = Parameters(buy_at=chance.choice((20.0, 60.0, 100.0)), sell_at=40.0, confirm_s=chance.choice((0, 180)))
    strategy, slept = Confluence(parameters), 0
    for number, values in enumerate(readings(chance, 400), start=1):
        bar = Bar("AAA", "1m", (number - 1) * MINUTE, number * MINUTE, 1, 1, 1, 1, 0.0)
        before = strategy.sleeps()
        assert strategy.gauge is not None
        reading = strategy.gauge(values)
        verdict = strategy.on_bar(bar, values)
        assert verdict.score == reading
        within = before.unread if reading is None else before.low <= reading <= before.high
        if within and bar.close_at < before.until:
            slept += 1
            assert (verdict.signal, strategy.sleeps()) == (None, before)
    assert slept > 150


@pytest.mark.parametrize("seed", range(20))
def test_a_stay_told_of_makes_confluence_what_the_bars_of_it_would_have_made(seed: int) -> None:
    chance = random.Random(seed)
    parameters = Parameters(buy_at=40.0, sell_at=40.0, confirm_s=600)
    strategy, told = Confluence(parameters), 0
    base, since, above = strategy.sleeps(), 0, False
    for number, values in enumerate(readings(chance, 400), start=1):
        reading = score_of(values)
        strategy.on_bar(Bar("AAA", "1m", (number - 1) * MINUTE, number * MINUTE, 1, 1, 1, 1, 0.0), values)
        beyond = reading is not None and not base.low <= reading <= base.high
        if reading is not None and beyond and (not since or above != (reading > base.high)):
            since, above = number * MINUTE, reading > base.high
        if not beyond:
            since = 0
            assert strategy.sleeps() == base
        elif number * MINUTE - since < base.stay_us:
            twin = Confluence(parameters)
            twin.stayed(since, above)
            told += 1
            assert strategy.sleeps() == twin.sleeps()
    assert told > 50
