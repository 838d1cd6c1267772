"""`rotation` on strengths made by hand: who is chosen, who keeps a place, what is said when, and to whom."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Verdict
from engine.domain.errors import InvalidValue
from engine.domain.instant import MINUTE
from engine.domain.market import Bar
from engine.domain.signal import SignalType
from engine.strategies.rotation import SESSION, Parameters, Rotation
from tests.builders.times import MONDAY, TUESDAY, WEDNESDAY, session

MOMENTUM: IndicatorKey = ("momentum", 4)
ATR: IndicatorKey = ("atr", 14)
BUY, SELL = SignalType.BUY, SignalType.SELL
Line = Mapping[str, float | None]


def made(**given: float) -> Rotation:
    """Ranks 10 minutes after the open and every 10 after that; with 4 bars and an ATR of 0.5 strength is momentum."""
    defaults = {"momentum_bars": 4, "from_minutes": 10, "rank_minutes": 10, "slack": 0}
    return Rotation(Parameters(**{**defaults, **given}))  # type: ignore[arg-type]


def verdicts(strategy: Rotation, minute: int, line: Line, day: str = MONDAY) -> Mapping[str, Verdict]:
    """What is said at the close so many minutes after the open of symbols with these strengths; None: not warm."""
    close_at = session(day).open_at + minute * MINUTE
    bars = {symbol: Bar(symbol, "1m", close_at - MINUTE, close_at, 1, 1, 1, 1, 1.0) for symbol in sorted(line)}
    values: dict[str, Mapping[IndicatorKey, float | None]] = {
        symbol: {MOMENTUM: line[symbol], ATR: 0.5, SESSION: float(minute)} for symbol in bars
    }
    return strategy.on_bars(close_at, bars, values)


def told(strategy: Rotation, minute: int, line: Line, day: str = MONDAY) -> dict[str, SignalType]:
    """The signals of that moment."""
    said = verdicts(strategy, minute, line, day)
    return {symbol: verdict.signal for symbol, verdict in said.items() if verdict.signal is not None}


RISING = {"A": 4.0, "B": 3.0, "C": 2.0, "D": 1.0}


def test_the_sessions_first_ranking_sells_the_rest_and_buys_the_best_a_bar_later() -> None:
    strategy = made()
    assert told(strategy, 9, RISING) == {}
    assert told(strategy, 10, RISING) == {"C": SELL, "D": SELL}
    assert told(strategy, 11, RISING) == {"A": BUY, "B": BUY}
    assert told(strategy, 12, RISING) == {}


def test_where_nothing_is_sold_the_best_are_bought_at_once() -> None:
    assert told(made(hold=2), 10, {"A": 2.0, "B": 1.0}) == {"A": BUY, "B": BUY}


def test_later_rankings_tell_what_changes_and_nothing_else() -> None:
    strategy = made()
    for minute in (10, 11):
        told(strategy, minute, RISING)
    assert told(strategy, 19, {**RISING, "D": 9.0}) == {}
    assert told(strategy, 20, {**RISING, "D": 9.0}) == {"B": SELL}
    assert told(strategy, 21, {**RISING, "D": 9.0}) == {"D": BUY}
    assert told(strategy, 30, {**RISING, "D": 9.0}) == {}


def test_a_symbol_that_is_held_keeps_its_place_within_the_slack() -> None:
    strategy = made(slack=1)
    for minute in (10, 11):
        told(strategy, minute, RISING)
    assert told(strategy, 20, {**RISING, "D": 9.0}) == {}, "B is third of four, and two and one are kept"
    assert told(strategy, 30, {**RISING, "D": 9.0, "C": 3.5}) == {"B": SELL}


def test_what_has_not_risen_is_left_and_not_taken() -> None:
    strategy = made()
    for minute in (10, 11):
        told(strategy, minute, RISING)
    falling = {"A": 1.0, "B": 0.0, "C": -1.0, "D": -2.0}
    assert told(strategy, 20, falling) == {"B": SELL}
    assert told(strategy, 21, falling) == {}


def test_without_the_filter_the_best_are_held_however_they_fall() -> None:
    strategy = made(rising_only=False)
    falling = {"A": -1.0, "B": -2.0, "C": -3.0}
    assert told(strategy, 10, falling) == {"C": SELL}
    assert told(strategy, 11, falling) == {"A": BUY, "B": BUY}


@pytest.mark.parametrize("seed", range(8))
def test_whoever_does_as_told_never_holds_more_than_the_best_and_ends_with_what_is_chosen(seed: int) -> None:
    chance = random.Random(seed)
    strategy = made(hold=1 + seed % 3, slack=seed % 2, rising_only=seed % 4 > 0)
    held: set[str] = set()
    changes = 0
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        held.clear()  # the venue flattens
        for minute in range(1, 120):
            said = verdicts(strategy, minute, {symbol: chance.gauss(0, 2) for symbol in "ABCDEF"}, day)
            for symbol, verdict in said.items():
                if verdict.signal is SELL:
                    held.discard(symbol)
                elif verdict.signal is BUY:
                    assert symbol not in held
                    held.add(symbol)
                    changes += 1
            assert len(held) <= 1 + seed % 3
            if minute >= 12 and minute % 10 > 1:
                assert held == {symbol for symbol, verdict in said.items() if verdict.inputs["chosen"]}
    assert changes > 20


def test_equals_are_ranked_by_name() -> None:
    strategy = made(hold=1)
    assert told(strategy, 10, {"C": 1.0, "A": 1.0, "B": 1.0}) == {"B": SELL, "C": SELL}


def test_a_symbol_without_a_bar_is_sold_at_its_next_one() -> None:
    strategy = made()
    for minute in (10, 11):
        told(strategy, minute, RISING)
    told(strategy, 19, {"B": 0.5})
    assert told(strategy, 20, {"A": 4.0, "C": 2.0, "D": 1.0}) == {}
    assert told(strategy, 21, {"A": 4.0, "C": 2.0, "D": 1.0}) == {"C": BUY}
    assert told(strategy, 25, {"B": 9.0}) == {"B": SELL}


def test_what_was_not_traded_in_the_session_is_not_ranked_and_keeps_its_place() -> None:
    strategy = made()
    for minute in (10, 11):
        told(strategy, minute, RISING)
    without = {"B": 3.0, "C": 2.0, "D": 1.0}
    assert told(strategy, 10, without, TUESDAY) == {"C": SELL, "D": SELL}
    assert told(strategy, 11, {**RISING, "A": -5.0}, TUESDAY) == {"A": BUY, "B": BUY}
    assert told(strategy, 20, {**RISING, "A": -5.0}, TUESDAY) == {"A": SELL}


def test_a_new_session_speaks_of_every_symbol_again() -> None:
    strategy = made()
    for minute in (10, 11, 20, 30):
        told(strategy, minute, RISING)
    assert told(strategy, 10, RISING, TUESDAY) == {"C": SELL, "D": SELL}
    assert told(strategy, 11, RISING, TUESDAY) == {"A": BUY, "B": BUY}


def test_what_a_session_owes_ends_with_it() -> None:
    strategy = made()
    assert told(strategy, 10, RISING) == {"C": SELL, "D": SELL}
    assert told(strategy, 1, RISING, TUESDAY) == {}


def test_a_period_of_days_ranks_in_its_first_session_and_repeats_the_choice_in_the_others() -> None:
    strategy = made(rank_days=7)  # Monday begins a period
    for minute in (10, 11):
        told(strategy, minute, RISING)
    turned = {"A": 1.0, "B": 2.0, "C": 3.0, "D": 4.0}
    assert told(strategy, 20, turned) == {"A": SELL, "B": SELL}
    assert told(strategy, 21, turned) == {"C": BUY, "D": BUY}
    assert told(strategy, 10, RISING, TUESDAY) == {"A": SELL, "B": SELL}
    assert told(strategy, 11, RISING, TUESDAY) == {"C": BUY, "D": BUY}
    assert told(strategy, 20, RISING, TUESDAY) == {}


def test_a_bot_that_begins_amid_a_period_waits_for_the_next() -> None:
    strategy = made(rank_days=7)
    assert [told(strategy, 10, RISING, day) for day in (TUESDAY, WEDNESDAY)] == [{}, {}]
    assert told(strategy, 10, RISING, "2026-03-09") == {"C": SELL, "D": SELL}


def test_nothing_is_ranked_early_or_late_and_once_a_session_is_once() -> None:
    assert told(made(until_minutes=60), 61, RISING) == {}
    strategy = made(rank_minutes=0)
    for minute in (10, 11):
        told(strategy, minute, RISING)
    assert told(strategy, 200, {**RISING, "D": 9.0}) == {}


def test_signals_say_that_they_only_close_or_only_open() -> None:
    strategy = made()
    sold, bought = verdicts(strategy, 10, RISING)["D"], verdicts(strategy, 11, RISING)["A"]
    assert (sold.signal, sold.closes_only, sold.opens_only) == (SELL, True, False)
    assert (bought.signal, bought.closes_only, bought.opens_only) == (BUY, False, True)


def test_the_score_is_60_at_a_strength_of_one_and_reasons_give_the_numbers() -> None:
    strategy = made()
    verdicts(strategy, 10, {**RISING, "D": 1.0})
    verdict = verdicts(strategy, 11, {**RISING, "D": 1.0})["D"]
    assert verdict.score == 60.0
    assert strategy.explain(verdict) == (
        "Moved +1.00 times what 4 bars usually bring",
        "Ranked 4 of 4, the best 2 are held: not held",
    )


def test_a_symbol_that_is_not_warm_has_no_score_and_no_rank() -> None:
    strategy = made()
    assert verdicts(strategy, 10, {"A": 1.0, "B": None})["B"].code == "warming"
    assert verdicts(strategy, 11, {"A": 1.0})["A"].inputs["ranked"] == 1.0


@pytest.mark.parametrize(
    "wrong", [{"hold": 0}, {"slack": -1}, {"momentum_bars": 1}, {"until_minutes": 5}, {"rank_days": 0}]
)
def test_impossible_parameters_are_refused_by_name(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidValue) as refused:
        Parameters(**wrong)  # type: ignore[arg-type]
    assert refused.value.field == f"parameters.{next(iter(wrong))}"
