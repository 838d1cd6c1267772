"""`vwap_reversion` on values and days made by hand: when it buys, when it sells, when it leaves things alone."""

from __future__ import annotations

import pytest

from engine.core.indicators import IndicatorKey
from engine.core.strategy import Verdict
from engine.domain.errors import InvalidValue
from engine.domain.instant import MINUTE
from engine.domain.market import Bar
from engine.domain.signal import SignalType
from engine.strategies.vwap_reversion import CLOSE, DEVIATION, SESSION, VWAP, Parameters, VwapReversion
from tests.builders.times import MONDAY, TUESDAY, session
from tests.strategies.days import follow, minutes, said

ADX: IndicatorKey = ("adx", 14)
BUY, SELL = SignalType.BUY, SignalType.SELL


def say(strategy: VwapReversion, minute: int, distance: float, adx: float = 20.0, day: str = MONDAY) -> Verdict:
    """At a close `distance` deviations of 1.00 from a VWAP of 100, so many minutes after the open."""
    close_at = session(day).open_at + minute * MINUTE
    units = round(10_000 + 100 * distance)
    bar = Bar("ACME", "1m", close_at - MINUTE, close_at, units, units, units, units, 1.0)
    return strategy.on_bar(bar, {CLOSE: units / 100, VWAP: 100.0, DEVIATION: 1.0, SESSION: float(minute), ADX: adx})


def signals(line: list[float], parameters: Parameters | None = None, begin: int = 60) -> list[SignalType | None]:
    strategy = VwapReversion(parameters or Parameters())
    return [say(strategy, begin + number, distance).signal for number, distance in enumerate(line)]


def test_it_buys_the_first_rising_close_far_below_and_sells_at_vwap() -> None:
    assert signals([-1.9, -2.5, -2.6, -2.4, -2.5, -1, 0, 0.5]) == [None, None, None, BUY, None, None, SELL, None]


def test_it_gives_up_far_below_and_leaves_the_rest_alone_until_vwap_is_reached() -> None:
    line = [-2.5, -2.4, -4, -3.9, -2.1, 0, -2.5, -2.4]
    assert signals(line) == [None, BUY, SELL, None, None, None, None, BUY]


SHORTS = Parameters(allow_short=True)


def test_shorts_are_the_mirror_of_longs() -> None:
    lines = ([-1.9, -2.5, -2.6, -2.4, -2.5, -1, 0, 0.5], [-2.5, -2.4, -4, -3.9, -2.1, 0, -2.5, -2.4], [-5, -3.9, -2.5])
    turned = {BUY: SELL, SELL: BUY, None: None}
    for line in lines:
        assert signals([-distance for distance in line], SHORTS) == [turned[one] for one in signals(line, SHORTS)]
        assert signals(line, SHORTS) == signals(line), "and longs are as without them"
        assert signals([-distance for distance in line]) == [None] * len(line)


def test_from_far_below_to_far_above_it_first_closes_and_then_opens() -> None:
    strategy = VwapReversion(SHORTS)
    said = [say(strategy, 60 + number, distance) for number, distance in enumerate([-2.5, -2.4, 2.6, 2.5, -0.1])]
    assert [(verdict.signal, verdict.closes_only) for verdict in said] == [
        (None, False), (BUY, False), (SELL, True), (SELL, False), (BUY, True),
    ]  # fmt: skip


def test_a_shorts_reasons_are_its_own() -> None:
    strategy = VwapReversion(SHORTS)
    for minute, distance in ((60, 2.6), (61, 2.5)):
        say(strategy, minute, distance)
    closed = say(strategy, 62, 0)
    assert strategy.explain(closed)[1] == "Sold before, it buys back at 0 above"


def test_what_falls_too_far_at_once_is_never_bought() -> None:
    assert signals([-5, -3.9, -2.5, -2.1]) == [None] * 4


def test_the_exit_may_be_below_vwap() -> None:
    assert signals([-3, -2.5, -0.6, -0.5], Parameters(exit_at=0.5)) == [None, BUY, None, SELL]


def test_nothing_is_bought_in_a_strong_trend() -> None:
    strategy = VwapReversion(Parameters())
    assert [say(strategy, 60 + number, -3 + number / 10, 40.1).signal for number in range(3)] == [None] * 3
    assert say(strategy, 63, -2.6, 40.0).signal is BUY


def test_nothing_is_bought_early_or_late_and_what_was_bought_is_sold_late() -> None:
    assert signals([-3, -2.5, -2.4], begin=28) == [None, None, BUY]  # minutes 28, 29, 30
    assert signals([-3, -2.5], begin=300) == [None, None]  # minutes 300, 301
    assert signals([-3, -2.5, 0], begin=299) == [None, BUY, SELL]


def test_a_new_session_begins_with_nothing_bought() -> None:
    strategy = VwapReversion(Parameters())
    line = [(60, -3, MONDAY), (61, -2.5, MONDAY), (60, 1, TUESDAY), (61, -3, TUESDAY), (62, -2.5, TUESDAY)]
    found = [say(strategy, minute, distance, day=day).signal for minute, distance, day in line]
    assert found == [None, BUY, None, None, BUY]


def test_a_day_made_by_hand() -> None:
    """Half an hour around 100, a fall to 97, a turn, and back to the day's average."""
    calm = [100 + (number % 2) * 0.2 for number in range(40)]
    day = minutes([*calm, 99, 98, 97, 97.2, 98.5, 100, 100])
    assert said(follow(VwapReversion(Parameters(adx_max=100, give_up_at=12)), day)) == [
        ("02 09:59", "BUY"),
        ("02 10:01", "SELL"),
    ]


def test_a_market_without_volume_has_no_score() -> None:
    seen = follow(VwapReversion(Parameters()), minutes([100 + number % 3 for number in range(60)], volume=0))
    assert {verdict.code for _, verdict in seen} == {"warming"}


def test_the_score_is_60_where_entries_begin() -> None:
    strategy = VwapReversion(Parameters())
    assert [say(strategy, 60, distance).score for distance in (-2, -1, 2, -5)] == [60.0, 30.0, -60.0, 100.0]


def test_a_signals_reasons_give_the_numbers() -> None:
    strategy = VwapReversion(Parameters())
    say(strategy, 60, -3)
    assert strategy.explain(say(strategy, 61, -2.5)) == (
        "Close 2.50 deviations below the session's VWAP", "Entries need 2 below", "ADX 20.0, at most 40",
    )  # fmt: skip
    assert strategy.explain(say(strategy, 62, -4.2))[1] == "Bought before, it gives up at 4 below"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"enter_at": 0.4}, "enter_at"),
        ({"exit_at": 2.0}, "exit_at"),
        ({"give_up_at": 2.0}, "give_up_at"),
        ({"until_minutes": 29}, "until_minutes"),
        ({"adx_max": float("nan")}, "adx_max"),
    ],
)
def test_impossible_parameters_are_refused_by_name(wrong: dict[str, float], field: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Parameters(**wrong)  # type: ignore[arg-type]
    assert refused.value.field == f"parameters.{field}"
