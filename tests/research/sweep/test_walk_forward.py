"""Walking forward on generated days: the windows, that nothing is seen too early, and the stitched account."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.domain.errors import InvalidValue
from engine.domain.instant import iso
from engine.market_data.columns import MarketData
from engine.market_data.instruments import instrument_for
from engine.market_data.span import between, traded_days
from engine.research.sweep.askers import asker_of
from engine.research.sweep.search import Scoring
from engine.research.sweep.trial import Job, Window, outcome_of, run_job
from engine.research.sweep.walk_forward import LINES, Scheme, WalkForward, folds_of, parse_scheme, walk_forward
from tests.research.sweep.hills import untold
from tests.research.sweep.small_market import PLAN, SPACE, another_end, market, search_of

SCHEME = Scheme(train=4, test=2, warm_up=1)
CASH = 100_000.0


def walked(data: MarketData, scheme: Scheme = SCHEME) -> WalkForward:
    """Every fold of the data, all points of the space tried on its training days."""
    folds, unused = folds_of(traded_days(data), scheme)
    return walk_forward(
        search_of(data), lambda: asker_of("grid", SPACE, 1), SPACE.size, folds, scheme, CASH,
        lambda number, of: untold, unused_days=unused,
    )  # fmt: skip


def test_test_windows_follow_each_other_and_their_training_days() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(10)]
    folds, unused = folds_of(days, Scheme(train=4, test=2, warm_up=3))
    assert [(fold.train.first, fold.train.last) for fold in folds] == [
        (days[0], days[3]),
        (days[2], days[5]),
        (days[4], days[7]),
    ]
    assert [(fold.test.first, fold.test.last) for fold in folds] == [
        (days[4], days[5]),
        (days[6], days[7]),
        (days[8], days[9]),
    ]
    assert [fold.test.warm_from for fold in folds] == [days[1], days[3], days[5]]
    assert [fold.train.warm_from for fold in folds] == [days[0], days[0], days[1]]
    assert unused == 0


def test_anchored_training_begins_at_the_first_day_every_time() -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(11)]
    folds, unused = folds_of(days, Scheme(train=4, test=2, anchored=True))
    assert {fold.train.first for fold in folds} == {days[0]}
    assert [fold.train.last for fold in folds] == [days[3], days[5], days[7]]
    assert unused == 1


@pytest.mark.parametrize("text", ["60", "60/0", "0/20", "a/b", "60/20/5", "-1/2"])
def test_a_scheme_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="must be TRAIN/TEST in trading days, like 60/20"):
        parse_scheme(text, anchored=False, warm_up=5)


def test_too_few_days_are_refused() -> None:
    with pytest.raises(InvalidValue, match="60/20 needs 80 days, there are 10"):
        folds_of(traded_days(market()), Scheme(60, 20))


def test_what_is_chosen_does_not_depend_on_the_days_it_is_traded_on() -> None:
    as_it_was, otherwise = walked(market()), walked(another_end(market(), 750))
    assert len(as_it_was.steps) == 3
    assert [step.settings for step in otherwise.steps] == [step.settings for step in as_it_was.steps]
    assert [step.train_score for step in otherwise.steps] == [step.train_score for step in as_it_was.steps]
    for step, other in zip(as_it_was.steps[:-1], otherwise.steps[:-1], strict=True):
        assert step.daily == other.daily
    assert otherwise.steps[-1].daily["untuned"] != as_it_was.steps[-1].daily["untuned"], "the last days differ"


def test_the_stitched_account_goes_on_with_the_money_of_the_step_before() -> None:
    found = walked(market())
    for line in LINES:
        money = CASH
        for step in found.steps:
            assert step.daily[line][0] == pytest.approx(money, abs=0.006)
            money = step.daily[line][-1]
        assert found.equity[line][0] == CASH
        assert found.equity[line][-1] == money
        assert len(found.equity[line]) == 1 + sum(len(step.days[line]) for step in found.steps)
    tested = sorted(day for step in found.steps for day in step.days["untuned"])
    assert tested == [day.isoformat() for day in traded_days(market())[4:]]


def test_the_efficiency_is_growth_after_over_growth_before() -> None:
    found = walked(market())
    inside, outside = [], []
    for step in found.steps:
        assert step.settings is not None
        job = Job(tuple(step.settings.items()), step.fold.train)
        result = run_job(PLAN, market(), job)
        inside.append((float(result.marks[-1].equity) / CASH) ** (1 / 4) - 1)
        line = step.daily["recommended"]
        outside.append((line[-1] / line[0]) ** (1 / 2) - 1)
    expected = round(sum(outside) / sum(inside), 4) if sum(inside) > 0 else None
    assert found.efficiency == expected


def test_where_nothing_could_be_chosen_it_is_not_said_that_the_chosen_lost() -> None:
    folds, _ = folds_of(traded_days(market()), SCHEME)
    search = search_of(market())
    search.scoring = Scoring(least_trades=1_000)
    found = walk_forward(
        search, lambda: asker_of("random", SPACE, 1), 1, folds[:1], SCHEME, CASH, lambda number, of: untold
    )
    assert (found.efficiency, found.chosen_steps, found.winning_steps) == (None, 0, 0)
    assert found.why_no_efficiency == "nothing was ever chosen: no trial of the training days has a score"


def test_while_a_window_warms_up_nothing_is_traded() -> None:
    days = traded_days(market())
    job = Job((("buy_at", 30), ("confirm_s", 0), ("timeframe", "1m")), Window(days[4], days[5], days[0]))
    result = run_job(PLAN, market(), job)
    assert result.fills, "a window without a trade would prove nothing"
    first = days[4].isoformat()
    assert min(iso(fill.filled_at)[:10] for fill in result.fills) >= first
    assert min(iso(signal.confirmed_at)[:10] for signal in result.signals) >= first
    assert iso(result.marks[0].at)[:10] == first
    assert result.days == [days[4].isoformat(), days[5].isoformat()]


def test_a_warm_window_sees_the_signals_that_a_bot_sees_that_always_ran() -> None:
    days = traded_days(market())
    settings = (("buy_at", 45), ("confirm_s", 120), ("timeframe", "1m"))
    whole = run_job(PLAN, market(), Job(settings))
    window = run_job(PLAN, market(), Job(settings, Window(days[6], days[7], days[0])))

    def said(signals: list) -> list[tuple[str, int, str, float]]:  # type: ignore[type-arg]
        wanted = {days[6].isoformat(), days[7].isoformat()}
        return [
            (signal.symbol, signal.confirmed_at, signal.type.value, signal.score)
            for signal in signals
            if iso(signal.confirmed_at)[:10] in wanted
        ]

    assert said(window.signals) == said(whole.signals)
    assert said(whole.signals)


def test_days_are_cut_without_a_copy_and_without_a_row_lost() -> None:
    data, days = market(), traded_days(market())
    parts = [between(data, day, day) for day in days]
    assert sum(part.bar_count for part in parts) == data.bar_count
    assert all(traded_days(part) == [day] for part, day in zip(parts, days, strict=True))
    assert parts[3].bars[0].close.base is not None


def test_a_symbol_that_is_listed_later_leaves_the_windows_before_to_the_others() -> None:
    days = traded_days(market())
    (late,) = between(market(), days[4], days[-1]).bars
    data = replace(market(), bars=(*market().bars, replace(late, instrument=instrument_for("SBIN"))))
    plan = replace(PLAN, symbols=("RELIANCE", "SBIN"))
    settings = (("buy_at", 30), ("confirm_s", 0), ("timeframe", "1m"))
    for first, last, traded in ((days[0], days[3], {"RELIANCE"}), (days[4], days[7], {"RELIANCE", "SBIN"})):
        outcome = outcome_of(plan, data, Job(settings, Window(first, last)))
        assert outcome.impossible is None
        result = run_job(plan, data, Job(settings, Window(first, last)))
        assert {trade.symbol for trade in result.trades} == traded
