"""`confluence` says what the contract's text says, bar by bar, on long random walks."""

from __future__ import annotations

import random

import pytest

from engine.core.indicators import IndicatorSet
from engine.core.strategy import Verdict
from engine.domain.errors import InvalidValue
from engine.domain.instant import MINUTE, SECOND
from engine.domain.market import Bar
from engine.domain.signal import SignalType, Temperature
from engine.strategies.confluence import (
    ATR,
    FAST,
    HISTOGRAM,
    PRESETS,
    RSI,
    SLOW,
    USUAL_ATR,
    Confluence,
    Parameters,
)  # fmt: skip
from tests.builders.market import walk
from tests.builders.times import at
from tests.strategies import by_hand

LENGTH = 2_500


def random_bars(seed: int) -> list[Bar]:
    """Minute bars on a walk, some minutes missing."""
    chance = random.Random(seed)
    made, open_at, before = [], at("09:15"), 50_000
    for close in walk(seed, LENGTH, spread=30):
        high, low = max(before, close) + chance.randrange(30), min(before, close) - chance.randrange(30)
        made.append(Bar("ACME", "1m", open_at, open_at + MINUTE, before, high, low, close, 1.0))
        before = close
        open_at += MINUTE * (1 if chance.random() < 0.97 else chance.randrange(2, 9))
    return made


def verdicts(bars: list[Bar], parameters: Parameters) -> list[Verdict]:
    strategy, kept = Confluence(parameters), IndicatorSet()
    kept.keep(strategy.needs)
    out = []
    for bar in bars:
        kept.update(bar.high / 100, bar.low / 100, bar.close / 100)
        out.append(strategy.on_bar(bar, kept.values))
    return out


@pytest.mark.parametrize(
    ("seed", "parameters"),
    [
        (1, Parameters()),
        (2, Parameters()),
        (3, Parameters()),
        (4, Parameters(buy_at=30, sell_at=45, confirm_s=120)),
        (5, Parameters(buy_at=20, sell_at=20, confirm_s=0)),
        (6, Parameters(buy_at=75, sell_at=40, confirm_s=90)),
    ],
)
def test_every_bar_of_a_long_walk_agrees_with_the_contracts_text(seed: int, parameters: Parameters) -> None:
    bars = random_bars(seed)
    line = by_hand.scores(
        [bar.high / 100 for bar in bars], [bar.low / 100 for bar in bars], [bar.close / 100 for bar in bars]
    )
    wanted = by_hand.says(
        line,
        [bar.close_at // SECOND for bar in bars],
        buy_at=parameters.buy_at,
        sell_at=parameters.sell_at,
        confirm_s=parameters.confirm_s,
    )
    found = verdicts(bars, parameters)
    for number, (verdict, said) in enumerate(zip(found, wanted, strict=True)):
        since = None if said.since is None else bars[said.since].close_at
        if verdict.score is None or said.score is None:
            assert verdict.score is said.score, f"bar {number}"
        else:
            assert abs(verdict.score - said.score) <= 1.5e-6, f"bar {number}"  # the sixth decimal may round either way
        assert (verdict.signal, verdict.candidate, verdict.candidate_since) == (
            said.signal, said.candidate, since,
        ), f"bar {number}"  # fmt: skip
    signals = [verdict.signal for verdict in found if verdict.signal]
    assert {SignalType.BUY, SignalType.SELL} == set(signals), "the walk never tested one of the sides"


def test_no_score_before_bar_34() -> None:
    found = verdicts(random_bars(1)[:40], Parameters())
    assert [verdict.score is None for verdict in found] == [True] * 33 + [False] * 7
    assert found[32].code == "warming"


def scored(score: float) -> dict[object, float | None]:
    """Indicator values that make a score between -40 and 40 by RSI alone, or up to 100 with the others clipped."""
    rest = 60.0 if score > 40 else -60.0 if score < -40 else 0.0
    sign = (rest > 0) - (rest < 0)
    return {RSI: 50 + (score - rest) / 2, FAST: 100 + 5.0 * sign, SLOW: 100.0, HISTOGRAM: 5.0 * sign, ATR: 1.0}


def say(strategy: Confluence, minute: float, score: float) -> Verdict:
    close_at = at("10:00") + int(minute * MINUTE)
    bar = Bar("ACME", "1m", close_at - MINUTE, close_at, 1, 1, 1, 1, 1.0)
    verdict = strategy.on_bar(bar, scored(score))  # type: ignore[arg-type]
    assert verdict.score == pytest.approx(score)
    return verdict


@pytest.mark.parametrize("sign", [1, -1])
def test_a_candidate_is_confirmed_at_the_first_close_at_least_300_s_after_the_one_that_began_it(sign: int) -> None:
    strategy = Confluence(Parameters())
    codes = [say(strategy, minute, sign * 60.0).code for minute in (0, 1, 2, 3, 4, 4.99, 5, 6, 12)]
    assert codes == ["candidate"] * 6 + ["signal", "quiet", "quiet"]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_score_a_millionth_short_of_the_zone_ends_the_candidate(sign: int) -> None:
    strategy = Confluence(Parameters())
    say(strategy, 0, sign * 60.0)
    assert say(strategy, 4, sign * 59.999999).code == "ended"
    assert say(strategy, 5, sign * 60.0).code == "candidate"
    assert say(strategy, 9.9, sign * 60.0).signal is None
    assert say(strategy, 10, sign * 60.0).signal is (SignalType.BUY if sign > 0 else SignalType.SELL)


def test_one_signal_a_candidate_and_the_next_needs_the_score_to_leave_the_zone() -> None:
    strategy = Confluence(Parameters())
    line = [(0, 80), (5, 80), (30, 90), (31, 59), (32, 80), (36, 80), (37, 80)]
    signals = [say(strategy, minute, score).signal for minute, score in line]
    assert [signal is not None for signal in signals] == [False, True, False, False, False, False, True]


def test_the_zones_change_without_a_bar_between_them() -> None:
    strategy = Confluence(Parameters())
    say(strategy, 0, 80)
    verdict = say(strategy, 5, -80)
    assert (verdict.signal, verdict.candidate, verdict.code) == (None, SignalType.SELL, "candidate")
    assert say(strategy, 10, -80).signal is SignalType.SELL


def test_a_market_without_range_has_no_score_and_ends_the_candidate() -> None:
    strategy = Confluence(Parameters(confirm_s=60))
    say(strategy, 0, 80)
    close_at = at("10:01")
    flat = Bar("ACME", "1m", close_at - MINUTE, close_at, 1, 1, 1, 1, 1.0)
    verdict = strategy.on_bar(flat, {**scored(80), ATR: 0.0})  # type: ignore[arg-type]
    assert (verdict.code, verdict.score) == ("warming", None)
    assert say(strategy, 2, 80).code == "candidate"


ADAPTIVE = PRESETS["adaptive"]


def follow(strategy: Confluence, minute: float, score: float, volatility: float | None) -> Verdict:
    """As `say`, while it moves so many times as much as usual."""
    close_at = at("10:00") + round(minute * MINUTE)
    bar = Bar("ACME", "1m", close_at - MINUTE, close_at, 1, 1, 1, 1, 1.0)
    values = scored(score)
    usual = None if volatility is None else 1.0 / volatility
    return strategy.on_bar(bar, {**values, USUAL_ATR: usual})  # type: ignore[arg-type]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("volatility", "threshold"), [(1.0, 50.0), (1.2, 60.0), (1.5, 75.0), (3.0, 75.0), (0.8, 40.0), (0.1, 40.0)]
)
def test_thresholds_follow_volatility_within_their_bounds(volatility: float, threshold: float, sign: int) -> None:
    beyond, short = (follow(Confluence(ADAPTIVE), 0, sign * (threshold + more), volatility) for more in (0.001, -0.001))
    assert (beyond.code, short.code) == ("candidate", "quiet")


def test_a_candidate_ends_where_volatility_lifts_the_threshold_above_the_score() -> None:
    strategy = Confluence(ADAPTIVE)
    codes = [follow(strategy, minute, 55, moves).code for minute, moves in ((0, 1.0), (4, 1.0), (5, 1.2), (6, 1.0))]
    assert codes == ["candidate", "candidate", "ended", "candidate"]


def test_no_threshold_is_beyond_100_and_there_is_none_before_the_usual_is_known() -> None:
    strategy = Confluence(Parameters(buy_at=90, follow_volatility=True, confirm_s=0))
    verdict = follow(strategy, 0, 100, 1.5)
    assert (verdict.signal, strategy.explain(verdict)[-1]) == (
        SignalType.BUY, "Score +100.0, held beyond +100 for 0 s",
    )  # fmt: skip
    assert follow(strategy, 1, 100, None).code == "warming"


def test_balanced_asks_for_no_other_indicator() -> None:
    assert USUAL_ATR not in Confluence(Parameters()).needs
    assert USUAL_ATR in Confluence(ADAPTIVE).needs


def test_a_signals_reasons_give_the_numbers() -> None:
    strategy = Confluence(Parameters(confirm_s=0))
    assert strategy.explain(say(strategy, 0, 70)) == (
        "RSI part +0.25 of 1, weight 40",
        "EMA 12 against 26 +1.00 of 1, weight 30",
        "MACD histogram +1.00 of 1, weight 30",
        "Score +70.0, held beyond +60 for 0 s",
    )


@pytest.mark.parametrize(
    ("score", "temperature"),
    [(0, "FROZEN"), (19.99, "FROZEN"), (20, "COOL"), (-39.99, "COOL"), (40, "WARM"), (-59.99, "WARM"), (60, "HOT"),
     (-100, "HOT")],
)  # fmt: skip
def test_temperature_is_the_size_of_the_score(score: float, temperature: str) -> None:
    assert Temperature.of(score) == temperature


@pytest.mark.parametrize(
    "wrong",
    [{"buy_at": 0.0}, {"buy_at": 100.1}, {"sell_at": -60.0}, {"confirm_s": -1}, {"cooldown_s": 86_401},
     {"buy_at": float("nan")}],
)  # fmt: skip
def test_impossible_parameters_are_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidValue) as refused:
        Parameters(**wrong)  # type: ignore[arg-type]
    assert refused.value.field == f"parameters.{next(iter(wrong))}"
